"""A price shock: every price falls or rises alike, on the balance sheet and in every limit."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from policies import questions
from policies.rules.valuation import decimal_text
from policies.stress.figure import (
    UNKNOWN,
    Figure,
    Input,
    Standpoint,
    combined,
    given,
    least_of,
    total_of,
)
from policies.stress.sheet import Line, own_sheet, sheet
from policies.stress.shocked import shocked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.book import Book
    from policies.rule import Headroom

EACH = "each transaction"
"""Said of a limit of which nothing is used up."""


@fixed
class ShockedLimit:
    """A limit of the mandate under a shock."""

    headroom: Headroom
    passed: str
    """`yes` if more is used than the limit, `no`, `unknown`, or `each transaction`."""
    inputs: tuple[Input, ...]


@fixed
class Shock:
    """What one shock leaves."""

    share: Fraction
    """By how much every price changes: -0.3 for a fall by 30 per cent."""
    lines: tuple[tuple[Line, Figure], ...]
    """Each asset as it is, and its value after the shock."""
    total: Figure
    """The value of all own assets after the shock."""
    at_least: Figure
    """The value of those that have a price."""
    limits: tuple[ShockedLimit, ...]


def shocks(at: Standpoint, books: Sequence[Book], shares: Sequence[Fraction]) -> list[Shock]:
    """Each shock on the fund's own assets and on every limit; shares are -1 or more."""
    lines = own_sheet(at)
    return [_shock(at, books, lines, share) for share in shares]


def _shock(at: Standpoint, books: Sequence[Book], lines: list[Line], share: Fraction) -> Shock:
    by = given("shock", share)
    after = [combined(lambda value, part: value * (1 + part), line.value, by) for line in lines]
    return Shock(
        share,
        tuple(zip(lines, after, strict=True)),
        total_of(after),
        least_of(after),
        tuple(_limits(at, books, by, share)),
    )


def _limits(
    at: Standpoint, books: Sequence[Book], by: Figure, share: Fraction
) -> list[ShockedLimit]:
    """Rules value whatever is held, for clients too, so that is what their limits rest on."""
    whole = total_of([line.value for line in sheet(at, at.known.holdings())])
    recorded = Input("records", "", decimal_text(Fraction(at.position)), "counted")
    found = []
    for one in questions.headroom(books, shocked(at.known, 1 + share), at.day):
        valued = (*whole.inputs, *by.inputs) if one.measure == "market_value" else ()
        found.append(ShockedLimit(one, _passed(one), (recorded, *valued)))
    return found


def _passed(one: Headroom) -> str:
    if one.left is None:
        return EACH if one.note == EACH else UNKNOWN
    return "yes" if one.left.startswith("-") else "no"
