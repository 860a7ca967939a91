"""Parts of the domain beside naive models: daily series, references, quorums, windows of limits."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.outcome import Effect, Finding, Outcome, outcome_of
from ledger.domain.policy import Action, Requirement
from ledger.domain.references import References
from ledger.domain.series import DailySeries
from ledger.domain.signatories import is_met
from ledger.kernel.canonical import decode_object
from ledger.kernel.money import Money
from policies.book import read_book
from tests.support.books import book, rule
from tests.support.known_facts import KnownFacts
from tests.support.strategies import digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

START = date(2026, 1, 1)


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


entries = st.lists(st.tuples(st.integers(0, 40), st.integers(-50, 50)), max_size=30)
numbers = st.integers(-5, 45)


@given(entries, numbers, numbers)
def test_a_daily_series_is_a_sum_over_days(
    added: list[tuple[int, int]], first: int, last: int
) -> None:
    series, naive = DailySeries(), defaultdict[str, int](int)
    for number, amount in added:
        series.add(day(number), amount)
        naive[day(number)] += amount
    assert series.total == sum(naive.values())
    assert series.until(day(last)) == sum(n for d, n in naive.items() if d <= day(last))
    assert series.days_between(day(first), day(last)) == sorted(
        d for d in naive if day(first) <= d <= day(last)
    )
    if first <= last:
        inside = [n for d, n in naive.items() if day(first) <= d <= day(last)]
        assert series.between(day(first), day(last)) == sum(inside)
    lowest = min(sum(n for d, n in naive.items() if d <= day(until)) for until in range(first, 60))
    assert series.lowest_from(day(first)) == lowest


@given(entries, numbers, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=9))
def test_folding_forgets_only_how_a_sum_came_about(
    added: list[tuple[int, int]], closed: int, more: list[tuple[int, int]]
) -> None:
    series, folded = DailySeries(), DailySeries()
    for number, amount in added:
        series.add(day(number), amount)
        folded.add(day(number), amount)
    folded.fold(day(closed))
    for number, amount in more:
        if number > closed:
            series.add(day(number), amount)
            folded.add(day(number), amount)
    assert folded.total == series.total
    for later in range(closed, 45):
        assert folded.until(day(later)) == series.until(day(later))
        assert folded.lowest_from(day(later)) == series.lowest_from(day(later))
    assert sum(known <= day(closed) for known in folded.days) <= 1


@given(st.lists(st.tuples(digests, st.integers(0, 30)), max_size=20), numbers)
def test_event_ids_are_known_until_their_day_is_over(
    remembered: list[tuple[str, int]], today: int
) -> None:
    references, naive = References(), dict[str, int]()
    for event_id, number in remembered:
        if event_id not in naive:
            references.remember(event_id, day(number))
            naive[event_id] = number
    references.forget_before(day(today))
    for event_id, number in naive.items():
        assert references.knows(event_id) == (number >= today)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("12345")), max_size=20))
def test_references_are_used_for_ever_and_by_author(used: list[tuple[str, str]]) -> None:
    references, naive = References(), set[tuple[str, str]]()
    for author, reference in used:
        assert references.is_used(author, reference) == ((author, reference) in naive)
        if (author, reference) not in naive:
            references.use(author, reference)
            naive.add((author, reference))
    references.forget_before("9999-12-31")
    assert all(references.is_used(*pair) for pair in naive)
    assert references.digest_value()["references_size"] == str(len(naive))


def test_author_and_reference_do_not_run_together() -> None:
    references = References()
    references.use("ab", "c")
    assert not references.is_used("a", "bc")


# -- quorums --------------------------------------------------------------------------------------

OFFICES = ("A", "B", "C", "D")
counting = st.dictionaries(
    st.sampled_from("uvwxyz"),
    st.frozensets(st.sampled_from(OFFICES), min_size=1, max_size=3),
    max_size=5,
)
requirements = st.builds(
    Requirement,
    rule=st.just("T.R"),
    all_of=st.lists(st.sampled_from(OFFICES), max_size=3).map(tuple),
    count=st.integers(0, 5),
)


def naive_is_met(requirement: Requirement, officers: Mapping[str, frozenset[str]]) -> bool:
    """Some arrangement of distinct officers fills every office, and enough of them approve."""
    if len(officers) < requirement.count:
        return False
    wanted = requirement.all_of
    return any(
        all(office in officers[name] for office, name in zip(wanted, chosen, strict=True))
        for chosen in permutations(officers, len(wanted))
    )


@settings(max_examples=500)
@given(requirements, counting)
def test_a_quorum_is_met_iff_some_arrangement_fills_it(
    requirement: Requirement, officers: dict[str, frozenset[str]]
) -> None:
    assert is_met(requirement, officers) == naive_is_met(requirement, officers)


@given(requirements, counting, st.sampled_from("uvwxyz"))
def test_one_approval_less_never_meets_more(
    requirement: Requirement, officers: dict[str, frozenset[str]], name: str
) -> None:
    fewer = {other: held for other, held in officers.items() if other != name}
    if not is_met(requirement, officers):
        assert not is_met(requirement, fewer)


# -- limits ---------------------------------------------------------------------------------------


def done_by_day(done: Iterable[tuple[int, int]]) -> KnownFacts:
    days = defaultdict[str, int](int)
    for number, amount in done:
        days[day(number)] += amount
    return KnownFacts(days)


def purchase(number: int, minor_units: int) -> Action:
    return Action(
        kind="acquisition.proposed.v1",
        triggers=("purchase",),
        author="a",
        offices=frozenset({"A"}),
        value_date=day(number),
        consideration=Money("USD", minor_units),
    )


def is_within(limit: int, length: int, flows: KnownFacts, subject: Action) -> bool:
    params: dict[str, Any] = {
        "amount": str(limit),
        "unit": "USD",
        "measure": "cumulative_purchase_cost",
        "window": {"kind": "rolling_days", "days": length},
    }
    (read,) = read_book(book(rule("T.R", "cap_absolute", "purchase", params=params))).rules
    return not read.kind.judge(read, subject, flows).findings


bought = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 400)), max_size=8)


@settings(max_examples=500)
@given(bought, st.integers(0, 30), st.integers(1, 400), st.integers(1, 12), st.integers(1, 10))
def test_a_rolling_limit_holds_in_every_window_or_the_purchase_is_refused(
    done: list[tuple[int, int]], number: int, amount: int, length: int, limit: int
) -> None:
    """The naive way: try all windows of the length that contain the day, one after the other."""
    flows = done_by_day(done)
    highest = max(
        flows.flow("", "", day(first), day(first + length - 1)) + amount
        for first in range(number - length + 1, number + 1)
    )
    expected = highest <= limit * 100
    assert is_within(limit, length, flows, purchase(number, amount)) == expected


@given(bought, st.integers(1, 12), st.integers(1, 10), st.randoms(use_true_random=False))
def test_whatever_the_order_no_window_ever_goes_over(
    wanted: list[tuple[int, int]], length: int, limit: int, chance: Any
) -> None:
    chance.shuffle(wanted)
    done: list[tuple[int, int]] = []
    for number, amount in wanted:
        if is_within(limit, length, done_by_day(done), purchase(number, amount)):
            done.append((number, amount))
    flows = done_by_day(done)
    for first in range(-12, 45):
        assert flows.flow("", "", day(first), day(first + length - 1)) <= limit * 100


# -- outcomes -------------------------------------------------------------------------------------

findings = st.lists(
    st.builds(
        Finding,
        st.sampled_from(["units_short", "T.A", "REF.LIMIT.1"]),
        st.sampled_from(["deny", "needs_approval", "flag"]),
    ),
    max_size=6,
).map(tuple)
outcomes = st.builds(
    Outcome,
    verdict=st.sampled_from(["effective", "pending", "refused"]),
    findings=findings,
    effects=st.lists(
        st.builds(Effect, digests, st.sampled_from(["effective", "refused"]), findings), max_size=2
    ).map(tuple),
    mandate=st.one_of(st.just(""), digests),
    state_digest=st.one_of(st.just(""), digests),
)


@given(outcomes)
def test_an_outcome_is_what_it_was(outcome: Outcome) -> None:
    assert outcome_of(decode_object(outcome.render())) == outcome
