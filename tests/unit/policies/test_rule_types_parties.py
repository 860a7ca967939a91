"""Who keeps, trades and attests: custodians, accounts, attestations, owners that must not mix."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.outcome import FLAG, Finding
from ledger.domain.policy import Requirement
from ledger.kernel.errors import BookError
from tests.support.books import rule
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    COLD,
    EXCHANGE,
    LICENCE,
    TODAY,
    VAULT,
    action,
    asked,
    found,
    judged,
    rule_of,
    said,
    stands,
    stated,
    watched,
)

if TYPE_CHECKING:
    from ledger.domain.policy import PartyFacts

HERE = action("custody_transfer", destination=COLD)
PARTIES = {"first-vault": VAULT, "exchange-one": EXCHANGE}


def registers(party: PartyFacts = VAULT, **fields: Any) -> Any:
    return action("register_counterparty", party=party, **fields)


def attested(*items: str, subject: str = "cold-1", **fields: Any) -> KnownFacts:
    return KnownFacts(
        attestations={(item, subject): stated(**fields) for item in items},
        parties=dict(PARTIES),
    )


# -- custodian_attributes -------------------------------------------------------------------------

LICENSED: dict[str, Any] = {"licence_any_of": ["custody", "trust"], "regulator": "AFSA"}
SUSPENDED = ("licence_suspended", "first-vault")


def licensed(**fields: Any) -> PartyFacts:
    return replace(VAULT, licences=(replace(LICENCE, **fields),))


@pytest.mark.parametrize(
    ("params", "party", "answer"),
    [
        ({}, VAULT, "allows"),
        (LICENSED, VAULT, "allows"),
        (LICENSED, replace(VAULT, licences=()), "denies"),
        (LICENSED, licensed(regulator="SEC"), "denies"),
        (LICENSED, licensed(licence="lending"), "denies"),
        ({"regulator": "AFSA"}, licensed(licence="lending"), "allows"),
        ({"licence_any_of": ["custody"]}, licensed(regulator="SEC"), "allows"),
        (LICENSED, licensed(number=""), "denies"),
        (LICENSED, licensed(valid_from=""), "denies"),
        (LICENSED, licensed(valid_from="2026-01-05"), "allows"),
        (LICENSED, licensed(valid_from="2026-01-06"), "denies"),
        (LICENSED, licensed(valid_until="2026-01-05"), "allows"),
        (LICENSED, licensed(valid_until="2026-01-04"), "denies"),
        (LICENSED, licensed(valid_until=""), "allows"),
        ({"charter_any_of": ["trust_company", "bank"]}, VAULT, "allows"),
        ({"charter_any_of": ["bank"]}, VAULT, "denies"),
        ({"charter_any_of": ["bank"]}, replace(VAULT, charter=""), "denies"),
        ({"contract_required": True}, VAULT, "allows"),
        ({"contract_required": True}, EXCHANGE, "denies"),
        ({"custodian": "First Vault"}, VAULT, "allows"),
        ({"custodian": "First Vault"}, EXCHANGE, "denies"),
        ({"activity": "stake", "by": "bank"}, VAULT, "silent"),
        ({"activity": "register_counterparty", "by": "bank"}, VAULT, "denies"),
        ({"activity": "register_counterparty", "by": "trust_company"}, VAULT, "allows"),
    ],
)
def test_what_a_party_must_have(params: dict[str, Any], party: PartyFacts, answer: str) -> None:
    assert said(asked("custodian_attributes", registers(party), **params)) == answer


def test_a_party_says_what_it_lacks() -> None:
    wanted = "custody or trust of AFSA"
    for party, expected, what in (
        (replace(VAULT, licences=()), wanted, "first-vault has none on record"),
        (licensed(number=""), "known licence number and dates", "unknown"),
        (licensed(valid_until="2026-01-04"), f"{wanted}, valid on {TODAY}",
         "valid 2026-01-01 to 2026-01-04"),
        (licensed(valid_from="2027-01-01", valid_until=""), f"{wanted}, valid on {TODAY}",
         "valid 2027-01-01 to …"),
    ):  # fmt: skip
        assert found(asked("custodian_attributes", registers(party), **LICENSED)) == (
            expected, what,
        )  # fmt: skip
    kept = asked("custodian_attributes", registers(), **LICENSED)
    assert kept.inputs == ("first-vault: custody, number 17",)
    plain = asked("custodian_attributes", registers(replace(VAULT, charter="")))
    assert plain.inputs == ("first-vault: First Vault",)
    assert found(asked("custodian_attributes", registers(EXCHANGE), regulator="SEC")) == (
        "licence of SEC", "exchange-one has none on record",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "value", "answer"),
    [
        ("2026-01-05", True, "denies"),
        ("2026-01-06", True, "allows"),
        ("2026-01-05", False, "allows"),
    ],
)
def test_a_licence_that_is_suspended(day: str, value: bool, answer: str) -> None:  # noqa: FBT001 - a column of the table
    known = KnownFacts(facts={SUSPENDED: stated(day, value=value)})
    verdict = asked("custodian_attributes", registers(), known, **LICENSED)
    assert said(verdict) == answer
    if answer == "denies":
        assert found(verdict)[1] == "suspended on 2026-01-05"
        assert verdict.findings[0].inputs == ("position 7",)


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        (action("purchase", counterparty="exchange-one", destination=COLD), "allows"),
        (action("custody_transfer", counterparty="exchange-one", destination=COLD), "denies"),
        (action("sale", account=COLD), "denies"),
        (action("purchase", counterparty="nobody", destination=COLD), "denies"),
        (action("purchase"), "denies"),
    ],
)
def test_the_party_is_the_one_traded_with_or_the_keeper(subject: Any, answer: str) -> None:
    known = KnownFacts(parties=dict(PARTIES))
    verdict = asked("custodian_attributes", subject, known, charter_any_of=["exchange"])
    assert said(verdict) == answer


# -- attestation ----------------------------------------------------------------------------------

AUDIT: dict[str, Any] = {"items": ["audit"]}
CAPITAL: dict[str, Any] = {"of": "party", "amount": "250000", "activity": "trust_company"}


def capital(value: str, unit: str = "USD", day: str = TODAY) -> KnownFacts:
    return KnownFacts(observed_values={("capital", "first-vault"): (day, value, unit)})


@pytest.mark.parametrize(
    ("params", "subject", "known", "answer"),
    [
        (AUDIT, HERE, attested("audit"), "allows"),
        (AUDIT, HERE, attested("audit", subject="first-vault"), "allows"),
        (AUDIT, HERE, attested("audit", value=False), "denies"),
        (AUDIT, HERE, attested("audit", until=TODAY), "allows"),
        (AUDIT, HERE, attested("audit", until="2026-01-04"), "denies"),
        (AUDIT, HERE, attested("audit", day="2026-01-06"), "denies"),
        ({"items": ["audit", "soc2"]}, HERE, attested("audit"), "denies"),
        ({**AUDIT, "effect": "flag"}, HERE, KnownFacts(), "flags"),
        ({**AUDIT, "optional": True}, HERE, KnownFacts(), "allows"),
        (AUDIT, action(), attested("audit"), "denies"),
        ({**AUDIT, "methods": ["vault"]}, HERE, KnownFacts(), "silent"),
        ({**AUDIT, "methods": ["qualified_custodian"]}, HERE, KnownFacts(), "denies"),
        ({**AUDIT, "methods": ["vault"]}, action(), KnownFacts(), "denies"),
        ({**AUDIT, "of": "fund"}, action(), attested("audit", subject="fund"), "allows"),
        ({**AUDIT, "of": "asset"}, action(), attested("audit", subject="BTC"), "allows"),
        ({**AUDIT, "of": "asset"}, action(asset=None), KnownFacts(), "denies"),
        ({**AUDIT, "of": "party"}, HERE, attested("audit", subject="first-vault"), "allows"),
        ({**AUDIT, "of": "party"}, action(), attested("audit"), "denies"),
        (CAPITAL, registers(), capital("250000"), "allows"),
        (CAPITAL, registers(), capital("249999.99"), "denies"),
        (CAPITAL, registers(), capital("250000", "EUR"), "denies"),
        (CAPITAL, registers(), capital("250000", day="2026-01-06"), "denies"),
        (CAPITAL, registers(), KnownFacts(), "denies"),
        (CAPITAL, registers(EXCHANGE), KnownFacts(), "silent"),
        ({"of": "party", "activity": "trust_company"}, registers(), KnownFacts(), "allows"),
    ],
)
def test_what_must_be_attested(
    params: dict[str, Any], subject: Any, known: KnownFacts, answer: str
) -> None:
    assert said(asked("attestation", subject, known, **params)) == answer


def test_an_attestation_says_why_it_does_not_stand() -> None:
    for known, what in (
        (KnownFacts(), "none"),
        (attested("audit", value=False), "revoked"),
        (attested("audit", until="2026-01-04"), "valid 2026-01-05 to 2026-01-04"),
    ):
        assert found(asked("attestation", HERE, known, **AUDIT)) == ("attestation of audit", what)
    kept = asked("attestation", HERE, attested("audit"), **AUDIT)
    assert kept.inputs == ("audit of cold-1, valid to 9999-12-31 (position 7)",)
    (finding,) = asked("attestation", registers(), capital("1.5"), **CAPITAL).findings
    assert (finding.expected, finding.found) == ("capital of 250000 USD", "1.5 USD")
    assert finding.inputs == ("capital of first-vault on 2026-01-05 (position 1)",)
    assert found(asked("attestation", action(), **AUDIT)) == (
        "known account to attest of", "unknown",
    )  # fmt: skip


def test_an_attestation_may_ask_for_approvals_of_what_is_done_on_its_strength() -> None:
    params: dict[str, Any] = {**AUDIT, "approvals": "2", "approvals_on": ["custody_transfer"]}
    verdict = asked("attestation", HERE, attested("audit"), **params)
    assert verdict.requirements == (Requirement("T.R", count=2),)
    assert verdict.inputs
    other = action("open_custody_account", destination=COLD)
    assert said(asked("attestation", other, attested("audit"), **params)) == "allows"


def test_a_capital_test_does_not_stand_in_for_the_items() -> None:
    both: dict[str, Any] = {**CAPITAL, "items": ["audit"]}
    assert said(asked("attestation", registers(), capital("250000"), **both)) == "denies"


def test_a_party_of_unknown_activity_is_not_free_of_the_rule_for_it() -> None:
    """What is not known never allows: who does not state a charter may have any."""
    nameless = registers(replace(VAULT, charter=""))
    made = rule("T.R", "attestation", "register_counterparty", params=CAPITAL)
    assert stands(judged(nameless, made)) == "refused"
    made = rule("T.R", "attestation", "custody_transfer", params=CAPITAL)
    assert stands(judged(HERE, made)) == "refused"


def test_a_registered_party_is_asked_by_its_activity() -> None:
    made = rule("T.R", "attestation", "register_counterparty", params=CAPITAL)
    assert stands(judged(registers(), made)) == "refused"
    assert stands(judged(registers(EXCHANGE), made)) == "effective"


def test_what_is_not_attested_of_the_fund_is_flagged_every_day() -> None:
    params: dict[str, Any] = {"items": ["audit", "limits"], "of": "fund"}
    known = attested("audit", subject="fund", until="2026-01-05")
    missing = Finding("T.R", FLAG, "attestation of limits", "none", "A test")
    assert watched(known, "attestation", **params) == [missing]
    assert len(watched(known, "attestation", "2026-01-06", **params)) == 2
    assert watched(known, "attestation", optional=True, **params) == []
    assert watched(known, "attestation", **AUDIT) == []
    with pytest.raises(BookError, match="asks for no item and no amount"):
        rule_of("attestation")
