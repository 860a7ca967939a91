"""Who decides, and from when: approvals, separate duties, and what nobody published."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.outcome import DENY, FLAG, Finding
from ledger.domain.policy import Authorised, Requirement
from ledger.kernel.errors import BookError
from ledger.kernel.money import Money
from policies.book import read_book
from policies.questions import watched as watched_of
from tests.support.books import book, rule
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    BTC,
    DOCUMENT,
    USDC,
    action,
    asked,
    found,
    holding,
    rule_of,
    said,
    watched,
)

DAY = "2026-01-05"

# -- approval -------------------------------------------------------------------------------------

HALF: dict[str, Any] = {"roles_count": "1", "pct": "0.5"}
POLICY: dict[str, Any] = {"policy_reference_required": True}
NEED: dict[str, Any] = {"roles_count": "1", "determination": "in_need"}


@pytest.mark.parametrize(
    ("params", "subject", "held", "answer"),
    [
        (HALF, action(), [holding(2 * 10**9)], "asks"),
        (HALF, action(), [holding(2 * 10**9 + 1)], "denies"),
        (HALF, action(), [holding(2 * 10**9), holding(2 * 10**9, USDC)], "asks"),
        (HALF, action(), [holding(10**9), holding(10**9, encumbered=5)], "asks"),
        (HALF, action(), [], "denies"),
        ({**HALF, "effect": "deny"}, action(asset=None), [holding(2 * 10**9)], "denies"),
        ({**HALF, "effect": "deny"}, action(units=None), [holding(2 * 10**9)], "denies"),
        ({**HALF, "pct": "1"}, action(), [holding(10**9)], "asks"),
        (POLICY, action(), [], "asks"),
        ({**POLICY, "effect": "deny"}, action(), [], "denies"),
        (POLICY, action(evidence=(DOCUMENT,)), [], "allows"),
        (NEED, action(), [], "denies"),
        (NEED, action(facts={"in_need": False}), [], "denies"),
        (NEED, action(facts={"in_need": True}), [], "asks"),
        ({"details": {"who": "a committee"}}, action(), [], "allows"),
        ({"advisory": True}, action(), [], "allows"),
    ],
)
def test_what_an_approval_asks_for_besides(
    params: dict[str, Any], subject: Any, held: list[Any], answer: str
) -> None:
    assert said(asked("approval", subject, KnownFacts(held=held), **params)) == answer


LESS: dict[str, tuple[dict[str, Any], Any]] = {
    "a policy that is not attached": ({"policy_reference_required": True}, action()),
    "units that are not known": ({"pct": "0.5"}, action(units=None)),
}


@pytest.mark.parametrize(("params", "subject"), LESS.values(), ids=LESS)
def test_what_is_missing_does_not_take_approvals_away(params: dict[str, Any], subject: Any) -> None:
    """Else who leaves the document out needs one officer of any office instead of three."""
    quorum: dict[str, Any] = {"roles_all_of": ["Governor"], "roles_count": "3"}
    verdict = asked("approval", subject, **quorum, **params)
    wanted = Requirement("T.R", all_of=("Governor",), count=3)
    assert said(verdict) == "denies" or wanted in verdict.requirements


def test_an_exact_share_says_what_it_would_be() -> None:
    known = KnownFacts(held=[holding(10**9)])
    verdict = asked("approval", action(), known, **HALF)
    assert found(verdict) == ("0.5 of 10 BTC", "10")
    assert verdict.requirements == (Requirement("T.R", count=1),)
    wanted = asked("approval", action(), roles_count="1", determination="in_need")
    assert found(wanted) == ("in_need", "not stated")
    assert wanted.findings[0].verdict == DENY
    reference = asked("approval", action(), policy_reference_required=True)
    assert found(reference) == ("a reference to the policy", "none")


def test_a_document_that_is_missing_does_not_hide_what_else_is_wrong() -> None:
    """With the document the share is wrong; without it, that is said as well."""
    params: dict[str, Any] = {**HALF, **POLICY, "effect": "flag"}
    known = KnownFacts(held=[holding(10**9)])
    shown = action(evidence=(DOCUMENT,))
    with_it, without = (asked("approval", one, known, **params) for one in (shown, action()))
    assert said(with_it) == said(without) == "asks"
    assert [one.expected for one in with_it.findings] == ["0.5 of 10 BTC"]
    assert [one.expected for one in without.findings] == [
        "a reference to the policy",
        "0.5 of 10 BTC",
    ]


def test_advice_is_never_counted() -> None:
    params: dict[str, Any] = {"advisory": True, "roles_any_of": ["Adviser"], "roles_count": "1"}
    assert asked("approval", action(), **params).requirements == ()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "asks for nothing"),
        ({"roles_count": "1", "distinct": False}, "by person"),
        ({"roles_count": "1", "above": "1"}, "needs the currency"),
        ({"roles_count": "1", "above": "0.001", "unit": "USD"}, "digits"),
        ({"roles_count": "1", "above": "2", "up_to": "2", "unit": "USD"}, "empty"),
        ({"roles_count": "1", "up_to": "2", "unit": "XYZ"}, "ISO 4217"),
    ],
)
def test_approvals_that_mean_nothing_are_refused(params: dict[str, Any], message: str) -> None:
    with pytest.raises(BookError, match=message):
        rule_of("approval", **params)


def test_an_initiator_of_no_office_is_told_so() -> None:
    nobody = action(offices=frozenset())
    verdict = asked("approval", nobody, effect="deny", initiator_roles=["Governor"])
    assert found(verdict) == ("Governor", "no office")


# -- effective_date -------------------------------------------------------------------------------


def test_the_first_day_counts_as_in_force() -> None:
    kept = asked("effective_date", action(), in_force_from="2026-01-05")
    assert (said(kept), kept.inputs) == ("allows", ("in force since 2026-01-05",))
    early = asked("effective_date", action(), in_force_from="2026-01-06")
    assert found(early) == ("not before 2026-01-06", "2026-01-05")
    late = replace(action(), value_date="2026-01-06")
    assert said(asked("effective_date", late, in_force_from="2026-01-06")) == "allows"


# -- no_published_rule, separation_of_duties ------------------------------------------------------


def figures(*values: str) -> KnownFacts:
    pairs = enumerate(values)
    return KnownFacts(
        observed_values={("held", f"BTC/source-{n}"): (DAY, value, "BTC") for n, value in pairs}
    )


def test_figures_that_contradict_each_other_are_all_shown_and_none_is_chosen() -> None:
    params: dict[str, Any] = {"values": [], "compare": "held", "effect": "flag"}
    assert watched(figures("190000", "190000"), "no_published_rule", **params) == []
    text = "190000 BTC (source-0), 15000.5 BTC (source-1)"
    at = ("position 1", "position 1")
    one = Finding("T.R", FLAG, "one held of BTC", text, "A test", at)
    assert watched(figures("190000", "15000.5"), "no_published_rule", **params) == [one]
    silent: dict[str, Any] = {"values": ["a"], "effect": "flag"}
    assert watched(figures("1", "2"), "no_published_rule", **silent) == []


@pytest.mark.parametrize(
    ("params", "answer", "text"),
    [
        ({"values": ["cap", "date"]}, "denies", "a published cap, date"),
        ({"values": []}, "denies", "a published rule"),
        ({"values": ["cap"], "effect": "flag"}, "flags", "a published cap"),
        ({"values": ["cap"], "approvers": ["Board"]}, "asks", "a published cap"),
    ],
)
def test_what_is_not_published_never_allows(params: Any, answer: str, text: str) -> None:
    verdict = asked("no_published_rule", action(), **params)
    assert (said(verdict), found(verdict)) == (answer, (text, "unknown"))


def test_one_person_holds_one_of_the_offices() -> None:
    offices = {"a": frozenset({"Clerk", "Governor"}), "b": frozenset({"Clerk", "Board", "Judge"})}
    known = KnownFacts(in_office=offices)
    params: dict[str, Any] = {"roles": ["Judge", "Governor", "Board"], "effect": "flag"}
    (finding,) = watched(known, "separation_of_duties", **params)
    assert (finding.expected, finding.found) == ("one of these offices", "b is Board and Judge")
    tasks: dict[str, Any] = {"must_differ": ["proposer", "approver"]}
    assert watched(known, "separation_of_duties", **tasks) == []


@pytest.mark.parametrize("params", [{}, {"roles": ["Judge"]}, {"must_differ": ["proposer"]}])
def test_it_takes_two_to_differ(params: dict[str, Any]) -> None:
    with pytest.raises(BookError, match="takes two tasks or two offices"):
        rule_of("separation_of_duties", **params)


def test_contradicting_figures_are_said_even_by_a_rule_that_decides_nothing() -> None:
    params: dict[str, Any] = {"values": [], "compare": "held"}
    silent = rule("T.N", "no_published_rule", "calendar", params=params, effect="none")
    books = [read_book(book(silent))]
    assert [one.rule for one in watched_of(books, figures("1", "2"), DAY)] == ["T.N"]


# -- settlement_tolerance -------------------------------------------------------------------------


@pytest.mark.parametrize("left_out", [{"units": None}, {"consideration": None}])
def test_a_settlement_of_which_something_is_not_known_is_not_within_tolerance(
    left_out: dict[str, Any],
) -> None:
    agreed = Authorised(10**9, 0, Money("USD", 50_000), effective=True)
    dear = action("purchase_settlement", authorised=agreed)
    assert said(asked("settlement_tolerance", dear)) == "denies"
    assert said(asked("settlement_tolerance", replace(dear, **left_out))) == "denies"


def test_what_is_exchanged_is_compared_by_what_is_given_and_received() -> None:
    agreed = Authorised(10**8, 0, None, effective=True, received=100)
    given: dict[str, Any] = {"given_asset": BTC, "authorised": agreed, "asset": USDC}
    for units_given, received, answer in (
        (10**8, 100, "allows"),
        (10**8, 99, "denies"),
        (10**8 + 1, 101, "denies"),
        (5 * 10**7, 50, "allows"),
    ):
        fields = {**given, "given_units": units_given, "units": received}
        swap = action("exchange_settlement", **fields)
        assert said(asked("settlement_tolerance", swap)) == answer
