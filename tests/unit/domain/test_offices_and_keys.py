"""Terms of office, keys, charters and mandates, at the edges of each law."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ledger.domain.digest import state_digest
from ledger.domain.officers import Appointment
from ledger.kernel.errors import BodyError
from ledger.kernel.limits import KEYS_PER_OFFICER_MAX
from tests.support.books import open_book, quorum
from tests.support.fund_simulator import replayed
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    outcome_of,
    verdict_of,
)


def governed(fund: SmallFund, kind: str, **members: Any) -> list[str]:
    """The laws that two governors meet."""
    return laws_of(fund.act(kind, "gulnara", cosigners=["nurlan"], **members))


def founded(**charter: Any) -> SmallFund:
    """A fund whose charter says this."""
    fund = SmallFund()
    members = fund.constitution()
    members["charter"] = {
        name: value
        for name, value in {**members["charter"], **charter}.items()
        if value is not None
    }
    fund.submit(fund.sign(members))
    assert fund.state.charter is not None
    return fund


# -- the constitution ------------------------------------------------------------------------------


def test_founders_may_be_listed_in_any_order() -> None:
    fund = SmallFund()
    members = fund.constitution()
    members["founders"].reverse()
    assert verdict_of(fund.submit(fund.sign(members))) == "effective"


def test_a_charter_without_wider_backdating_has_none() -> None:
    fund = founded(max_backdating_days=0, wider_backdating=None)
    charter = fund.state.charter
    assert charter is not None
    assert (charter.wider_backdating_days, charter.wider_until) == (0, "")
    for day in ("0001-01-01", fund.today):
        assert charter.earliest_value_date_distance(day) == 0


def test_a_founder_s_key_that_is_none_is_named() -> None:
    fund = SmallFund()
    members = fund.constitution()
    short = base64.b64encode(bytes(31)).decode()
    members["founders"][1]["keys"] = [{"algorithm": "ed25519", "public_key": short}]
    with pytest.raises(BodyError, match="has 32") as caught:
        fund.submit(fund.sign(members))
    assert (type(caught.value), caught.value.where) == (BodyError, "founders.1.keys")


def test_any_founder_may_be_the_author() -> None:
    fund = SmallFund()
    members = fund.constitution()
    officers = sorted({members["author"], *members["cosigners"]})
    members |= {"author": officers[-1], "cosigners": officers[:-1]}
    assert verdict_of(fund.submit(fund.sign(members))) == "effective"


# -- the charter -----------------------------------------------------------------------------------


def test_an_amended_charter_counts_who_is_in_office() -> None:
    """Not who was, or will be."""
    fund = fund_under()
    fund.appoint("marat", "Steward", ends_on=fund.day(1))
    fund.appoint("bolat", "Steward")
    fund.appoint("daniyar", "Steward", starts_on=fund.day(30))
    fund.tick(days=5)
    charter = fund.constitution()["charter"] | {"governance_offices": ["Steward"], "quorum": 1}
    assert governed(fund, "charter.amended", charter=charter) == ["quorum_impossible"]
    fund.tick(days=30)
    answer = fund.act("charter.amended", "gulnara", cosigners=["nurlan"], charter=charter)
    assert [(f.rule, f.expected) for f in outcome_of(answer).findings] == [
        ("charter_quorum", "2 of Steward")
    ]


def test_the_fund_s_day_is_that_of_its_new_zone_at_once() -> None:
    fund = SmallFund(now="2026-01-05T18:00:00.000000Z")
    fund.submit(fund.sign(fund.constitution(value_date="2026-01-05")))
    assert fund.state.day == "2026-01-05"
    charter = fund.constitution()["charter"] | {"utc_offset_minutes": 480}
    fund.govern("charter.amended", charter=charter)
    assert fund.state.day == "2026-01-06"


def test_who_leaves_no_longer_counts_for_the_set_that_stays() -> None:
    fund = fund_under()
    leave = {"officer": "nurlan", "office": "Governor", "reason": "It ends"}
    answer = fund.act("officer.relieved", "gulnara", cosigners=["nurlan"], **leave)
    assert codes_of(answer) == ["quorum_impossible"]
    fund.appoint("marat", "Governor")
    answer = fund.act("officer.relieved", "gulnara", cosigners=["nurlan"], **leave)
    assert [(f.rule, f.found) for f in outcome_of(answer).findings] == [
        ("charter_quorum", "1 so far")
    ]
    completed = fund.act("approval.given", "saule", proposal=fund.event_ids[-1])
    assert effects_of(completed) == [("effective", [])]


@pytest.mark.parametrize("office", ["Clerk", "Governor"])
def test_a_relief_that_leaves_the_set_as_it_is_asks_the_quorum_once(office: str) -> None:
    """Of another office, or of one beside which another governance office is kept."""
    fund = fund_under()
    charter = fund.constitution()["charter"]
    fund.govern(
        "charter.amended", charter={**charter, "governance_offices": ["Governor", "Steward"]}
    )
    fund.appoint("gulnara", "Steward")
    fund.appoint("gulnara", "Clerk")
    leave = {"officer": "gulnara", "office": office, "reason": "It ends"}
    answer = fund.act("officer.relieved", "saule", **leave)
    assert codes_of(answer) == ["charter_quorum"]
    assert effects_of(fund.act("approval.given", "gulnara", proposal=fund.event_ids[-1])) == [
        ("effective", [])
    ]


def test_who_never_governed_leaves_a_governance_office_of_later() -> None:
    """A term that has not begun: the set of today stays as it is."""
    fund = fund_under()
    fund.appoint("marat", "Governor", starts_on=fund.day(30))
    leave = {"officer": "marat", "office": "Governor", "reason": "It never began"}
    assert codes_of(fund.act("officer.relieved", "saule", **leave)) == ["charter_quorum"]


# -- terms of office -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "other", "contains"),
    [
        (("03", ""), ("03", ""), True),
        (("03", ""), ("02", ""), False),
        (("03", ""), ("03", "04"), True),
        (("03", "08"), ("03", "08"), True),
        (("03", "08"), ("04", "07"), True),
        (("03", "08"), ("04", "09"), False),
        (("03", "08"), ("04", ""), False),
        (("03", "08"), ("02", "08"), False),
    ],
)
def test_when_a_term_adds_no_day(
    held: tuple[str, str],
    other: tuple[str, str],
    contains: bool,  # noqa: FBT001 - a column of the table
) -> None:
    first, second = (
        Appointment("Clerk", *(f"2026-01-{day}" if day else "" for day in term))
        for term in (held, other)
    )
    assert first.contains(second) is contains
    assert not first.contains(Appointment("Governor", second.starts_on, second.ends_on))


def test_a_term_is_appointed_once_and_may_be_made_longer() -> None:
    fund = fund_under()
    until = fund.day(10)
    term = fund.appointment("bolat", "Clerk", ends_on=until)
    assert governed(fund, "officer.appointed", **term) == []
    assert governed(fund, "officer.appointed", **term) == ["appointment_exists"]
    assert governed(fund, "officer.appointed", **{**term, "ends_on": fund.day(11)}) == []
    assert governed(fund, "officer.appointed", **{**term, "ends_on": None}) == []
    assert state_digest(fund.state) == state_digest(replayed(fund.records))
    one_day = fund.appointment("marat", "Clerk", starts_on=until, ends_on=until)
    assert governed(fund, "officer.appointed", **one_day) == []
    none = fund.appointment("saule", "Clerk", starts_on=until, ends_on=fund.day(9))
    assert governed(fund, "officer.appointed", **none) == ["appointment_ends_early"]
    held = [term.ends_on for term in fund.state.officers["bolat"].appointments]
    assert held == ["", until, fund.day(11), ""]


def test_too_few_governors_do_not_keep_a_clerk_in_office() -> None:
    """Two are left where the charter wants three; what they sign together still holds."""
    fund = fund_under()
    for officer, ends in (("marat", None), ("bolat", None), ("daniyar", fund.day(3))):
        fund.appoint(officer, "Steward", ends_on=ends)
    fund.appoint("gulnara", "Clerk")
    charter = fund.constitution()["charter"] | {"governance_offices": ["Steward"]}
    proposal = fund.pend("charter.amended", "gulnara", cosigners=["nurlan"], charter=charter)
    fund.approve(proposal, "marat", "bolat")
    fund.tick(days=5)
    leave = {"officer": "gulnara", "office": "Clerk", "reason": "It ends"}
    answer = fund.act("officer.relieved", "marat", cosigners=["bolat"], **leave)
    assert (verdict_of(answer), codes_of(answer)) == ("effective", [])
    for office, laws in (("Clerk", "appointment_unknown"), ("Steward", "appointment_unknown")):
        leave = {"officer": "gulnara", "office": office, "reason": "It ends"}
        answer = fund.act("officer.relieved", "marat", cosigners=["bolat"], **leave)
        assert laws_of(answer) == [laws]


# -- keys ------------------------------------------------------------------------------------------


def revoked(fund: SmallFund, officer: str, since: int | None) -> list[str]:
    told = {"key": fund.keyid(officer), "reason": "It was lost", "compromised_since": since}
    return laws_of(fund.act("key.revoked", "gulnara", **told))


def test_a_compromise_is_reported_later_and_further_back_but_not_again() -> None:
    fund = fund_under()
    assert revoked(fund, "marat", None) == []
    at = fund.state.keys[fund.keyid("marat")].revoked_at
    assert revoked(fund, "marat", None) == ["key_revoked_already"]
    assert revoked(fund, "marat", 10) == []
    for since in (10, 11, None):
        assert revoked(fund, "marat", since) == ["key_revoked_already"]
    assert revoked(fund, "marat", 9) == []
    entry = fund.state.keys[fund.keyid("marat")]
    assert (entry.revoked_at, entry.compromised_since) == (at, 9)


def test_a_compromise_is_not_reported_of_what_is_to_come() -> None:
    fund = fund_under()
    position = len(fund.records) + 1
    assert revoked(fund, "marat", position + 1) == ["compromise_in_future"]
    assert revoked(fund, "marat", position + 1) == []


def test_a_key_that_nobody_has_is_not_revoked() -> None:
    fund = fund_under()
    told = {"key": "ab" * 32, "reason": "It was lost"}
    for author in ("gulnara", "bolat"):
        assert "key_unknown" in laws_of(fund.act("key.revoked", author, **told))


def test_an_officer_has_so_many_good_keys() -> None:
    fund = fund_under()
    names = [f"key {number}" for number in range(KEYS_PER_OFFICER_MAX - 1)]
    signers = [fund.enrol("bolat", name) for name in names]
    one_more = fund.enrolment("bolat", SmallFund(fund="test/lagoon").signers["bolat"])
    assert governed(fund, "key.enrolled", **one_more) == ["key_limit"]
    keyid = signers[0].public_key.keyid
    fund.do("key.revoked", "gulnara", key=keyid, reason="It was lost")
    assert governed(fund, "key.enrolled", **one_more) == []


def test_a_key_for_nobody_is_refused() -> None:
    fund = fund_under()
    signer = SmallFund(fund="test/lagoon").signers["bolat"]
    assert governed(fund, "key.enrolled", **fund.enrolment("nobody", signer)) == ["officer_unknown"]


# -- mandates --------------------------------------------------------------------------------------


def adopted(fund: SmallFund, effective_from: str) -> list[str]:
    book_id = fund.govern("book.recorded", book=open_book(quorum(1, "purchase")))
    return governed(
        fund, "mandate.adopted",
        mandate="next", version="1", books=[book_id], effective_from=effective_from,
    )  # fmt: skip


def test_the_first_mandate_needs_no_notice_and_the_second_does_even_before_the_first() -> None:
    fund = SmallFund()
    fund.constitute()
    fund.register()
    assert adopted(fund, fund.day(5)) == []
    assert fund.state.mandate is None
    assert adopted(fund, fund.day(9)) == ["notice_too_short"]
    assert adopted(fund, fund.day(10)) == []


def test_before_any_mandate_there_is_none_to_suspend_or_resume() -> None:
    fund = SmallFund()
    fund.constitute()
    for kind in ("mandate.suspended", "mandate.resumed"):
        assert governed(fund, kind, mandate="ab" * 32, reason="A doubt") == ["mandate_unknown"]


def test_a_suspension_outlasts_its_mandate() -> None:
    fund = fund_under()
    assert adopted(fund, fund.day(10)) == []
    fund.suspend()
    fund.tick(days=11)
    fund.state_fact()
    mandate = fund.state.mandate
    assert mandate is not None
    assert (mandate.name, mandate.suspended) == ("next", True)
