"""What is due, and what is watched on a day on which nothing is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.policy import Difference, Filing
from policies.obligation import CLOSED, LATE, OPEN, OVERDUE, WAITING, Obligation
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    BTC,
    COLD,
    action,
    asked,
    found,
    rule_of,
    said,
    stated,
    watched,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = "2026-01-05"


def dues(
    known: KnownFacts, day: str = DAY, rule_type: str = "obligation_due", **params: Any
) -> Sequence[Obligation]:
    fields = {"deliverable": "report", **params} if rule_type == "obligation_due" else params
    read = rule_of(rule_type, **fields)
    assert read.kind.due is not None
    return read.kind.due(read, known, day)


def filed(*reports: tuple[str, str, str]) -> KnownFacts:
    """Reports by day of filing, day that they cover, and channel."""
    made = [Filing(day, until, channel, False, 3) for day, until, channel in reports]  # noqa: FBT003 - as the form has it
    return KnownFacts(filed={"report": made})


# -- obligation_due: clocks -----------------------------------------------------------------------

FIXED: dict[str, Any] = {"due": DAY}
YEARLY: dict[str, Any] = {"clock": "calendar", "first_due": "2025-01-31", "every_months": 12}
AFTER: dict[str, Any] = {"clock": "days_from_event", "event": "enacted", "days": 30}


@pytest.mark.parametrize(
    ("params", "day", "expected"),
    [
        (FIXED, "2026-01-04", [(DAY, OPEN, 1)]),
        (FIXED, DAY, [(DAY, OPEN, 0)]),
        (FIXED, "2026-01-06", [(DAY, OVERDUE, -1)]),
        ({}, DAY, [(None, WAITING, None)]),
        ({"clock": "none_published"}, DAY, [(None, WAITING, None)]),
        ({"clock": "continuous"}, DAY, [(None, OPEN, None)]),
        ({"clock": "calendar"}, DAY, [(None, WAITING, None)]),
        (YEARLY, "2024-06-01", [("2025-01-31", OPEN, 244)]),
        (YEARLY, "2025-01-31", [("2025-01-31", OPEN, 0)]),
        (YEARLY, "2025-02-01", [("2025-01-31", OVERDUE, -1), ("2026-01-31", OPEN, 364)]),
        (
            {**YEARLY, "every_months": 1},
            "2025-03-01",
            [("2025-01-31", OVERDUE, -29), ("2025-02-28", OVERDUE, -1), ("2025-03-31", OPEN, 30)],
        ),
        (AFTER, DAY, [(None, WAITING, None)]),
        ({"clock": "days_from_event"}, DAY, [(None, WAITING, None)]),
    ],
)
def test_a_clock(params: dict[str, Any], day: str, expected: list[Any]) -> None:
    seen = dues(KnownFacts(), day, **params)
    assert [(one.due, one.status, one.days_left) for one in seen] == expected


@pytest.mark.parametrize(
    ("fact", "day", "expected"),
    [
        (stated("2025-12-06"), DAY, (DAY, OPEN, 0)),
        (stated("2025-12-06"), "2026-01-06", (DAY, OVERDUE, -1)),
        (stated("2025-12-06"), "2025-12-06", (DAY, OPEN, 30)),
        (stated("2025-12-06"), "2025-12-05", (None, WAITING, None)),
        (stated("2025-12-06", value=False), DAY, (None, WAITING, None)),
    ],
)
def test_the_day_of_the_event_is_day_nought(fact: Any, day: str, expected: Any) -> None:
    known = KnownFacts(facts={("enacted", "fund"): fact})
    (one,) = dues(known, day, **AFTER)
    assert (one.due, one.status, one.days_left) == expected
    at_once = {"clock": "days_from_event", "event": "enacted"}
    assert dues(known, day, **at_once)[0].due == ("2025-12-06" if expected[0] else None)


def test_every_clock_says_why_it_stands_as_it_does() -> None:
    (whole,) = dues(KnownFacts(), DAY, to=["Legislature"], **FIXED)
    assert whole == Obligation(
        "T.R", "report", DAY, OPEN, 0, ("Legislature",), "A test", "nothing filed"
    )
    assert not whole.is_flagged
    for params, known, note in (
        ({**FIXED, "nil_return": True}, KnownFacts(), "a nil return is due as well"),
        ({}, KnownFacts(), "no day is published"),
        (AFTER, KnownFacts(), "enacted has not happened"),
        ({"clock": "continuous"}, KnownFacts(), "at all times; nothing filed"),
        ({"clock": "continuous"}, filed(("2026-01-03", "2025-12-31", "web")),
         "at all times; last on 2026-01-03"),
        ({"clock": "continuous"}, filed(("2026-01-06", "2025-12-31", "web")),
         "at all times; nothing filed"),
        (FIXED, filed(("2026-01-03", DAY, "web")), "filed on 2026-01-03"),
    ):  # fmt: skip
        assert dues(known, DAY, **params)[0].note == note


BOTH: dict[str, Any] = {**FIXED, "channels_all_of": ["web", "paper"]}


@pytest.mark.parametrize(
    ("params", "reports", "day", "status", "note"),
    [
        (FIXED, [(DAY, DAY, "web")], "2026-01-09", CLOSED, f"filed on {DAY}"),
        (FIXED, [("2026-01-06", DAY, "web")], "2026-01-09", LATE, "filed on 2026-01-06"),
        (FIXED, [("2026-01-06", DAY, "web")], DAY, OPEN, "nothing filed"),
        (FIXED, [("2026-01-03", "2025-12-31", "web")], "2026-01-06", OVERDUE, "nothing filed"),
        (FIXED, [("2026-01-06", DAY, "a"), (DAY, DAY, "b")], "2026-01-09", CLOSED,
         f"filed on {DAY}"),
        (BOTH, [(DAY, DAY, "web")], DAY, OPEN, "missing: paper"),
        (BOTH, [(DAY, DAY, "web")], "2026-01-06", OVERDUE, "missing: paper"),
        (BOTH, [(DAY, DAY, "web"), (DAY, DAY, "paper")], "2026-01-06", CLOSED, f"filed on {DAY}"),
        (BOTH, [(DAY, DAY, "web"), ("2026-01-07", DAY, "paper")], "2026-01-09", LATE,
         "filed on 2026-01-07"),
        (BOTH, [(DAY, DAY, "web"), ("2026-01-07", DAY, "web"), (DAY, DAY, "paper")],
         "2026-01-09", CLOSED, f"filed on {DAY}"),
    ],
)  # fmt: skip
def test_a_filing_closes_and_a_late_one_leaves_its_finding(
    params: dict[str, Any], reports: list[Any], day: str, status: str, note: str
) -> None:
    (one,) = dues(filed(*reports), day, **params)
    assert (one.due, one.status, one.note) == (DAY, status, note)
    assert one.is_flagged is (status in {LATE, OVERDUE})


def test_what_was_done_of_a_calendar_is_left_out() -> None:
    known = filed(("2025-01-30", "2025-01-31", "web"))
    seen = dues(known, "2025-06-01", **YEARLY)
    assert [(one.due, one.status) for one in seen] == [("2026-01-31", OPEN)]
    known.filed["report"].append(Filing("2025-05-01", "2026-01-31", "web", False, 4))  # noqa: FBT003 - as the form has it
    seen = dues(known, "2025-06-01", **YEARLY)
    assert [(one.due, one.status) for one in seen] == [("2026-01-31", CLOSED)]


@pytest.mark.parametrize("params", [{"starts_on": "a", "years": 3}, {"units_per_day": "1"}])
def test_what_is_no_report_is_not_due(params: dict[str, Any]) -> None:
    assert dues(KnownFacts(), DAY, **FIXED, **params) == ()


# -- obligation_due: years, daily units -----------------------------------------------------------

THREE: dict[str, Any] = {"years": 3, "starts_on": "returned", "stops_on": "owner_came"}
CLAIMED = action("unclaimed_item", account=COLD)


def life(began: Any = None, stopped: Any = None) -> KnownFacts:
    facts = {("returned", "cold-1"): began, ("owner_came", "cold-1"): stopped}
    return KnownFacts(facts={name: fact for name, fact in facts.items() if fact})


@pytest.mark.parametrize(
    ("params", "subject", "known", "answer"),
    [
        (THREE, CLAIMED, life(stated("2023-01-05")), "allows"),
        (THREE, CLAIMED, life(stated("2023-01-06")), "denies"),
        (THREE, CLAIMED, life(), "denies"),
        (THREE, CLAIMED, life(stated("2023-01-05", value=False)), "denies"),
        (THREE, CLAIMED, life(stated("2023-01-05"), stated("2023-01-05")), "denies"),
        (THREE, CLAIMED, life(stated("2023-01-05"), stated("2023-01-04")), "allows"),
        (THREE, CLAIMED, life(stated("2023-01-05"), stated("2025-01-05", value=False)), "allows"),
        ({**THREE, "stops_on": None}, CLAIMED, life(stated("2023-01-05")), "allows"),
        ({}, CLAIMED, life(), "silent"),
        ({"stops_on": "owner_came"}, CLAIMED, life(), "silent"),
        ({"starts_on": "returned"}, CLAIMED, life(), "silent"),
    ],
)
def test_years_that_must_have_gone_by(
    params: dict[str, Any], subject: Any, known: KnownFacts, answer: str
) -> None:
    fields = {name: value for name, value in params.items() if value is not None}
    assert said(asked("obligation_due", subject, known, deliverable="d", **fields)) == answer


def test_years_say_from_when_or_what_stopped_them() -> None:
    params: dict[str, Any] = {"deliverable": "d", **THREE}
    early = asked("obligation_due", CLAIMED, life(stated("2024-02-29")), **params)
    assert found(early) == ("from 2027-02-28", DAY)
    assert early.findings[0].inputs == ("position 7",)
    both = life(stated("2023-01-05"), stated("2024-01-01"))
    assert found(asked("obligation_due", CLAIMED, both, **params)) == (
        "no owner_came", "on 2024-01-01",
    )  # fmt: skip
    assert found(asked("obligation_due", CLAIMED, life(), **params)) == (
        "known fact returned of cold-1", "unknown",
    )  # fmt: skip
    kept = asked("obligation_due", CLAIMED, life(stated("2023-01-05")), **params)
    assert kept.inputs == ("returned on 2023-01-05 (position 7)",)


def test_years_of_an_account_that_is_not_known_have_not_gone_by() -> None:
    unplaced = action("unclaimed_item")
    assert said(asked("obligation_due", unplaced, deliverable="d", **THREE)) == "denies"


DAILY: dict[str, Any] = {"deliverable": "d", "units_per_day": "1", "asset": "BTC", "since": DAY}


@pytest.mark.parametrize(
    ("params", "day", "bought", "text"),
    [
        (DAILY, DAY, 10**8, None),
        (DAILY, DAY, 10**8 - 1, "0.99999999 BTC"),
        (DAILY, DAY, 0, "0 BTC"),
        (DAILY, "2026-01-04", 0, None),
        ({**DAILY, "units_per_day": "0.5"}, DAY, 5 * 10**7, None),
        ({**DAILY, "units_per_day": "0.5"}, DAY, 5 * 10**7 - 1, "0.49999999 BTC"),
        ({"deliverable": "d", "units_per_day": "1"}, DAY, 0, None),
        ({"deliverable": "d"}, DAY, 0, None),
    ],
)
def test_units_to_be_bought_on_every_day(
    params: dict[str, Any], day: str, bought: int, text: str | None
) -> None:
    known = KnownFacts({day: bought}, assets={"BTC": BTC})
    findings = watched(known, "obligation_due", day, **params)
    assert [finding.found for finding in findings] == ([text] if text else [])
    if findings:
        assert findings[0].expected == f"{params['units_per_day']} BTC bought on {day}"


def test_units_of_an_asset_that_is_not_listed_were_not_bought() -> None:
    (finding,) = watched(KnownFacts(), "obligation_due", **DAILY)
    assert finding.found == "0 BTC"


# -- reconciliation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "last", "day", "expected"),
    [
        ({"frequency_days": 30}, "2025-12-06", DAY, (DAY, OPEN, 0, "last of 2025-12-06")),
        ({"frequency_days": 30}, "2025-12-06", "2026-01-06",
         (DAY, OVERDUE, -1, "last of 2025-12-06")),
        ({"frequency_days": 20, "within_days": 10}, "2025-12-06", DAY,
         (DAY, OPEN, 0, "last of 2025-12-06")),
        ({"frequency_days": 30}, "", DAY, (None, WAITING, None, "nothing was compared yet")),
        ({}, "2025-12-06", DAY,
         (None, WAITING, None, "no frequency is published; last of 2025-12-06")),
    ],
)  # fmt: skip
def test_when_the_next_comparison_is_due(
    params: dict[str, Any], last: str, day: str, expected: Any
) -> None:
    (one,) = dues(KnownFacts(last_statement=last), day, "reconciliation", **params)
    assert (one.due, one.status, one.days_left, one.note) == expected
    assert one.deliverable == "reconciliation"
    (named,) = dues(KnownFacts(), day, "reconciliation", item="balances", **params)
    assert named.deliverable == "balances"


def test_every_difference_is_flagged_in_units() -> None:
    differences = [
        Difference("cold-1", "BTC", DAY, -1, "custodian", 3),
        Difference("cold-1", "ETH", DAY, 5, "break", 4),
    ]
    known = KnownFacts(differences=differences, assets={"BTC": BTC})
    findings = watched(known, "reconciliation")
    assert [(one.found, one.inputs) for one in findings] == [
        (f"-0.00000001 BTC on cold-1 on {DAY}", ("position 3",)),
        (f"5 ETH on cold-1 on {DAY}", ("position 4",)),
    ]
    assert said(asked("reconciliation", action(), known)) == "silent"
