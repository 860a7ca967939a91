"""How and where assets are kept: accounts, addresses, owners that must not mix."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.kernel.errors import BookError
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    CLIENT,
    COLD,
    EXCHANGE,
    USDC,
    VAULT,
    action,
    asked,
    found,
    holding,
    rule_of,
    said,
    stated,
    watched,
)

HERE = action("custody_transfer", destination=COLD)
PARTIES = {"first-vault": VAULT, "exchange-one": EXCHANGE}


def attested(*items: str, subject: str = "cold-1", **fields: Any) -> KnownFacts:
    return KnownFacts(
        attestations={(item, subject): stated(**fields) for item in items},
        parties=dict(PARTIES),
    )


# -- custody_method -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "known", "answer"),
    [
        ({}, KnownFacts(), "allows"),
        ({"methods_any_of": ["qualified_custodian"]}, KnownFacts(), "allows"),
        ({"methods_any_of": ["vault", "self"]}, KnownFacts(), "denies"),
        ({"min_signers": 2}, KnownFacts(), "allows"),
        ({"min_signers": 3}, KnownFacts(), "denies"),
        ({"conditions_all_of": ["audit"]}, attested("audit"), "allows"),
        ({"conditions_all_of": ["audit"]}, attested("audit", subject="first-vault"), "allows"),
        ({"conditions_all_of": ["audit", "soc2"]}, attested("audit"), "denies"),
        ({"conditions_all_of": ["audit"]}, attested("audit", day="2026-01-06"), "denies"),
        ({"conditions_all_of": ["audit"]}, attested("audit", until="2026-01-04"), "denies"),
        ({"conditions_all_of": ["audit"]}, attested("audit", until="2026-01-05"), "allows"),
        ({"conditions_all_of": ["audit"]}, attested("audit", value=False), "denies"),
        ({"conditions_all_of": ["audit"], "backups": "apart"}, attested("audit"), "denies"),
        ({"backups": "apart"}, attested("apart"), "allows"),
        ({"holder": "The Fund"}, KnownFacts(), "allows"),
        ({"holder": "Another"}, KnownFacts(), "denies"),
        ({"keeper": "First Vault"}, attested(), "allows"),
        ({"keeper": "The Fund"}, KnownFacts(), "allows"),
        ({"keeper": "Second Vault"}, attested(), "denies"),
        ({"keeper": "First Vault"}, KnownFacts(), "denies"),
        ({"limbs": ["lent_on"]}, KnownFacts(), "allows"),
        ({"limbs": ["lent_on"]}, KnownFacts(facts={("lent_on", "cold-1"): stated()}), "denies"),
        ({"limbs": ["x", "lent_on"]}, KnownFacts(facts={("lent_on", "first-vault"): stated()}),
         "denies"),
        ({"limbs": ["x"]}, KnownFacts(facts={("x", "cold-1"): stated(value=False)}), "allows"),
    ],
)  # fmt: skip
def test_how_an_account_is_kept(params: dict[str, Any], known: KnownFacts, answer: str) -> None:
    assert said(asked("custody_method", HERE, known, **params)) == answer


def test_an_account_says_how_it_should_be_kept() -> None:
    unsigned = action("custody_transfer", destination=replace(COLD, signers=0))
    limb = KnownFacts(facts={("lent_on", "cold-1"): stated()})
    for subject, known, params, answer in (
        (action(), KnownFacts(), {}, ("known account", "unknown")),
        (HERE, KnownFacts(), {"min_signers": 3}, ("3 signers", "2")),
        (unsigned, KnownFacts(), {"min_signers": 3}, ("known number of signers", "unknown")),
        (HERE, KnownFacts(), {"backups": "apart"}, ("known attestation of apart", "unknown")),
        (HERE, KnownFacts(), {"holder": "A"}, ("kept in the name of A", "The Fund")),
        (HERE, KnownFacts(), {"keeper": "A"}, ("kept at A", "unknown")),
        (HERE, limb, {"limbs": ["lent_on"]},
         ("nobody else holds or controls", "lent_on of cold-1")),
    ):  # fmt: skip
        assert found(asked("custody_method", subject, known, **params)) == answer


# -- address_cap ----------------------------------------------------------------------------------

CAP: dict[str, Any] = {"max_per_address": "500", "unit": "BTC"}


def arrives(units: int, addresses: int = 2, **fields: Any) -> Any:
    there = replace(COLD, addresses=addresses)
    return action("receive_at_address", units=units, destination=there, **fields)


@pytest.mark.parametrize(
    ("params", "subject", "held", "answer"),
    [
        (CAP, arrives(1_000 * 10**8), [], "allows"),
        (CAP, arrives(1_000 * 10**8 + 1), [], "denies"),
        (CAP, arrives(1), [holding(1_000 * 10**8)], "denies"),
        (CAP, arrives(1), [holding(10**30, USDC)], "allows"),
        (CAP, arrives(1), [holding(10**30, account=replace(COLD, account="cold-2"))], "allows"),
        (CAP, arrives(1, addresses=0), [], "denies"),
        (CAP, arrives(7_509 * 10**8, addresses=16), [], "allows"),
        (CAP, arrives(7_509 * 10**8, addresses=15), [], "denies"),
        (CAP, arrives(10**30, asset=USDC), [], "allows"),
        (CAP, arrives(1, asset=None), [], "denies"),
        (CAP, action(), [], "denies"),
        ({**CAP, "max_per_address": "0.000000001"}, arrives(1), [], "denies"),
        ({"addresses_at_start": 14}, arrives(10**30), [], "allows"),
        ({"no_receive_after_spend": True}, arrives(1), [], "allows"),
        ({"no_receive_after_spend": True}, arrives(1), [holding(0, spent_at=5)], "allows"),
        ({"no_receive_after_spend": True}, arrives(1), [holding(0, spent_at=6)], "denies"),
    ],
)
def test_what_an_address_may_hold(
    params: dict[str, Any], subject: Any, held: list[Any], answer: str
) -> None:
    assert said(asked("address_cap", subject, KnownFacts(held=held), **params)) == answer


def test_an_account_that_has_spent_says_where() -> None:
    known = KnownFacts(held=[holding(0, spent_at=6)])
    verdict = asked("address_cap", arrives(1), known, no_receive_after_spend=True)
    assert found(verdict) == (
        "an address registered since units left", "units left at position 6",
    )  # fmt: skip
    over = asked("address_cap", arrives(1_000 * 10**8 + 1), **CAP)
    assert found(over) == ("at most 500 BTC at each of 2 addresses", "1000.00000001 BTC")
    kept = asked("address_cap", arrives(1), no_receive_after_spend=True)
    assert kept.inputs == ("last address registered at position 5",)


def test_a_limit_binds_beside_the_rule_that_an_address_is_used_once() -> None:
    both: dict[str, Any] = {**CAP, "no_receive_after_spend": True}
    assert said(asked("address_cap", arrives(10**30), **both)) == "denies"


def test_a_limit_for_each_address_needs_its_unit() -> None:
    """Else it is about no asset, and silently allows every one."""
    with pytest.raises(BookError):
        rule_of("address_cap", max_per_address="500")


def test_accounts_that_hold_more_than_their_addresses_may_are_flagged() -> None:
    held = [holding(1_000 * 10**8 + 1), holding(10**30, USDC)]
    known = KnownFacts(held=held)
    (finding,) = watched(known, "address_cap", **CAP)
    assert (finding.expected, finding.found) == ("3 addresses of 500 BTC", "2 of cold-1")
    assert watched(KnownFacts(held=[holding(1_000 * 10**8)]), "address_cap", **CAP) == []
    (finding,) = watched(known, "address_cap", max_per_address="0", unit="BTC")
    assert finding.expected == "0 addresses of 0 BTC"
    assert watched(known, "address_cap", no_receive_after_spend=True) == []


def test_a_limit_finer_than_its_asset_is_watched_without_an_error() -> None:
    finer: dict[str, Any] = {**CAP, "max_per_address": "0.000000001"}
    assert len(watched(KnownFacts(held=[holding(1)]), "address_cap", **finer)) <= 1


# -- segregation ----------------------------------------------------------------------------------

CLASSES: dict[str, Any] = {"classes": ["own", "client"]}
OMNIBUS = {("omnibus", "cold-1"): stated()}


@pytest.mark.parametrize(
    ("params", "subject", "answer"),
    [
        ({}, HERE, "allows"),
        (CLASSES, HERE, "allows"),
        (CLASSES, action("sale", account=COLD), "allows"),
        (CLASSES, replace(HERE, account=CLIENT), "denies"),
        (CLASSES, replace(HERE, account=COLD), "allows"),
        (CLASSES, replace(HERE, facts={"client_property": True}), "denies"),
        (CLASSES, action(destination=CLIENT, facts={"client_property": True}), "allows"),
        ({"classes": ["own"]}, replace(HERE, account=CLIENT), "allows"),
        ({"apart_from": "clients"}, replace(HERE, account=CLIENT), "denies"),
        ({"apart_from": "reserve"}, HERE, "denies"),
        ({"apart_from": "another"}, HERE, "allows"),
        ({"apart_from": "bank"}, replace(HERE, counterparty="bank"), "denies"),
        ({"sub_fund": "reserve"}, replace(HERE, account=COLD), "allows"),
        ({"sub_fund": "reserve"}, action("sale", account=COLD), "denies"),
        ({"sub_fund": "reserve"}, action(account=COLD, destination=CLIENT), "denies"),
        ({"sub_fund": "reserve"}, HERE, "allows"),
        ({"sub_fund": "other"}, action("sale", account=COLD), "allows"),
        ({"account_name": "The Fund"}, HERE, "allows"),
        ({"account_name": "Another"}, HERE, "denies"),
        ({"account_name": "The Fund"}, action(), "denies"),
        ({"omnibus": True}, HERE, "allows"),
        ({"omnibus": False}, HERE, "denies"),
        ({"omnibus": False, "account_name": "The Fund"}, HERE, "denies"),
        ({"omnibus": False}, action(destination=CLIENT), "allows"),
    ],
)
def test_what_may_mix(params: dict[str, Any], subject: Any, answer: str) -> None:
    known = KnownFacts(facts=OMNIBUS)
    assert said(asked("segregation", subject, known, **params)) == answer


def test_what_mixes_is_named() -> None:
    for params, subject, answer in (
        (CLASSES, replace(HERE, account=CLIENT),
         ("own units on cold-1", "client units of client-1")),
        (CLASSES, replace(HERE, facts={"client_property": True}),
         ("own units on cold-1", "client units")),
        ({"apart_from": "reserve"}, HERE, ("nothing of reserve", "cold-1")),
        ({"apart_from": "bank"}, replace(HERE, counterparty="bank"), ("nothing of bank", "bank")),
        ({"sub_fund": "reserve"}, action("sale", account=COLD),
         ("units stay in reserve", "they leave it")),
        ({"account_name": "A"}, action(), ("known account", "unknown")),
        ({"omnibus": False}, HERE, ("an account of its own", "an omnibus account")),
    ):  # fmt: skip
        known = KnownFacts(facts=OMNIBUS)
        assert found(asked("segregation", subject, known, **params)) == answer


# -- a destination that is not known --------------------------------------------------------------

ELSEWHERE: dict[str, tuple[str, dict[str, Any]]] = {
    "kept in another way": ("custody_method", {"methods_any_of": ["qualified_custodian"]}),
    "kept in another name": ("segregation", {"account_name": "The Fund"}),
    "of another owner": ("segregation", {"classes": ["own", "client"]}),
    "of another book": ("segregation", {"apart_from": "clients"}),
    "at another custodian": ("custodian_attributes", {"charter_any_of": ["trust_company"]}),
    "not attested": ("attestation", {"items": ["audit"]}),
}


@pytest.mark.parametrize(("rule_type", "params"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_transfer_to_nobody_knows_where_is_not_judged_by_where_it_comes_from(
    rule_type: str, params: dict[str, Any]
) -> None:
    """Where the account that units leave is in order, and the one they would go to is not."""
    known = attested("audit")
    there = action("custody_transfer", account=COLD, destination=CLIENT)
    assert said(asked(rule_type, there, known, **params)) == "denies"
    nowhere = replace(there, destination=None, destination_registered=None)
    assert said(asked(rule_type, nowhere, known, **params)) == "denies"
