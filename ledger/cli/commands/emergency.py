"""`custody freeze` and `exceptions`: what one officer may stop, and what went wrong so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.cli import options, output, wiring
from ledger.cli.custodian_statements import open_breaks
from ledger.cli.drafting import finish_draft, members_of
from ledger.cli.workspace import find_workspace
from ledger.domain.known import KnownState
from ledger.domain.laws import LAWS
from ledger.domain.record import parse_record
from ledger.kernel.errors import NotFoundError
from policies.monitors import stale_prices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.cli.workspace import Workspace
    from ledger.domain.outcome import Finding
    from ledger.domain.record import Record
    from ledger.domain.state import State

_KEY_CHARS_MIN = 6
_STALE_DAYS = 3
_EXCEPTIONS = frozenset(
    {code for code, text in LAWS.items() if text.startswith("exception:")}
    | {"account_frozen", "mandate_suspended"}
)
"""Laws that make a fact wait for the exception quorum instead of refusing it."""


@click.command()
@click.argument("name")
@click.option("--because", "reason", required=True, help="The reason; it is recorded.")
@click.option(
    "--compromised-since",
    type=click.IntRange(min=1),
    help="For keys: the first position whose signatures are suspect.",
)
@options.body
@options.workspace
@options.as_json
def freeze(name: str, workspace_path: str | None, as_json: bool, **said: Any) -> None:
    """Draft the freezing of an account, or the revocation of a key or of all keys of an officer.

    NAME is an account, an officer, or the beginning of a key id. One governance officer's
    signature is enough for these (and a holder's for their own key); thawing an account and
    enrolling a key need the charter's quorum.
    """
    workspace = find_workspace(workspace_path)
    state = wiring.read_state(workspace).state
    said.pop("out", None)
    reason, since = said.pop("reason"), said.pop("compromised_since")
    if name in state.accounts:
        events = [("account.frozen", {"account": name, "reason": reason})]
    else:
        keys = _keys_named(state, name)
        revoked = {"reason": reason, "compromised_since": since}
        events = [("key.revoked", {"key": keyid, **revoked}) for keyid in keys]
    for kind, members in events:
        full = members_of(workspace, state, kind, {**said, **members})
        finish_draft(workspace, state, full, out=None, as_json=as_json)


def _keys_named(state: State, name: str) -> list[str]:
    """The keys in use of an officer, or the one whose id begins so."""
    if name in state.officers:
        found = [
            keyid
            for keyid, entry in state.keys.items()
            if entry.officer == name and not entry.revoked_at
        ]
        if not found:
            raise NotFoundError(f"{name} has no key in use")
        return sorted(found)
    found = [keyid for keyid in state.keys if keyid.startswith(name)]
    if len(name) < _KEY_CHARS_MIN or len(found) != 1:
        raise NotFoundError(
            f"no account, officer or one key is named {name}",
            hint="Name an account, an officer, or at least 6 characters of a key id",
        )
    return found


@click.command()
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only later positions.")
@options.workspace
@options.as_json
def exceptions(after: int, workspace_path: str | None, as_json: bool) -> None:
    """Refusals, facts outside their authorisation, suspect keys, stale prices, open breaks."""
    workspace = find_workspace(workspace_path)
    state = wiring.read_state(workspace).state
    day = state.local_day(wiring.now())
    currency = state.charter.functional_currency if state.charter else "USD"
    value: dict[str, Any] = {
        "fund": state.fund,
        "on": day,
        "records": list(_records(workspace, after)),
        "suspect_keys": [
            {"key": keyid, "officer": entry.officer, "since": str(entry.compromised_since)}
            for keyid, entry in sorted(state.keys.items())
            if entry.compromised_since
        ],
        "stale_prices": [
            {"asset": one.asset, "day": one.day, "age": "" if one.age is None else str(one.age)}
            for one in stale_prices(KnownState(state), currency, day, oldest=_STALE_DAYS)
        ],
        "breaks": [
            {
                "event": one.event_id,
                "account": one.account,
                "asset": one.asset,
                "difference": one.difference,
                "age": str(one.age),
            }
            for one in open_breaks(state, day)
        ],
    }
    if as_json:
        output.emit_json("exceptions", value)
        return
    _say(value)


def _records(workspace: Workspace, after: int) -> Iterator[dict[str, Any]]:
    """Records that were refused, or that lie outside what was authorised."""
    with wiring.open_store(workspace, read_only=True) as store:
        for position, raw in wiring.records_of(store):
            if position <= after:
                continue
            record = parse_record(raw)
            found = _why(record)
            if found:
                yield {
                    "position": position,
                    "kind": record.kind,
                    "author": record.body["author"],
                    "reference": record.body["reference"],
                    "verdict": record.outcome.verdict,
                    "rules": [one.rule for one in found],
                }


def _why(record: Record) -> tuple[Finding, ...]:
    """The findings that make a record an exception; none if it is as it should be."""
    refused = record.outcome.verdict == "refused"
    effects = [one for effect in record.outcome.effects for one in effect.findings]
    outside = [one for one in (*record.outcome.findings, *effects) if one.rule in _EXCEPTIONS]
    return record.outcome.findings if refused else tuple(outside)


def _say(value: dict[str, Any]) -> None:
    for one in value["records"]:
        output.say(
            f"position {one['position']}  {one['verdict']:<9}  {one['kind']} by {one['author']} "
            f"({one['reference']}): {', '.join(one['rules'])}"
        )
    for one in value["suspect_keys"]:
        output.say(f"key {one['key'][:12]} of {one['officer']} is suspect since {one['since']}")
    for one in value["stale_prices"]:
        said = f"last on {one['day']}, {one['age']} days ago" if one["day"] else "none"
        output.say(f"price of {one['asset']}: {said}")
    for one in value["breaks"]:
        output.say(
            f"break {output.short(one['event'])}: {one['difference']} {one['asset']} on "
            f"{one['account']}, {one['age']} days old"
        )
    if not any(value[name] for name in ("records", "suspect_keys", "stale_prices", "breaks")):
        output.say("nothing is out of order")
