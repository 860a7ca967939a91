"""A custodian's failure: what nobody can reach while it lasts, and what remains.

Access is lost, not title: whose the units are in an insolvency is a question of law and of the
account's title, which no figure answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.fixed import fixed
from policies.stress.figure import Figure, Standpoint, share_of, total_of
from policies.stress.sheet import Line, sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.domain.policy import Holding


@fixed
class Failure:
    """One custodian fails; values in the standpoint's currency."""

    custodian: str
    owner_class: str
    """Whose units: the fund's `own`, or those kept for a `client`."""
    accounts: tuple[str, ...]
    lines: tuple[Line, ...]
    """What is lost to access, by asset."""
    lost: Figure
    share: Figure
    """Of everything that this class of owners has."""
    remains: Figure


def failures(at: Standpoint) -> list[Failure]:
    """Each custodian that keeps anything, for each class of owners by itself."""
    holdings = [one for one in at.known.holdings() if one.units]
    places = sorted({(one.account.owner_class, one.account.custodian) for one in holdings})
    # The fund's own first; "client" would come before it in the order of words.
    places.sort(key=lambda place: place[0] != "own")
    return [_failure(at, holdings, *place) for place in places]


def _failure(at: Standpoint, holdings: list[Holding], owner: str, custodian: str) -> Failure:
    theirs = [one for one in holdings if one.account.owner_class == owner]
    gone = [one for one in theirs if one.account.custodian == custodian]
    lines = sheet(at, gone)
    lost = _value(lines)
    return Failure(
        custodian,
        owner,
        tuple(sorted({one.account.account for one in gone})),
        tuple(lines),
        lost,
        share_of(lost, _value(sheet(at, theirs))),
        _value(sheet(at, (one for one in theirs if one.account.custodian != custodian))),
    )


def _value(lines: Iterable[Line]) -> Figure:
    return total_of([line.value for line in lines])
