"""Cases of the mandate (books, mandates) and of the registry."""

from __future__ import annotations

from typing import Any

from tests.support.fund_simulator import BTC, DIGEST
from tests.support.vector_case import GOVERN, REGISTER, UNKNOWN, Subject, case
from tests.support.vector_cases.constitution import LEI
from tests.support.vector_fund import CHAIN, book

_BOOK = book()


def _with_first_rule(**changes: Any) -> dict[str, Any]:
    """The book with its first rule changed, and no other."""
    return {**_BOOK, "rules": [{**_BOOK["rules"][0], **changes}]}


MANDATE_KINDS = (
    Subject(
        "book.recorded",
        "constituted",
        {**GOVERN, "book": {**_BOOK, "rules": _BOOK["rules"][:2]}},
        (
            case("book_unreadable-member", "not a book at all", book={"book": "empty"}),
            case(
                "unknown_rule_type-type",
                "a rule type that this version does not know",
                book=_with_first_rule(rule_type="cap_of_next_year"),
            ),
            case(
                "unknown_rule_type-trigger",
                "a trigger that this version does not know",
                book=_with_first_rule(trigger=["full_moon"]),
            ),
            case(
                "book_unreadable-parameter",
                "a parameter that the rule type does not have",
                book=_with_first_rule(params={"colour": "blue"}),
            ),
            case(
                "book_unreadable-repeated_id",
                "two rules of one id",
                book={**_BOOK, "rules": [_BOOK["rules"][0], _BOOK["rules"][0]]},
            ),
        ),
    ),
    Subject(
        "mandate.adopted",
        "registered",
        {
            **GOVERN,
            "mandate": "vectors",
            "version": "1",
            "books": ["@book", "@bill"],
            "effective_from": "2026-01-05",
            "override": "The bill is followed ahead of its adoption",
        },
        (
            case("book_unknown", books=[UNKNOWN]),
            case("book_unknown-twice", "a book is listed twice", books=["@book", "@book"]),
            case("book_twice", "two versions of one book", books=["@book", "@newer"]),
            case("book_not_in_force", override=None),
            case("notice_too_short", prelude="governed", effective_from="2026-01-14"),
            case(
                "valid-ahead",
                "a later mandate, after its notice",
                prelude="governed",
                effective_from="2026-01-15",
            ),
        ),
    ),
    Subject(
        "mandate.suspended",
        "governed",
        {**GOVERN, "mandate": "@mandate", "reason": "A review of the law"},
        (
            case("mandate_unknown", mandate=UNKNOWN),
            case("mandate_suspended", prelude="suspended"),
        ),
    ),
    Subject(
        "mandate.resumed",
        "suspended",
        {**GOVERN, "mandate": "@mandate", "reason": "The review has ended"},
        (
            case("mandate_unknown", mandate=UNKNOWN),
            case("mandate_not_suspended", prelude="governed"),
        ),
    ),
)

_NO_ACCOUNT = (
    case("account_unknown", account="nowhere"),
    case("account_unknown-closed", "the account is closed", account="old-1"),
)
_FROZEN = case("account_frozen", account="ice-1")

REGISTRY_KINDS = (
    Subject(
        "asset.listed",
        "working",
        {
            **REGISTER,
            "asset": "ETH",
            "asset_id": "eip155:1/slip44:60",
            "name": "Ether",
            "scale": 18,
            "instrument_class": "coin",
        },
        (
            case("asset_listed_already-code", "the code is taken", asset="BTC"),
            case("asset_listed_already-id", "the id has another code", asset_id=BTC),
        ),
    ),
    Subject(
        "asset.delisted",
        "working",
        {**REGISTER, "asset": "LTC", "reason": "Too little is traded"},
        (case("asset_unknown", asset="DOGE"), case("asset_retired", asset="OLD")),
    ),
    Subject(
        "custodian.engaged",
        "working",
        {
            **REGISTER,
            "custodian": "fifth-vault",
            "legal_name": "Fifth Vault",
            "lei": LEI,
            "jurisdiction": "KZ-AST",
            "licences": [
                {
                    "licence": "Providing custody",
                    "regulator": "AFSA",
                    "number": "AFSA-A-LA-2026-0001",
                    "valid_from": "2025-01-01",
                    "valid_until": "2028-12-31",
                }
            ],
            "contract": DIGEST,
        },
        (case("custodian_engaged_already", custodian="first-vault"),),
    ),
    Subject(
        "custodian.terminated",
        "working",
        {**REGISTER, "custodian": "third-vault", "reason": "The contract has ended"},
        (
            case("custodian_unknown", custodian="sixth-vault"),
            case("custodian_unknown-terminated", "ended before", custodian="fourth-vault"),
            case("custodian_has_accounts", custodian="first-vault"),
        ),
    ),
    Subject(
        "account.opened",
        "working",
        {
            **REGISTER,
            "account": "cold-9",
            "custodian": "first-vault",
            "title": "Harbour Sovereign Fund",
            "tier": "cold",
            "method": "qualified_custodian",
            "owner_class": "own",
        },
        (
            case("account_opened_already", account="cold-1"),
            case(
                "account_opened_already-closed", "a closed account's name is used", account="old-1"
            ),
            case("custodian_unknown", custodian="sixth-vault"),
        ),
    ),
    Subject(
        "account.frozen",
        "working",
        {"author": "gulnara", "cosigners": [], "account": "cold-1", "reason": "A dispute"},
        (*_NO_ACCOUNT, _FROZEN),
    ),
    Subject(
        "account.unfrozen",
        "working",
        {**GOVERN, "account": "ice-1", "reason": "The dispute is settled"},
        (*_NO_ACCOUNT, case("account_not_frozen", account="cold-1")),
    ),
    Subject(
        "account.closed",
        "working",
        {**REGISTER, "account": "empty-1", "reason": "Not needed"},
        (
            *_NO_ACCOUNT,
            _FROZEN,
            case("account_not_empty", account="cold-1"),
            case("account_not_empty-proposal", "only a proposal names it", account="warm-1"),
        ),
    ),
    Subject(
        "address.registered",
        "working",
        {
            **REGISTER,
            "account": "cold-1",
            "chain": CHAIN,
            "address": "bc1qcold1",
            "evidence": [DIGEST],
        },
        (*_NO_ACCOUNT, _FROZEN, case("address_registered_already", address="bc1qcold2")),
    ),
    Subject(
        "counterparty.registered",
        "working",
        {
            **REGISTER,
            "counterparty": "agency-one",
            "legal_name": "Agency for the Return of Assets",
            "lei": LEI,
            "jurisdiction": "KZ",
        },
        (case("counterparty_registered_already", counterparty="exchange-one"),),
    ),
)

SUBJECTS = (*MANDATE_KINDS, *REGISTRY_KINDS)
