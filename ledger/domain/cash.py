"""Cash movements of the fund: capital, expenses, interest, what is not part of a settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ledger.domain.body import Fact, Money
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.settlement import minor_units, money_laws
from ledger.domain.signatories import duties_of
from ledger.kernel.form import Slug

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
        "custody_fee",
        "management_fee",
        "interest",
        "tax",
        "expense",
        "other",
    ]
    counterparty: Slug | None = None


def _laws(view: View) -> Iterator[Finding]:
    body: CashRecorded = view.body
    yield from money_laws(view, body.amount)
    if body.counterparty is not None and body.counterparty not in view.state.counterparties:
        yield deny("counterparty_unknown", found=body.counterparty)


def _evolve(state: State, _event: Event, body: CashRecorded) -> None:
    measure = "cash_in" if body.direction == "in" else "cash_out"
    state.add_flow(measure, body.amount.currency, body.value_date, minor_units(body.amount))


def _action(view: View) -> Action:
    body: CashRecorded = view.body
    return view.action(
        *(("cash_in",) if body.direction == "in" else ("cash_out", "expense")),
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
