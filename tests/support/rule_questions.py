"""One rule asked one question: short words for tests of rule types, and for their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.domain.outcome import DENY, FLAG
from ledger.domain.policy import (
    AccountFacts,
    Action,
    AssetFacts,
    Holding,
    LicenceFacts,
    PartyFacts,
    Stated,
)
from ledger.kernel.money import Money
from policies.book import read_book
from policies.engine import PolicyEngine
from tests.support.books import ANYBODY, book, rule
from tests.support.known_facts import KnownFacts

if TYPE_CHECKING:
    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Judgement
    from policies.rule import Rule, Verdict

TODAY = "2026-01-05"
BTC = AssetFacts("BTC", "bip122:000/slip44:0", "coin", 8, retired=False)
USDC = AssetFacts("USDC", "eip155:1/erc20:0xa0b8", "stablecoin_claim", 6, retired=False)
IBIT = AssetFacts("IBIT", "isin:0/etp:US46438F1012", "etp_unit", 0, retired=False)
COLD = AccountFacts(
    "cold-1", "first-vault", "qualified_custodian", "cold", "own", "KZ",
    title="The Fund", book="reserve", signers=2, addresses=2, addressed_at=5,
)  # fmt: skip
CLIENT = AccountFacts(
    "client-1", "second-vault", "vault", "warm", "client", "AE",
    title="A Client", book="clients", signers=1, addresses=1, addressed_at=3,
)  # fmt: skip
LICENCE = LicenceFacts("custody", "AFSA", "17", "2026-01-01", "2026-12-31")
VAULT = PartyFacts("first-vault", "First Vault", "KZ", "trust_company", (LICENCE,), contract=True)
EXCHANGE = PartyFacts("exchange-one", "Exchange One", "KZ", "exchange")
DOCUMENT = "0" * 64
ENGINE = PolicyEngine()


def action(*triggers: str, **fields: Any) -> Action:
    """A purchase of 10 BTC for 1,000 USD, but for what is said of it."""
    base: dict[str, Any] = {
        "kind": "acquisition.proposed.v1",
        "triggers": (*(triggers or ("purchase",)), "any_instruction"),
        "author": "aigerim",
        "offices": frozenset({"TreasuryOfficer"}),
        "value_date": TODAY,
        "asset": BTC,
        "units": 10**9,
        "consideration": Money("USD", 100_000),
    }
    return Action(**{**base, **fields})


def rule_of(rule_type: str, *, effect: str = "", **params: Any) -> Rule:
    """The executable rule `T.R` of this type."""
    fields = {"effect": effect} if effect else {}
    (read,) = read_book(book(rule("T.R", rule_type, "purchase", params=params, **fields))).rules
    return read


def asked(
    rule_type: str, subject: Action, known: KnownFacts | None = None, **params: Any
) -> Verdict:
    """What the type's own judgement says."""
    read = rule_of(rule_type, **params)
    return read.kind.judge(read, subject, known or KnownFacts())


def said(verdict: Verdict) -> str:
    """`silent` if the rule does not speak, else `allows`, `flags`, `asks` or `denies`."""
    if not verdict.applies and not verdict.findings and not verdict.requirements:
        return "silent"
    if any(finding.verdict == DENY for finding in verdict.findings):
        return "denies"
    if verdict.requirements:
        return "asks"
    return "flags" if verdict.findings else "allows"


def found(verdict: Verdict) -> tuple[str, str]:
    """What its one finding expected and found."""
    (finding,) = verdict.findings
    return finding.expected, finding.found


def judged(subject: Action, *rules: dict[str, Any], known: KnownFacts | None = None) -> Judgement:
    """What the engine says under a book in which everybody has authority besides."""
    read = ENGINE.read_book(book(ANYBODY, *rules))
    return ENGINE.judge([read], subject, known or KnownFacts())


def stands(judgement: Judgement) -> str:
    """What an act would come to with no approvals yet: `refused`, `pending` or `effective`."""
    if any(finding.verdict == DENY for finding in judgement.findings):
        return "refused"
    needed = [max(wanted.count, len(wanted.all_of)) for wanted in judgement.requirements]
    return "pending" if any(needed) else "effective"


def watched(known: KnownFacts, rule_type: str, day: str = TODAY, **params: Any) -> list[Finding]:
    """What the rule says of a day."""
    read = rule_of(rule_type, **params)
    assert read.kind.watch is not None
    findings = list(read.kind.watch(read, known, day))
    assert all(finding.verdict == FLAG for finding in findings)
    return findings


def stated(day: str = TODAY, *, value: bool = True, until: str = "9999-12-31") -> Stated:
    """A fact or an attestation, recorded at position 7."""
    return Stated(value, day, until, 7)


def holding(
    units: int,
    asset: AssetFacts = BTC,
    account: AccountFacts = COLD,
    *,
    encumbered: int = 0,
    spent_at: int = 0,
) -> Holding:
    return Holding(account, asset, units, encumbered, spent_at)
