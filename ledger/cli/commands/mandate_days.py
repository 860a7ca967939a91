"""`custody mandate headroom`, `obligations` and `monitor`: how the mandate stands on a day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger.cli import options, output, wiring
from ledger.cli.books import governing, read_file
from ledger.cli.drafting import preview
from ledger.cli.expiries import expiries
from ledger.cli.workspace import find_workspace
from ledger.domain.apply import apply
from ledger.domain.drafts import read_payload
from ledger.domain.kind import Nature
from ledger.domain.known import KnownState
from ledger.domain.mandates import bring_into_force
from ledger.domain.outcome import DENY, PENDING, REFUSED, Outcome
from ledger.domain.record import event_id_of
from ledger.domain.verified import VerifiedEvent
from ledger.kernel.amounts import render_amount
from ledger.kernel.errors import InputError
from ledger.kernel.instants import check_day, days_between
from policies import questions
from policies.monitors import concentration, stale_prices
from policies.rules.valuation import decimal_text

if TYPE_CHECKING:
    from ledger.domain.state import State
    from policies.obligation import Obligation
    from policies.rule import Headroom

_STALE_DAYS = 3


def _state_on(workspace_path: str | None, day: str | None) -> tuple[State, str]:
    state = wiring.read_state(find_workspace(workspace_path)).state
    on = check_day(day) if day else state.local_day(wiring.now())
    # The log may have no record yet of the day on which a mandate ahead began.
    bring_into_force(state, on)
    return state, on


@click.command()
@click.option("--after", help="A draft's file: as if it had been recorded.")
@click.option("--on", "day", help="A day (default: today).")
@options.workspace
@options.as_json
def headroom(after: str | None, day: str | None, workspace_path: str | None, as_json: bool) -> None:
    """Every limit of the mandate: the limit, what is used and reserved of it, and what is left.

    What an open proposal asks for is reserved from its record until it lapses or is done.
    """
    state, on = _state_on(workspace_path, day)
    if after is not None:
        _hold_draft(state, Path(after))
    rows = [
        {
            "rule": one.rule,
            "measure": one.measure,
            "unit": one.unit,
            **{name: _amount(one, name) for name in ("limit", "used", "reserved", "left")},
            "note": one.note,
            "citation": one.citation,
        }
        for one in questions.headroom(governing(state), KnownState(state), on)
    ]
    if as_json:
        output.emit_json("headroom", {"fund": state.fund, "on": on, "limits": rows})
        return
    columns = ("rule", "measure", "unit", "limit", "used", "reserved", "left", "note")
    output.table(
        columns,
        [[_shown(row[c]) if c in columns[3:7] else row[c] for c in columns] for row in rows],
        right=columns[3:7],
    )
    if not rows:
        output.say("the mandate names no limit: that is unknown, not unlimited")


def _amount(one: Headroom, name: str) -> str:
    """An amount of a limit; of a limit on each transaction nothing is used up."""
    value: str | None = getattr(one, name)
    return value or ("" if one.note == "each transaction" else "unknown")


def _shown(amount: str) -> str:
    """An amount in groups of digits; one that is not known, or not used up, as it is."""
    return amount if amount in {"", "unknown"} else output.grouped(amount)


def _hold_draft(state: State, path: Path) -> None:
    """Let a draft be a proposal that waits: what it asks for is reserved."""
    payload = read_file(path)
    try:
        kind, body = read_payload(payload)
    except InputError as error:
        place = f"{path}: {error.where}" if error.where else str(path)
        hint = "Name the file that `custody propose` wrote, as it is"
        raise InputError(f"not a draft: {error.message}", where=place, hint=hint) from None
    keyid = next((name for name, key in state.keys.items() if key.officer == body.author), "")
    event = VerifiedEvent(event_id_of(payload), kind, body, (keyid,), b"")
    decision = preview(state, payload)
    if kind.nature is not Nature.ACT or decision is None or not keyid:
        raise InputError("not the draft of a proposal", where=str(path))
    if decision.verdict == REFUSED:
        first = next(one for one in decision.findings if one.verdict == DENY)
        raise InputError(f"it would be refused by {first.rule}: {first.reason}", where=str(path))
    apply(state, event, Outcome(PENDING), wiring.ENGINE)


@click.command()
@click.option("--within", default="90d", show_default=True, help="How far ahead: 30d, 90d, 400d.")
@click.option("--on", "day", help="A day (default: today).")
@options.workspace
@options.as_json
def obligations(within: str, day: str | None, workspace_path: str | None, as_json: bool) -> None:
    """What is due, overdue or was late, and what runs out: attestations, licences, offices."""
    state, on = _state_on(workspace_path, day)
    ahead = _days(within)
    due = [
        one
        for one in questions.obligations(governing(state), KnownState(state), on)
        if one.days_left is None or one.days_left <= ahead
    ]
    ends = expiries(state, on, ahead)
    if as_json:
        output.emit_json(
            "obligations",
            {
                "fund": state.fund,
                "on": on,
                "obligations": [_obligation(one) for one in due],
                "expiries": [one.value() for one in ends],
            },
        )
        return
    columns = ("due", "days left", "status", "deliverable", "to", "rule", "note")
    output.table(
        columns,
        [
            (
                one.due or "no day",
                "" if one.days_left is None else str(one.days_left),
                one.status,
                one.deliverable,
                ", ".join(one.to),
                one.rule,
                one.note,
            )
            for one in due
        ],
        right=("days left",),
    )
    for end in ends:
        output.say(f"{end.day}  {end.days_left:>4} days left  {end.what} {end.subject}")


def _obligation(one: Obligation) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "deliverable": one.deliverable,
        "due": one.due or "",
        "days_left": "" if one.days_left is None else str(one.days_left),
        "status": one.status,
        "to": list(one.to),
        "note": one.note,
        "citation": one.citation,
    }


def _days(text: str) -> int:
    number = text.removesuffix("d")
    if not number.isdigit() or len(number) > 5:  # noqa: PLR2004 - 99,999 days are enough
        raise InputError(f"{text!r} is not a number of days", hint="Write it like 90d")
    return int(number)


@click.command()
@click.option("--on", "day", help="A day (default: today).")
@click.option("--currency", help="The currency of values (default: the functional currency).")
@options.workspace
@options.as_json
def monitor(
    day: str | None, currency: str | None, workspace_path: str | None, as_json: bool
) -> None:
    """What drifted past a limit, what differs, what is old or under way, and concentrations."""
    state, on = _state_on(workspace_path, day)
    known = KnownState(state)
    unit = currency or (state.charter.functional_currency if state.charter else "USD")
    findings = [one.explain() for one in questions.watched(governing(state), known, on)]
    value = {
        "fund": state.fund,
        "on": on,
        "findings": findings,
        "stale_prices": [
            {"asset": one.asset, "day": one.day, "age": "" if one.age is None else str(one.age)}
            for one in stale_prices(known, unit, on, oldest=_STALE_DAYS)
        ],
        "in_transit": _under_way(state, on),
        "concentration": [
            {
                "by": one.by,
                "name": one.name,
                "value": decimal_text(one.value),
                "share": decimal_text(one.share),
            }
            for one in concentration(known, unit, on)
        ],
        "currency": unit,
    }
    if as_json:
        output.emit_json("monitor", value)
        return
    _say_monitor(value)


def _under_way(state: State, on: str) -> list[dict[str, str]]:
    """Transfers whose units have left and not arrived, with their age."""
    rows = []
    for proposal in state.proposals.values():
        units = getattr(proposal.progress, "in_transit", 0)
        if not units:
            continue
        asset = proposal.body.asset  # type: ignore[attr-defined] # only transfers are in transit
        rows.append(
            {
                "event": proposal.event_id,
                "asset": asset,
                "units": render_amount(units, state.assets[asset].scale),
                "days": str(days_between(proposal.body.value_date, on)),
            }
        )
    return rows


def _say_monitor(value: dict[str, Any]) -> None:
    output.show_findings(value["findings"])
    for one in value["stale_prices"]:
        said = f"last on {one['day']}, {one['age']} days ago" if one["day"] else "no price"
        output.say(f"  stale price     {one['asset']}: {said}")
    for one in value["in_transit"]:
        output.say(
            f"  in transit      {one['units']} {one['asset']} for {one['days']} days "
            f"({output.short(one['event'])})"
        )
    if not (value["findings"] or value["stale_prices"] or value["in_transit"]):
        output.say("nothing drifted, differs, or is old")
    output.say()
    output.table(
        ("by", "name", value["currency"], "share"),
        [
            (o["by"], o["name"], output.grouped(o["value"]), o["share"])
            for o in value["concentration"]
        ],
        right=(value["currency"], "share"),
    )
