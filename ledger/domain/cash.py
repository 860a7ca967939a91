"""Cash movements of the fund: capital, expenses, interest, what is not part of a settlement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ledger.domain.body import Fact, Money
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.settlement import minor_units, money_laws
from ledger.domain.signatories import duties_of
from ledger.kernel.form import Digest, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


class CashRecorded(Fact):
    """Money that came in or went out."""

    direction: Literal["in", "out"]
    amount: Money
    category: Literal[
        "contribution",
        "distribution",
        "appropriation",
        "dedicated_revenue",
        "temporary_transfer",
        "cash_sweep",
        "custody_fee",
        "management_fee",
        "interest",
        "tax",
        "expense",
        "other",
    ]
    counterparty: Slug | None = None
    returns: Digest | None = None
    """For money that comes back: event id of the temporary transfer that it returns."""


@dataclass(slots=True)
class TemporaryTransfer:
    """Money that left for a time; what has come back of it, in minor units."""

    currency: str
    minor_units: int
    returned: int
    day: str
    purpose: str
    position: int


def _laws(view: View) -> Iterator[Finding]:
    body: CashRecorded = view.body
    yield from money_laws(view, body.amount)
    if body.counterparty is not None and body.counterparty not in view.state.counterparties:
        yield deny("counterparty_unknown", found=body.counterparty)
    if body.returns is not None:
        lent = view.state.temporary.get(body.returns)
        if lent is None or body.direction != "in":
            yield deny("transfer_not_temporary", found=body.returns)
        elif lent.currency != body.amount.currency:
            yield deny("currency_differs", lent.currency, body.amount.currency)


def _evolve(state: State, event: Event, body: CashRecorded) -> None:
    units, currency = minor_units(body.amount), body.amount.currency
    measure = "cash_in" if body.direction == "in" else "cash_out"
    state.add_flow(measure, currency, body.value_date, units)
    if body.returns is not None:
        state.temporary[body.returns].returned += units
    elif body.category == "temporary_transfer" and body.direction == "out":
        state.temporary[event.event_id] = TemporaryTransfer(
            currency, units, 0, body.value_date, body.purpose or "", event.position
        )


_IN = {"interest": "investment_earnings"}
_OUT = {
    "temporary_transfer": "temporary_transfer",
    "cash_sweep": "cash_sweep",
    "distribution": "transfer_to_treasury",
}
"""What a category is to rules; any other money that goes out is an expense."""


def _action(view: View) -> Action:
    body: CashRecorded = view.body
    return view.action(
        *(
            ("cash_in",)
            if body.direction == "in"
            else ("cash_out", _OUT.get(body.category, "expense"))
        ),
        source=_IN.get(body.category, body.category) if body.direction == "in" else "",
        consideration=view.money(body.amount),
        counterparty=body.counterparty or "",
        duties=duties_of(view),
    )


KINDS = (
    Kind(
        name="cash.recorded.v1",
        form=CashRecorded,
        nature=Nature.FACT,
        laws=_laws,
        evolve=_evolve,
        action=_action,
    ),
)
