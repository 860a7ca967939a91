"""Mandates: adopted with notice, switched by the day, suspended; facts go on meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.domain.apply import advance
from ledger.domain.digest import state_digest
from tests.support.books import EXCEPTION, anybody, approval, book, open_book, quorum, rule
from tests.support.fund_simulator import replayed
from tests.support.small_fund import (
    SmallFund,
    codes_of,
    effects_of,
    fund_under,
    outcome_of,
    verdict_of,
)

if TYPE_CHECKING:
    from typing import Any


def adoption(fund: SmallFund, *rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    book_id = fund.govern("book.recorded", book=open_book(*rules))
    base = {"mandate": "second", "version": "2", "books": [book_id]}
    return {**base, "effective_from": fund.day(10), **fields}


def in_force(fund: SmallFund) -> str:
    assert fund.state.mandate is not None
    return fund.state.mandate.event_id


def test_the_first_mandate_needs_no_notice() -> None:
    fund = SmallFund()
    fund.constitute()
    adopted = fund.govern("mandate.adopted", **adoption(fund, effective_from=fund.today))
    assert in_force(fund) == adopted


def test_the_first_mandate_may_lie_ahead_and_nothing_is_allowed_until_then() -> None:
    fund = SmallFund()
    fund.constitute()
    fund.register()
    fund.govern("mandate.adopted", **adoption(fund, effective_from=fund.day(2)))
    assert codes_of(fund.state_fact()) == ["no_mandate"]
    fund.tick(days=2)
    assert verdict_of(fund.state_fact()) == "effective"


@pytest.mark.parametrize(("days", "verdict"), [(9, "refused"), (10, "effective")])
def test_notice_is_counted_in_days_of_the_fund(days: int, verdict: str) -> None:
    fund = fund_under()
    fields = adoption(fund, effective_from=fund.day(days))
    answer = fund.act("mandate.adopted", "gulnara", cosigners=["nurlan"], **fields)
    assert verdict_of(answer) == verdict


def test_notice_runs_from_the_proposal_not_from_its_completion() -> None:
    fund = fund_under()
    proposal = fund.pend("mandate.adopted", "gulnara", **adoption(fund))
    fund.tick(days=8)
    fund.approve(proposal, "nurlan")
    assert in_force(fund) != proposal
    fund.tick(days=2)
    fund.state_fact()
    assert in_force(fund) == proposal


def test_an_adoption_completed_late_comes_into_force_at_once() -> None:
    fund = fund_under()
    proposal = fund.pend("mandate.adopted", "gulnara", **adoption(fund))
    fund.tick(days=20)
    fund.approve(proposal, "nurlan")
    assert in_force(fund) == proposal


def test_two_first_mandates_do_not_both_escape_notice() -> None:
    """The second, proposed while there was none, is decided again under the first."""
    fund = SmallFund()
    fund.constitute()
    first = fund.pend("mandate.adopted", "gulnara", **adoption(fund, effective_from=fund.today))
    second = fund.pend("mandate.adopted", "nurlan", **adoption(fund, effective_from=fund.today))
    fund.approve(second, "saule")
    answer = fund.act("approval.given", "saule", proposal=first)
    assert effects_of(answer) == [("refused", ["notice_too_short"])]
    assert in_force(fund) == second


def test_a_mandate_takes_over_on_its_first_day_in_the_fund_s_zone() -> None:
    fund = fund_under()
    ahead = fund.govern("mandate.adopted", **adoption(fund, quorum(1, "purchase")))
    first_day = fund.day(10)
    evening_before = f"{fund.day(9)}T18:59:59.999999Z"
    fund.now = evening_before
    envelope = fund.sign(fund.members("acquisition.proposed", "aigerim", **fund.acquisition()))
    assert verdict_of(fund.submit(envelope)) == "effective"
    assert in_force(fund) != ahead
    fund.tick(seconds=1)
    members = fund.members("acquisition.proposed", "aigerim", **fund.acquisition("9"))
    answer = fund.submit(fund.sign(members))
    assert (verdict_of(answer), outcome_of(answer).mandate) == ("pending", ahead)
    assert fund.state.day == first_day


def test_several_mandates_ahead_come_in_the_order_of_their_first_days() -> None:
    fund = fund_under()
    late = fund.govern("mandate.adopted", **adoption(fund, effective_from=fund.day(30)))
    early = fund.govern("mandate.adopted", **adoption(fund, effective_from=fund.day(20)))
    same = fund.govern("mandate.adopted", **adoption(fund, effective_from=fund.day(20)))
    seen = []
    for _ in range(5):
        fund.tick(days=8)
        fund.state_fact()
        seen.append(in_force(fund))
    assert seen[2:] == [same, late, late]
    assert early not in seen
    assert state_digest(replayed(fund.records)) == state_digest(fund.state)


def test_time_passed_in_one_step_or_many_gives_one_state() -> None:
    """Answers to rejected envelopes let time pass in smaller steps than the log shows."""
    fund = fund_under(quorum(1, "transfer_out"))
    fund.open_units("10")
    fund.govern("mandate.adopted", **adoption(fund, effective_from=fund.day(12)))
    for days in (5, 6, 20):
        fund.pend(
            "delivery.proposed",
            "aigerim",
            **fund.delivery("1", valid_until=fund.instant(days=days)),
        )
    other = replayed(fund.records)
    assert fund.last is not None
    for days in (1, 5, 6, 11, 12, 13):
        advance(fund.state, fund.last, fund.instant(days=days))
    advance(other, fund.last, fund.instant(days=13))
    assert state_digest(other) == state_digest(fund.state)


# -- suspension -----------------------------------------------------------------------------------


def test_suspended_nothing_is_proposed_and_facts_wait_for_the_exception_quorum() -> None:
    fund = fund_under(quorum(1, "purchase"))
    proposal = fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    fund.approve(proposal, "daniyar")
    fund.suspend()
    refused = fund.act("acquisition.proposed", "aigerim", **fund.acquisition())
    assert codes_of(refused) == ["mandate_suspended"]
    settled = fund.act("acquisition.settled", "bolat", **fund.acquired(proposal))
    assert verdict_of(settled) == "pending"
    assert codes_of(settled) == ["mandate_suspended", "T.EXC"]
    fact = fund.event_ids[-1]
    fund.approve(fact, "marat")
    assert fund.balance()[0] == 0
    answer = fund.act("approval.given", "gulnara", proposal=fact)
    assert effects_of(answer) == [("effective", ["mandate_suspended"])]
    assert fund.balance()[0] == 1_000


def test_the_registry_stands_still_while_suspended_and_the_charter_does_not() -> None:
    fund = fund_under()
    fund.suspend()
    opened = fund.act("account.closed", "aigerim", account="warm-1", reason="It ends")
    assert codes_of(opened) == ["mandate_suspended"]
    assert verdict_of(fund.act("account.frozen", "saule", account="cold-1", reason="A doubt")) == (
        "effective"
    )
    fund.govern("account.unfrozen", account="cold-1", reason="No doubt")


def test_resumed_it_governs_again() -> None:
    fund = fund_under()
    fund.suspend()
    fund.govern("mandate.resumed", mandate=in_force(fund), reason="No doubt")
    assert verdict_of(fund.act("acquisition.proposed", "aigerim", **fund.acquisition())) == (
        "effective"
    )


def test_suspension_needs_the_quorum() -> None:
    fund = fund_under()
    answer = fund.act("mandate.suspended", "gulnara", mandate=in_force(fund), reason="A doubt")
    assert verdict_of(answer) == "pending"


# -- books ----------------------------------------------------------------------------------------


def test_a_bill_is_adopted_only_with_a_reason() -> None:
    fund = fund_under()
    bill = fund.govern("book.recorded", book={**open_book(), "status": "bill"})
    fields = {"mandate": "m", "version": "2", "books": [bill], "effective_from": fund.day(11)}
    refused = fund.act("mandate.adopted", "gulnara", cosigners=["nurlan"], **fields)
    assert codes_of(refused) == ["book_not_in_force"]
    fund.govern("mandate.adopted", override="The cabinet decided so", **fields)


def test_a_book_counts_once() -> None:
    fund = fund_under()
    book_id = fund.govern("book.recorded", book=open_book())
    fields = {"mandate": "m", "version": "2", "effective_from": fund.day(11)}
    answer = fund.act(
        "mandate.adopted", "gulnara", cosigners=["nurlan"], books=[book_id, book_id], **fields
    )
    assert codes_of(answer) == ["book_unknown"]


def test_of_several_books_deny_wins_and_all_findings_are_kept_in_order() -> None:
    fund = SmallFund()
    fund.constitute()
    fund.register()
    cap = {"unit": "USD", "measure": "transaction_cost"}
    books = [
        book(anybody("A.ANY", "any_instruction", "any_fact"), EXCEPTION),
        book(rule("B.CAP", "cap_absolute", "purchase", params={"amount": "5", **cap}), book="b"),
        book(
            rule("C.CAP", "cap_absolute", "purchase", params={"amount": "4", **cap}),
            approval("C.APPR", "purchase", roles_count="1"),
            book="c",
        ),
    ]
    ids = [fund.govern("book.recorded", book=each) for each in books]
    fund.govern("mandate.adopted", mandate="m", version="1", books=ids, effective_from=fund.today)
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition(cost="4.5"))
    assert (verdict_of(answer), codes_of(answer)) == ("refused", ["C.CAP"])
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition(cost="6"))
    assert codes_of(answer) == ["B.CAP", "C.CAP"]
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition(cost="4"))
    assert codes_of(answer) == ["C.APPR"]


def test_default_deny_where_no_rule_gives_authority() -> None:
    fund = SmallFund()
    fund.constitute()
    fund.register()
    fund.adopt(book(anybody("T.ONLY", "price"), EXCEPTION))
    answer = fund.act("acquisition.proposed", "aigerim", **fund.acquisition())
    assert (verdict_of(answer), codes_of(answer)) == ("refused", ["DESIGN.AUTHORITY.1"])
    fact = fund.state_fact()
    assert (verdict_of(fact), codes_of(fact)) == ("pending", ["DESIGN.AUTHORITY.1", "T.EXC"])


def test_without_an_exception_rule_the_charter_s_quorum_decides_on_exceptions() -> None:
    fund = SmallFund()
    fund.constitute()
    fund.register()
    fund.adopt(book(anybody("T.ANY", "any_instruction")))
    fact = fund.state_fact(cosigners=["gulnara"])
    assert codes_of(fact) == ["DESIGN.AUTHORITY.1", "charter_quorum"]
    answer = fund.act("approval.given", "nurlan", proposal=fund.event_ids[-1])
    assert effects_of(answer) == [("effective", ["DESIGN.AUTHORITY.1"])]
