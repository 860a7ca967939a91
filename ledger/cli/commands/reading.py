"""`custody holdings`, `approvals`, `events` and `show`: reading the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.cli import options, output, receipts, wiring, words
from ledger.cli.naming import record_named
from ledger.cli.workspace import find_workspace
from ledger.domain.admit import admit, view_of_proposal
from ledger.domain.apply import advance
from ledger.domain.decision import decide
from ledger.domain.outcome import Rejection
from ledger.domain.record import Record, parse_record
from ledger.domain.verified import read_event
from ledger.kernel.amounts import render_amount
from ledger.kernel.errors import NotFoundError
from ledger.kernel.instants import check_day
from ledger.kernel.money import minor_unit_digits
from ledger.projections.holdings import HoldingsProjection
from ledger.service.checkpoints import check_length, read_high_water
from ledger.service.live import LiveState, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.cli.workspace import Workspace
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import Posting
    from ledger.domain.verified import VerifiedEvent
    from ledger.store.record_store import RecordStore


@click.command()
@click.option("--as-of", help="A value date (default: today).")
@click.option("--known-at", type=click.IntRange(min=1), help="A position (default: the last).")
@options.workspace
@options.as_json
def holdings(
    as_of: str | None, known_at: int | None, workspace_path: str | None, as_json: bool
) -> None:
    """Units by account and asset, with what was given for them."""
    workspace = find_workspace(workspace_path)
    projection, live = folded(workspace, known_at)
    day = check_day(as_of) if as_of else live.state.local_day(wiring.now())
    value = holdings_value(projection, live, day)
    if as_json:
        output.emit_json("holdings", value)
        return
    show_holdings(value)


def folded(workspace: Workspace, known_at: int | None) -> tuple[HoldingsProjection, LiveState]:
    """The holdings after a position, folded from the log."""
    projection = HoldingsProjection()

    def observe(record: Record, _event: VerifiedEvent, postings: tuple[Posting, ...]) -> None:
        projection.fold(record.position, postings)

    with wiring.open_store(workspace, read_only=True) as store:
        if known_at is None:
            return projection, wiring.load_checked(workspace, store, observe)
        _check_length(workspace, store)
        if known_at > store.head():
            raise NotFoundError(f"the log ends at position {store.head()}", where=f"{known_at}")
        return projection, load(store, wiring.ENGINE, observe=observe, until=known_at)


def _check_length(workspace: Workspace, store: RecordStore) -> None:
    """What is read in part is at least held against the length of the checkpoint outside."""
    outside = read_high_water(workspace.high_water)
    if outside is not None:
        check_length(store.head(), outside[0])


def holdings_value(projection: HoldingsProjection, live: LiveState, as_of: str) -> dict[str, Any]:
    """Holdings and totals with amounts as decimals in whole units."""
    assets = live.state.assets
    rows = [
        {
            "asset": entry.asset,
            "account": entry.account,
            "units": render_amount(entry.units, assets[entry.asset].scale),
            "reserved": render_amount(entry.reserved, assets[entry.asset].scale),
            "encumbered": render_amount(entry.encumbered, assets[entry.asset].scale),
            "in_transit": render_amount(entry.in_transit, assets[entry.asset].scale),
        }
        for entry in projection.holdings(as_of)
    ]
    costs = projection.consideration(as_of)
    totals = [
        {
            "asset": asset,
            "units": render_amount(units, assets[asset].scale),
            "consideration": {
                currency: render_amount(amount, minor_unit_digits(currency))
                for currency, amount in costs.get(asset, {}).items()
            },
        }
        for asset, units in sorted(projection.units(as_of).items())
    ]
    return {
        "fund": live.state.fund,
        "position": live.state.position,
        "as_of": as_of,
        "holdings": rows,
        "totals": totals,
    }


def show_holdings(value: dict[str, Any]) -> None:
    """Holdings as two tables."""
    output.say(f"{value['fund']}  as of {value['as_of']}  known at position {value['position']}")
    columns = ("asset", "account", "units", "reserved", "encumbered", "in_transit")
    numbers = columns[2:]
    output.table(
        columns,
        [
            [row[name] if name not in numbers else output.grouped(row[name]) for name in columns]
            for row in value["holdings"]
        ],
        right=numbers,
    )
    output.say()
    output.table(
        ("asset", "units in all", "given for them"),
        [
            (
                total["asset"],
                output.grouped(total["units"]),
                ", ".join(f"{output.grouped(a)} {c}" for c, a in total["consideration"].items()),
            )
            for total in value["totals"]
        ],
        right=("units in all", "given for them"),
    )


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also what is effective and unsettled.")
@options.workspace
@options.as_json
def approvals(everything: bool, workspace_path: str | None, as_json: bool) -> None:
    """Proposals that wait for approvals: who signed, and who is still asked."""
    live = wiring.read_state(find_workspace(workspace_path))
    now = wiring.now()
    rows = [
        _waiting(live, proposal)
        for proposal in live.state.proposals.values()
        if everything or (not proposal.effective and proposal.body.valid_until >= now)
    ]
    if as_json:
        output.emit_json("approvals", {"fund": live.state.fund, "proposals": rows})
        return
    if not rows:
        output.say("nothing waits")
    for row in rows:
        output.say(
            f"{output.short(row['event'])}  {row['status']:<9}  position {row['position']}  "
            f"until {row['valid_until'][:16]}Z  by {row['author']} ({row['reference']})"
        )
        output.say(f"  {row['words']}")
        output.say(f"  signed by {', '.join(row['signed_by'])}")
        output.show_findings(row["findings"])


def _waiting(live: LiveState, proposal: Proposal) -> dict[str, Any]:
    findings = []
    if not proposal.effective:
        decision = decide(view_of_proposal(live.state, proposal, wiring.ENGINE))
        findings = [finding.explain() for finding in decision.findings]
    return {
        "event": proposal.event_id,
        "kind": proposal.kind.name,
        "status": "effective" if proposal.effective else "pending",
        "position": proposal.position,
        "author": proposal.author,
        "reference": proposal.body.reference,
        "valid_until": proposal.body.valid_until,
        "signed_by": [signature.officer for signature in proposal.signatures],
        "words": words.sentence(proposal.body),
        "findings": findings,
    }


@click.command()
@click.option("--kind", help="Only kinds that begin so, as in `acquisition`.")
@click.option("--author", help="Only events of this officer.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only later positions.")
@click.option("--limit", type=click.IntRange(min=1), default=1_000_000, help="At most so many.")
@options.workspace
@options.as_json
def events(
    kind: str | None,
    author: str | None,
    after: int,
    limit: int,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """List the log: one line for each record."""
    workspace = find_workspace(workspace_path)
    with wiring.open_store(workspace, read_only=True) as store:
        _check_length(workspace, store)
        rows = list(_listed(store, kind or "", author, after, limit))
    if as_json:
        output.emit_lines("event", rows)
        return
    columns = ("position", "recorded_at", "verdict", "kind", "author", "reference", "event")
    output.table(
        columns,
        [[str(row[c])[: 12 if c == "event" else None] for c in columns] for row in rows],
        right=("position",),
    )


def _listed(
    store: RecordStore, kind: str, author: str | None, after: int, limit: int
) -> Iterator[dict[str, Any]]:
    for page in store.raw_pages(after):
        for raw in page:
            record = parse_record(raw)
            if not record.kind.startswith(kind) or author not in {None, record.body["author"]}:
                continue
            yield {
                "position": record.position,
                "recorded_at": record.recorded_at,
                "verdict": record.outcome.verdict,
                "kind": record.kind,
                "author": record.body["author"],
                "reference": record.body["reference"],
                "value_date": record.body["value_date"],
                "event": record.event_id,
            }
            limit -= 1
            if not limit:
                return


@click.command()
@click.argument("name")
@options.workspace
@options.as_json
def show(name: str, workspace_path: str | None, as_json: bool) -> None:
    """One event by its position, the beginning of its id, or its reference.

    Its outcome is decided again, so that the findings come with what was expected and found.
    """
    workspace = find_workspace(workspace_path)
    with wiring.open_store(workspace, read_only=True) as store:
        _check_length(workspace, store)
        record = record_named(store, name)
        live = load(store, wiring.ENGINE, until=record.position - 1)
    event = read_event(record.envelope, b"", record.body)
    advance(live.state, event, record.recorded_at)
    again = admit(live.state, event, record.recorded_at, wiring.ENGINE)
    outcome = record.outcome if isinstance(again, Rejection) else again.outcome
    same = outcome.render() == record.outcome.render()
    if as_json:
        output.emit_json(
            "event",
            {
                "position": record.position,
                "recorded_at": record.recorded_at,
                "event": record.event_id,
                "body": record.body,
                "keyids": [signature.keyid for signature in record.envelope.signatures],
                "decided_again": "the same" if same else "another outcome",
                **receipts.outcome_value(outcome),
            },
        )
        return
    output.say(words.full_text(record.envelope.payload))
    output.say(f"\n  position {record.position}, recorded at {record.recorded_at}")
    output.say(f"  {record.outcome.verdict}; decided again: {'the same' if same else 'ANOTHER'}")
    receipts.show_outcome(outcome)
