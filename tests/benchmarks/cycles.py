"""Signed envelopes for benchmarks: purchases in cycles of three events, and movements of cash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.domain.record import event_id_of
from ledger.signing.dsse import parse_envelope
from tests.support.fund_simulator import GROUNDS, FundSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator


def begun() -> tuple[FundSimulator, list[bytes]]:
    """A fund under the reference mandate, and the envelopes that made it."""
    fund = FundSimulator()
    made: list[bytes] = []
    submit = fund.submit

    def kept(envelope: bytes) -> Any:
        made.append(envelope)
        return submit(envelope)

    fund.submit = kept  # type: ignore[method-assign] # listens to what the simulator submits
    fund.begin()
    fund.submit = submit  # type: ignore[method-assign] # and stops listening
    return fund, made


def purchases(fund: FundSimulator, cycles: int) -> Iterator[bytes]:
    """Three envelopes for each cycle, one signature each; nothing is submitted."""
    for _ in range(cycles):
        proposed = fund.sign(
            fund.members(
                "acquisition.proposed",
                "aigerim",
                asset="BTC",
                units="0.01",
                max_consideration={"currency": "USD", "amount": "400"},
                counterparty="exchange-one",
                account="cold-1",
                **GROUNDS,
            )
        )
        proposal = event_id_of(parse_envelope(proposed).payload)
        yield proposed
        yield fund.sign(fund.members("approval.given", "daniyar", proposal=proposal))
        yield fund.sign(
            fund.members(
                "acquisition.settled",
                "bolat",
                proposal=proposal,
                units="0.01",
                consideration={"currency": "USD", "amount": "400"},
                fees=[],
                trade_date=fund.now[:10],
                final=True,
                **GROUNDS,
            )
        )


def cash(fund: FundSimulator, cycles: int) -> Iterator[bytes]:
    """Three movements of cash for each cycle, effective at once: every record is one."""
    for _ in range(3 * cycles):
        yield fund.sign(
            fund.members(
                "cash.recorded",
                "aigerim",
                direction="in",
                amount={"currency": "USD", "amount": "400"},
                category="other",
                **GROUNDS,
            )
        )
