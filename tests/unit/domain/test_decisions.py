"""Deciding, at its edges: what exceptions ask for, what a second decision sees, what a day is."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.apply import advance
from ledger.domain.laws import LAWS
from ledger.domain.outcome import FLAG, NEEDS_APPROVAL
from tests.support.books import ANYBODY, book, open_book, quorum, rule
from tests.support.fund_simulator import GROUNDS
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    laws_of,
    outcome_of,
    verdict_of,
)

FLAGGED = rule(
    "T.WATCH",
    "approval",
    "any_fact",
    effect="flag",
    params={"initiator_roles": ["CustodyOfficer"]},
)


def without_exceptions(
    *rules: dict[str, Any], offices: tuple[str, ...] = ("Governor",)
) -> SmallFund:
    """A fund whose mandate does not say who decides of exceptions."""
    fund = SmallFund()
    fund.constitute()
    if offices != ("Governor",):
        charter = fund.constitution()["charter"]
        fund.govern("charter.amended", charter={**charter, "governance_offices": list(offices)})
        fund.appoint("marat", "Steward")
    fund.register()
    fund.adopt(book(ANYBODY, *rules))
    return fund


def premature(fund: SmallFund, author: str = "bolat") -> Any:
    """A settlement of what nobody approved: an exception."""
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    return fund.act("acquisition.settled", author, **fund.acquired(proposal))


def test_without_a_rule_for_exceptions_the_charter_s_quorum_decides_of_them() -> None:
    fund = without_exceptions(quorum(1, "purchase"), offices=("Steward", "Governor", "Abbot"))
    answer = premature(fund)
    waiting = [(f.rule, f.expected, f.found) for f in outcome_of(answer).findings[1:]]
    assert waiting == [("charter_quorum", "2 of Abbot or Governor or Steward", "0 so far")]
    fact = fund.event_ids[-1]
    fund.approve(fact, "saule")
    again = fund.act("approval.given", "marat", proposal=fact)
    assert effects_of(again) == [("effective", ["proposal_not_effective"])]


def test_a_governor_who_recorded_the_exception_counts_for_the_charter_s_quorum() -> None:
    fund = without_exceptions(quorum(1, "purchase"))
    answer = premature(fund, "gulnara")
    assert outcome_of(answer).findings[-1].found == "1 so far"
    again = fund.act("approval.given", "saule", proposal=fund.event_ids[-1])
    assert effects_of(again) == [("effective", ["proposal_not_effective"])]


def test_the_charter_s_offices_are_named_in_order() -> None:
    """An outcome is bytes: a set has no order of its own."""
    fund = without_exceptions(offices=("Steward", "Governor", "Abbot"))
    named = {"officer": "bolat", "office": "Clerk"}
    answer = fund.act("officer.appointed", "gulnara", **fund.appointment(**named))
    assert outcome_of(answer).findings[0].expected == "2 of Abbot or Governor or Steward"
    charter = fund.constitution()["charter"] | {
        "governance_offices": ["Zouave", "Steward", "Governor", "Bishop"]
    }
    amended = fund.act("charter.amended", "gulnara", charter=charter)
    assert [f.expected for f in outcome_of(amended).findings] == [
        "2 of Abbot or Governor or Steward",
        "2 of Bishop or Governor or Steward or Zouave",
    ]


def test_a_flag_does_not_wait_with_the_exception_beside_it() -> None:
    fund = fund_under(FLAGGED, quorum(1, "purchase"))
    answer = premature(fund, "aigerim")
    effects = {f.rule: f.verdict for f in outcome_of(answer).findings}
    assert effects == {
        "proposal_not_effective": NEEDS_APPROVAL, "T.WATCH": FLAG, "T.EXC": NEEDS_APPROVAL,
    }  # fmt: skip
    fact = fund.event_ids[-1]
    fund.approve(fact, "marat")
    again = outcome_of(fund.act("approval.given", "gulnara", proposal=fact)).effects[0]
    assert {f.rule: f.verdict for f in again.findings} == {
        "proposal_not_effective": FLAG, "T.WATCH": FLAG,
    }  # fmt: skip


def test_what_is_done_on_the_day_of_its_value_did_not_happen_later() -> None:
    fund = fund_under()
    assert verdict_of(fund.state_fact(occurred_on=fund.today)) == "effective"
    assert laws_of(fund.state_fact(occurred_on=fund.today, value_date=fund.day(-1))) == [
        "value_date_before_reference"
    ]


def test_a_suspect_approver_does_not_make_the_author_suspect() -> None:
    fund = fund_under(quorum(2, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    fund.approve(proposal, "marat")
    fund.engage("zhanna", "RiskOfficer")
    stolen = {"key": fund.keyid("marat"), "compromised_since": 1, "reason": "It was stolen"}
    fund.do("key.revoked", "gulnara", **stolen)
    fund.approve(proposal, "daniyar")
    assert not fund.state.proposals[proposal].effective
    assert effects_of(fund.act("approval.given", "zhanna", proposal=proposal)) == [
        ("effective", [])
    ]


def test_a_suspect_who_approved_last_does_not_make_the_author_suspect() -> None:
    """Three were asked for when marat approved, two are when the last one does."""
    fund = fund_under(quorum(3, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    fund.approve(proposal, "daniyar", "marat")
    stolen = {"key": fund.keyid("marat"), "compromised_since": 1, "reason": "It was stolen"}
    fund.do("key.revoked", "gulnara", **stolen)
    fund.change_mandate(quorum(2, "purchase"))
    assert effects_of(fund.act("approval.given", "saule", proposal=proposal)) == [("effective", [])]


def test_a_freeze_waits_for_its_approvals_whatever_the_laws_say_meanwhile() -> None:
    fund = fund_under(quorum(2, "change_custody_account"))
    freeze = fund.pend("account.frozen", "bolat", account="cold-1", reason="A doubt")
    fund.do("account.frozen", "saule", account="cold-1", reason="A doubt of her own")
    first = fund.act("approval.given", "daniyar", proposal=freeze)
    assert (verdict_of(first), effects_of(first)) == ("effective", [])
    assert effects_of(fund.act("approval.given", "marat", proposal=freeze)) == [
        ("refused", ["account_frozen"])
    ]


def test_what_is_missing_cites_no_law_but_the_charter_s() -> None:
    fund = fund_under(quorum(1, "purchase"))
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition())
    assert [(f.rule, f.citation) for f in outcome_of(answer).findings] == [("T.PURCHASE", "")]
    named = fund.appointment("bolat", "Clerk")
    answer = fund.act("officer.appointed", "gulnara", **named)
    assert [f.citation for f in outcome_of(answer).findings] == [LAWS["charter_quorum"]]


def test_what_is_said_of_the_two_accounts_of_a_settlement_is_said_in_their_order() -> None:
    fund = fund_under()
    fund.open_units("10", "cold-2")
    body = fund.exchange("1", "100") | {"account": "cold-2", "receive_account": "cold-1"}
    proposal = fund.do("exchange.proposed", "aigerim", **body)
    for account in ("cold-1", "cold-2"):
        fund.do("account.frozen", "saule", account=account, reason="A doubt")
    answer = fund.act("exchange.settled", "bolat", **fund.exchanged(proposal))
    frozen = [f.found for f in outcome_of(answer).findings if f.rule == "account_frozen"]
    assert frozen == ["cold-1", "cold-2"]


def test_a_close_that_is_valued_in_its_own_period_is_not_shut_out_by_itself() -> None:
    fund = fund_under(quorum(1, "period_close"))
    fund.tick(days=3)
    day = fund.day(-2)
    close = fund.pend("period.closed", "aigerim", **fund.close(day, value_date=day))
    assert effects_of(fund.act("approval.given", "daniyar", proposal=close)) == [("effective", [])]


def test_what_is_under_way_can_still_be_approved_but_not_refused() -> None:
    """It was released too early, and that was accepted; the transfer itself still waits."""
    fund = fund_under(quorum(1, "custody_transfer"))
    fund.open_units("10")
    proposal = fund.pend("transfer.proposed", "aigerim", **fund.transfer("4"))
    fund.step("released", proposal, "4")
    released = fund.event_ids[-1]
    fund.approve(released, "marat", "gulnara")
    assert fund.balance()[3] == 400
    refused = fund.act("approval.refused", "daniyar", proposal=proposal, reason="No")
    assert laws_of(refused) == ["proposal_in_progress"]
    assert effects_of(fund.act("approval.given", "daniyar", proposal=proposal)) == [
        ("effective", [])
    ]


def test_who_settled_too_early_is_not_the_approver_of_what_was_settled() -> None:
    """Separation of duties sees what was done before the approval, too."""
    apart = rule(
        "T.APART", "separation_of_duties", "purchase", "sale", "exchange", "custody_transfer",
        params={"must_differ": ["approver", "releaser", "settler"]},
    )  # fmt: skip
    quorums = quorum(1, "purchase", "sale", "exchange", "custody_transfer")
    for kind, done in (
        ("acquisition", "acquired"), ("disposal", "disposed"), ("exchange", "exchanged"),
        ("transfer", ""),
    ):  # fmt: skip
        fund = fund_under(quorums, apart)
        fund.open_units("10")
        body = fund.exchange("1", "100") if kind == "exchange" else getattr(fund, kind)("2")
        proposal = fund.pend(f"{kind}.proposed", "aigerim", **body)
        if done:
            members = getattr(fund, done)(proposal, "1", "100", final=False)
            fund.pend(f"{kind}.settled", "daniyar", **members)
        else:
            fund.step("released", proposal, "1", "daniyar")
        fund.approve(fund.event_ids[-1], "marat", "gulnara")
        answer = fund.act("approval.given", "daniyar", proposal=proposal)
        assert effects_of(answer) == [("refused", ["T.APART"])], kind


# -- fees that are exceptions do not hide that the units are short ---------------------------------


@pytest.mark.parametrize(
    ("proposed", "settled", "own"),
    [
        ("acquisition", "acquired", {}),
        ("disposal", "disposed", {}),
        ("exchange", "exchanged", {}),
    ],
)
def test_a_frozen_account_does_not_hide_that_its_fee_is_not_there(
    proposed: str, settled: str, own: dict[str, Any]
) -> None:
    fund = fund_under()
    fund.open_units("10")
    fund.do("account.frozen", "saule", account="cold-2", reason="A doubt")
    body = getattr(fund, proposed)()
    if proposed == "exchange":
        body["receive_account"] = "warm-1"
    proposal = fund.do(f"{proposed}.proposed", "aigerim", **body)
    fee = {"leg": "asset", "asset": "BNB", "units": "1", "account": "cold-2"}
    members = getattr(fund, settled)(proposal) | {"fees": [fee], **own}
    answer = fund.act(f"{proposed}.settled", "bolat", **members)
    assert laws_of(answer) == ["account_frozen", "units_short"]


@pytest.mark.parametrize(
    ("proposed", "settled", "units"),
    [
        ("disposal", "disposed", "units"),
        ("exchange", "exchanged", "given"),
        ("delivery", "", "units"),
    ],
)
def test_all_that_is_there_may_leave_and_not_a_base_unit_more(
    proposed: str, settled: str, units: str
) -> None:
    fund = fund_under()
    fund.open_units("10")
    body = fund.exchange("10", "1") if proposed == "exchange" else getattr(fund, proposed)("10")
    proposal = fund.do(f"{proposed}.proposed", "aigerim", **body)
    done = {"proposal": proposal, "fees": [], "final": True, **GROUNDS}
    members = getattr(fund, settled)(proposal) if settled else done
    for leaving, laws in (("10.00000001", ["units_short"]), ("10", [])):
        answer = fund.act(f"{proposed}.settled", "bolat", **{**members, units: leaving})
        assert laws_of(answer) == laws


def test_what_is_said_of_two_accounts_is_said_in_their_order() -> None:
    fund = fund_under()
    fund.open_units("10")
    body = fund.exchange("1", "100") | {"account": "zero", "receive_account": "alpha"}
    found = outcome_of(fund.act("exchange.proposed", "aigerim", **body)).findings
    assert [(f.rule, f.found) for f in found if f.rule == "account_unknown"] == [
        ("account_unknown", "alpha"), ("account_unknown", "zero"),
    ]  # fmt: skip


# -- how far back ----------------------------------------------------------------------------------


def test_how_far_back_a_value_date_may_lie() -> None:
    fund = SmallFund()
    members = fund.constitution()
    members["charter"] |= {
        "max_backdating_days": 0, "wider_backdating": {"days": 2, "until": "2026-01-07"},
    }  # fmt: skip
    fund.submit(fund.sign(members))
    fund.register()
    fund.adopt(open_book())
    fund.tick(days=2)
    assert fund.today == "2026-01-07"
    assert laws_of(fund.state_fact(value_date=fund.day(-3))) == ["value_date_too_early"]
    assert verdict_of(fund.state_fact(value_date=fund.day(-2))) == "effective"
    fund.tick(days=1)
    assert laws_of(fund.state_fact(value_date=fund.day(-1))) == ["value_date_too_early"]
    assert verdict_of(fund.state_fact(value_date=fund.today)) == "effective"


# -- the day ---------------------------------------------------------------------------------------


def test_a_fund_is_constituted_on_its_own_day() -> None:
    """Five hours east it is tomorrow already."""
    fund = SmallFund(now="2026-01-05T20:00:00.000000Z")
    members = fund.constitution(value_date="2026-01-06")
    fund.submit(fund.sign(members))
    assert fund.state.day == "2026-01-06"
    assert fund.state.position == 1


def test_a_second_constitution_does_not_set_the_day() -> None:
    fund = fund_under()
    members = fund.constitution()
    members["charter"]["utc_offset_minutes"] = -720
    fund.now = "2026-01-09T20:00:00.000000Z"
    members["valid_until"] = "2026-01-20T00:00:00.000000Z"
    advance(fund.state, fund.verify(fund.sign(members)), fund.now)
    assert fund.state.day == "2026-01-10"


def test_an_event_id_is_forgotten_when_its_day_is_over() -> None:
    fund = fund_under()
    last = fund.do("fact.recorded", "aigerim", fact="audited", subject="fund", value=True,
                   valid_until=fund.instant(seconds=600), **GROUNDS)  # fmt: skip
    references = fund.state.references
    assert references.knows(last)
    fund.tick(days=1)
    fund.state_fact()
    assert not references.knows(last)


def test_codes_of_a_fact_are_in_the_order_of_their_asking() -> None:
    fund = fund_under(quorum(1, "purchase"))
    assert codes_of(premature(fund)) == ["proposal_not_effective", "T.EXC"]
