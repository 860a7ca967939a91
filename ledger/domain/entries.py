"""Journal entries posted by hand, and their reversal: what no other event explains.

Most of the journal is derived from other events. An entry posted by hand corrects or completes it,
is balanced, and says why. One that restates lies in a period that is closed already: the only event
that may (IAS 8.42). A reversal is a new entry with the sides changed; nothing is ever edited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.domain.assets import asset_laws
from ledger.domain.body import Grounded, Money
from ledger.domain.chart import CHART, RESULT, SURPLUS
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.settlement import money_laws
from ledger.domain.signatories import duties_of
from ledger.kernel.amounts import parse_amount, render_amount
from ledger.kernel.errors import ValueFormError, present
from ledger.kernel.form import AssetCode, CurrencyCode, Digest, Form, Many, PositiveAmount, Text
from ledger.kernel.limits import ENTRY_LINES_MAX, PERIODS_RESTATED_MAX
from ledger.kernel.money import minor_unit_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Action
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

PeriodName = Annotated[str, Field(pattern=r"^[0-9]{4}(?:Q[1-4]|-[0-9]{2})?$")]


@dataclass(slots=True)
class PostedEntry:
    """An entry posted by hand, and the reversal of it if there is one."""

    value_date: str
    reversed_by: str = ""


class EntryLine(Form):
    """One line: an account, a side, and an amount of the functional currency."""

    account: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    """Number in the chart of accounts."""
    side: Literal["debit", "credit"]
    amount: PositiveAmount
    """In whole units of the functional currency."""
    asset: AssetCode | None = None
    """For accounts that are kept by asset."""
    lot: Digest | None = None
    """The lot whose amounts change; all lots of the asset, by their units, if left out."""
    adjusts: Literal["cost", "carrying_amount"] = "cost"
    """Whether a lot's cost changes with its carrying amount."""
    currency: CurrencyCode | None = None
    """For accounts that are kept by currency."""
    foreign_amount: PositiveAmount | None = None
    """In that currency, where it is not the functional one."""


class EntryPosted(Grounded):
    """A balanced journal entry, posted by hand."""

    lines: Annotated[Many[EntryLine], Field(min_length=2, max_length=ENTRY_LINES_MAX)]
    explanation: Text
    corrects: Digest | None = None
    """Event id of what was wrong."""
    restates: Annotated[Many[PeriodName], Field(max_length=PERIODS_RESTATED_MAX)] = ()
    """Closed periods that it restates; then `value_date` lies in one of them."""


class EntryReversed(Grounded):
    """An entry that was posted by hand is taken back by its mirror image."""

    entry: Digest
    """Event id of the `entry.posted` event."""
    explanation: Text


def _laws_of_posted(view: View) -> Iterator[Finding]:
    body: EntryPosted = view.body
    sides = {"debit": 0, "credit": 0}
    digits = minor_unit_digits(
        present(view.state.charter, "entries are posted under a charter").functional_currency
    )
    for line in body.lines:
        yield from _laws_of_line(view, line)
        try:
            sides[line.side] += parse_amount(line.amount, digits)
        except ValueFormError:
            yield deny("amount_scale", f"at most {digits} digits after the point", line.amount)
    debits, credits_ = (render_amount(sides[side], digits) for side in ("debit", "credit"))
    if debits != credits_:
        yield deny("entry_does_not_balance", f"credits of {debits}", credits_)
    accounts = {line.account for line in body.lines}
    if accounts & SURPLUS and accounts & RESULT:
        yield deny("surplus_never_through_profit_or_loss", found=", ".join(sorted(accounts)))
    yield from _laws_of_restatement(view, body)


def _laws_of_line(view: View, line: EntryLine) -> Iterator[Finding]:
    account = CHART.get(line.account)
    if account is None or not account.by_hand:
        yield deny("account_not_in_chart", found=line.account)
        return
    if line.asset is not None:
        yield from asset_laws(view, line.asset)
    said = {"asset": line.asset, "currency": line.currency}
    if account.of and said[account.of] is None:
        yield deny("entry_line_incomplete", f"the {account.of} of {line.account}")
    if line.foreign_amount is None:
        return
    if line.currency is None:
        yield deny("entry_line_incomplete", "the currency of the foreign amount")
    else:
        yield from money_laws(view, Money(currency=line.currency, amount=line.foreign_amount))


def _laws_of_restatement(view: View, body: EntryPosted) -> Iterator[Finding]:
    if not body.restates:
        return
    closed = {one.period: one for one in view.state.periods}
    named = [closed[name] for name in body.restates if name in closed]
    for name in body.restates:
        if name not in closed:
            yield deny("period_unknown", "a closed period", name)
    if not any(one.starts_on <= body.value_date <= one.ends_on for one in named):
        yield deny("period_unknown", "a value date in a period that is restated", body.value_date)


def _evolve_posted(state: State, event: Event, body: EntryPosted) -> None:
    state.entries[event.event_id] = PostedEntry(body.value_date)


def _laws_of_reversed(view: View) -> Iterator[Finding]:
    body: EntryReversed = view.body
    entry = view.state.entries.get(body.entry)
    if entry is None:
        yield deny("entry_unknown", found=body.entry)
    elif entry.reversed_by:
        yield deny("entry_reversed_already", found=entry.reversed_by)
    elif body.value_date < entry.value_date:
        yield deny("value_date_before_reference", f"not before {entry.value_date}", body.value_date)


def _evolve_reversed(state: State, event: Event, body: EntryReversed) -> None:
    state.entries[body.entry].reversed_by = event.event_id


def _action_of_posted(view: View) -> Action:
    words = ("entry", "restatement") if view.body.restates else ("entry",)
    return view.action(*words, duties=duties_of(view))


def _action_of_reversed(view: View) -> Action:
    return view.action("entry", duties=duties_of(view))


KINDS = (
    Kind(
        name="entry.posted.v1",
        form=EntryPosted,
        nature=Nature.ACT,
        laws=_laws_of_posted,
        evolve=_evolve_posted,
        action=_action_of_posted,
    ),
    Kind(
        name="entry.reversed.v1",
        form=EntryReversed,
        nature=Nature.ACT,
        laws=_laws_of_reversed,
        evolve=_evolve_reversed,
        action=_action_of_reversed,
    ),
)
