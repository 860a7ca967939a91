"""Lot pools: whatever comes in goes out again, to the last minor unit, whatever the formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from ledger.domain.lots import POOL, Lot, LotPool, Part, in_order, pool_of, spread
from ledger.kernel.errors import InvariantError

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMULAS = ("fifo", "weighted_average", "specific")
AMOUNTS = ("units", "cost", "carrying_amount", "shadow")
formulas = st.sampled_from(FORMULAS)
numbers = st.integers(0, 10**12)


@st.composite
def lots(draw: st.DrawFn) -> list[Lot]:
    """Lots of a few days in the order in which they are recorded, which need not be of days."""
    found = []
    for position in range(1, draw(st.integers(1, 8)) + 1):
        day = f"2026-01-{draw(st.integers(1, 4)):02}"
        amounts = [draw(numbers) for _ in AMOUNTS[1:]]
        found.append(Lot(f"lot-{position}", day, position, draw(st.integers(1, 10**9)), *amounts))
    return found


def filled(formula: str, brought_in: Sequence[Lot]) -> LotPool:
    pool = pool_of(formula)
    for lot in brought_in:
        pool.add(lot)
    return pool


def totals(parts: Sequence[Lot | Part]) -> tuple[int, ...]:
    return tuple(sum(getattr(part, name) for part in parts) for name in AMOUNTS)


def holds(lot: Lot | Part) -> bool:
    """Carrying amount is cost and surplus less loss, and one of the two is zero."""
    loss = lot.unreversed_loss if isinstance(lot, Lot) else max(0, lot.cost - lot.carrying_amount)
    return (
        lot.carrying_amount == lot.cost + lot.surplus - loss
        and min(lot.surplus, loss) == 0
        and min(getattr(lot, name) for name in AMOUNTS) >= 0
    )


@given(formulas, lots(), st.data())
def test_every_amount_is_conserved(
    formula: str, brought_in: list[Lot], data: st.DataObject
) -> None:
    before = totals(brought_in)
    pool = filled(formula, brought_in)
    gone: list[Part] = []
    while pool.units:
        gone += pool.relieve(data.draw(st.integers(1, pool.units)))
        left = totals(gone)
        inside = totals(list(pool))
        assert tuple(a + b for a, b in zip(left, inside, strict=True)) == before
        assert inside[0] == pool.units
        assert all(holds(lot) for lot in (*pool, *gone))
    assert totals(gone) == before
    assert list(pool) == [] or totals(list(pool)) == (0, 0, 0, 0)


@given(lots(), st.data())
def test_the_first_come_go_first(brought_in: list[Lot], data: st.DataObject) -> None:
    """By value date, then position; only the last lot that is touched keeps anything."""
    expected = [lot.lot_id for lot in sorted(brought_in, key=lambda one: (one.day, one.position))]
    pool = filled("fifo", brought_in)
    assert [lot.lot_id for lot in pool] == expected
    went: list[str] = []
    while pool.units:
        parts = pool.relieve(data.draw(st.integers(1, pool.units)))
        assert [part.lot_id for part in parts] == list(dict.fromkeys(p.lot_id for p in parts))
        went += [part.lot_id for part in parts]
    assert list(dict.fromkeys(went)) == expected


@given(st.integers(1, 10**9), st.lists(numbers, min_size=3, max_size=3), st.data())
def test_a_part_takes_its_share_rounded_down(
    units: int, amounts: list[int], data: st.DataObject
) -> None:
    lot = Lot("a", "2026-01-01", 1, units, *amounts)
    taken = data.draw(st.integers(1, units))
    part = lot.take(taken)
    shares = (part.cost, part.carrying_amount, part.shadow)
    for whole, share in zip(amounts, shares, strict=True):
        assert share == whole if taken == units else share * units <= whole * taken
        assert taken == units or (share + 1) * units > whole * taken
    assert (part.lot_id, part.units, part.day, part.position) == ("a", taken, "2026-01-01", 1)


@given(lots(), st.data())
def test_named_lots_give_exactly_what_is_named(brought_in: list[Lot], data: st.DataObject) -> None:
    pool = filled("specific", brought_in)
    chosen = data.draw(
        st.lists(st.sampled_from(brought_in), unique_by=lambda lot: lot.lot_id, min_size=1)
    )
    named = [(lot.lot_id, data.draw(st.integers(1, lot.units))) for lot in chosen]
    untouched = {lot.lot_id: totals([lot]) for lot in pool if lot not in chosen}
    parts = pool.relieve(sum(units for _, units in named), named)
    assert [(part.lot_id, part.units) for part in parts] == named
    assert {lot.lot_id: totals([lot]) for lot in pool if lot not in chosen} == untouched
    assert all(lot.units for lot in pool)


def test_what_names_no_lot_takes_the_oldest() -> None:
    """A fee: nobody chooses which coin pays for its own transfer."""
    pool = pool_of("specific")
    for position, day in ((1, "2026-01-02"), (2, "2026-01-01")):
        pool.add(Lot(f"lot-{position}", day, position, 5, 50, 50, 50))
    assert [part.lot_id for part in pool.relieve(6)] == ["lot-2", "lot-1"]


def test_an_addition_moves_the_average_and_a_relief_does_not() -> None:
    pool = pool_of("weighted_average")
    pool.add(Lot("a", "2026-01-01", 1, 10, 100, 120, 80))
    pool.add(Lot("b", "2026-01-02", 2, 10, 300, 280, 320))
    (part,) = pool.relieve(5)
    assert part == Part(POOL, 5, 100, 100, 100, "2026-01-01", 1)
    (left,) = pool
    assert totals([left]) == (15, 300, 300, 300)


def test_an_empty_pool_of_the_average_begins_anew() -> None:
    """Nothing is left of what was there before."""
    pool = pool_of("weighted_average")
    pool.add(Lot("a", "2026-01-01", 1, 3, 10, 10, 10))
    pool.relieve(3)
    pool.add(Lot("b", "2026-02-01", 2, 2, 7, 7, 7))
    assert totals(list(pool)) == (2, 7, 7, 7)
    assert totals(pool.relieve(2)) == (2, 7, 7, 7)


def test_no_lot_is_looked_at_twice() -> None:
    """The relief of all of many lots in many parts takes each lot once, and one more for a part."""
    counted: list[int] = []

    class Counted(Lot):
        __slots__ = ()

        @override
        def take(self, units: int) -> Part:
            counted.append(units)
            return Lot.take(self, units)

    pool = pool_of("fifo")
    many = 500
    for position in range(many):
        pool.add(Counted(str(position), "2026-01-01", position, 4, 4, 4, 4))
    reliefs = 0
    while pool.units:
        pool.relieve(min(7, pool.units))
        reliefs += 1
    assert len(counted) <= many + reliefs


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_more_leaves_than_there_is(formula: str) -> None:
    pool = filled(formula, [Lot("a", "2026-01-01", 1, 3, 10, 10, 10)])
    with pytest.raises(InvariantError):
        pool.relieve(4)


@pytest.mark.parametrize("formula", ["fifo", "weighted_average"])
def test_only_identified_lots_are_named(formula: str) -> None:
    pool = filled(formula, [Lot("a", "2026-01-01", 1, 3, 10, 10, 10)])
    with pytest.raises(InvariantError):
        pool.relieve(3, [("a", 3)])


def test_the_named_lots_are_what_leaves() -> None:
    pool = filled("specific", [Lot("a", "2026-01-01", 1, 3, 10, 10, 10)])
    with pytest.raises(InvariantError):
        pool.relieve(3, [("a", 2)])


@given(numbers, lots())
def test_a_total_is_spread_to_the_last_unit(total: int, over: list[Lot]) -> None:
    units = sum(lot.units for lot in over)
    parts = list(spread(total, over, units))
    assert [lot for lot, _ in parts] == over
    assert sum(part for _, part in parts) == total
    assert all(abs(part * units - total * lot.units) < units * len(over) for lot, part in parts)


def test_the_lots_of_several_pools_are_in_one_order() -> None:
    first, second = pool_of("fifo"), pool_of("fifo")
    first.add(Lot("a", "2026-01-03", 1, 1, 1, 1, 1))
    second.add(Lot("b", "2026-01-01", 3, 1, 1, 1, 1))
    second.add(Lot("c", "2026-01-03", 2, 1, 1, 1, 1))
    assert [lot.lot_id for lot in in_order([first, second])] == ["b", "a", "c"]


@given(numbers, numbers)
def test_a_part_knows_its_surplus(cost: int, carrying_amount: int) -> None:
    part = Part("a", 1, cost, carrying_amount, 0, "2026-01-01", 1)
    assert part.surplus == Lot("a", "2026-01-01", 1, 1, cost, carrying_amount, 0).surplus
