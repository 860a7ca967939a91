"""What a run that will be crashed submits: signed events, in groups, each group at its instant.

Keys, times and references are fixed, so every run of a plan makes the same records, byte for byte,
however often it was broken off before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby

from ledger.domain.record import parse_record
from ledger.signing.dsse import render_envelope
from tests.support.fund_simulator import FundSimulator
from tests.support.sequenced_fund import cash

GROWN = 248
"""Records before a `grown` run: it crosses the border of the first full tile (256)."""


@dataclass(frozen=True)
class Plan:
    """A run: what the store holds before it, what is submitted, and what it holds in the end."""

    begun: tuple[bytes, ...]
    groups: tuple[tuple[str, tuple[bytes, ...]], ...]
    """Each group's instant and its envelopes, which are committed together."""
    records: tuple[bytes, ...]

    @property
    def largest_group(self) -> int:
        """At most so many records can be written and not yet acknowledged."""
        return max(len(envelopes) for _, envelopes in self.groups)


def _plan(fund: FundSimulator, begun: int) -> Plan:
    records = tuple(fund.records)
    parsed = [parse_record(raw) for raw in records[begun:]]
    groups = tuple(
        (instant, tuple(render_envelope(record.envelope) for record in group))
        for instant, group in groupby(parsed, key=lambda record: record.recorded_at)
    )
    return Plan(records[:begun], groups, records)


def _cash_group(fund: FundSimulator, size: int) -> None:
    """So many events at one instant."""
    fund.tick()
    for _ in range(size):
        fund.submit(cash(fund))


@cache
def plan(name: str) -> Plan:
    """The plan of one of these names.

    new       23 events, from the constitution on
    grown     20 events after 248 others
    clients   48 events after 14 others, all at one instant, in any order
    """
    fund = FundSimulator().begin()
    if name == "clients":
        begun = len(fund.records)
        _cash_group(fund, 48)
        return _plan(fund, begun)
    fund.acquire()
    fund.propose_transfer()
    if name == "grown":
        while len(fund.records) < GROWN:
            _cash_group(fund, 1)
        _cash_group(fund, 7)
        for _ in range(4):
            _cash_group(fund, 1)
        fund.acquire("1", "40000")
        _cash_group(fund, 6)
        return _plan(fund, GROWN)
    _cash_group(fund, 4)
    fund.act("transfer.settled", "bolat", **_premature(fund))
    return _plan(fund, 0)


def _premature(fund: FundSimulator) -> dict[str, object]:
    """A settlement of a transfer that nobody released: recorded, and refused."""
    return {
        "proposal": next(reversed(fund.state.proposals)),
        "units": "4",
        "final": True,
        "facts": {},
        "evidence": [],
    }
