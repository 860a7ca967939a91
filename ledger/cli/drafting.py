"""Drafting: from what the operator said to the file of canonical bytes that will be signed."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.cli import output, wiring, words
from ledger.domain.apply import advance
from ledger.domain.decision import Decision, decide
from ledger.domain.drafts import kind_named, payload_of, read_payload
from ledger.domain.kind import Nature
from ledger.domain.officers import offices_of
from ledger.domain.outcome import REFUSED
from ledger.domain.proposal import Signature
from ledger.domain.record import event_id_of
from ledger.domain.verified import VerifiedEvent
from ledger.domain.view import View
from ledger.kernel.errors import InputError, NotFoundError, ValueFormError
from ledger.kernel.instants import local_day, parse_instant, render_instant

if TYPE_CHECKING:
    from ledger.cli.workspace import Workspace
    from ledger.domain.state import State

_DURATION = re.compile(r"([1-9][0-9]{0,4})([hdw])\Z")
_HOURS = {"h": 1, "d": 24, "w": 168}
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_PREFIX = re.compile(r"[0-9a-f]{6,64}\Z")


def members_of(
    workspace: Workspace, state: State, kind: str, said: dict[str, Any]
) -> dict[str, Any]:
    """The members of a body from what was said and the defaults of what was not.

    `said` holds the body's own members and `author`, `cosigners`, `reference`, `value_date`,
    `expires`; what is None is left out.
    """
    name = kind_named(kind).name
    moment = wiring.now()
    offset = state.charter.utc_offset_minutes if state.charter else _offset_said(said)
    own = {
        key: value
        for key, value in said.items()
        if value is not None and key not in {"expires", "out", "cosigners"}
    }
    members: dict[str, Any] = {
        "fund": workspace.fund,
        "kind": name,
        "value_date": local_day(moment, offset),
        "valid_until": valid_until(moment, _expiry_said(said)),
        **own,
        "cosigners": _cosigners_said(said),
    }
    if "reference" not in members:
        # Two drafts of the same minute differ in content, hence in this name.
        digest = hashlib.sha256(repr(sorted(members.items())).encode()).hexdigest()
        members["reference"] = f"{name.partition('.')[0]}-{moment[:10]}-{digest[:8]}"
    return members


def _offset_said(said: dict[str, Any]) -> int:
    """The time zone of a charter that is being drafted; its form is checked with the body."""
    charter = said.get("charter")
    offset = charter.get("utc_offset_minutes") if isinstance(charter, dict) else None
    return offset if isinstance(offset, int) else 0


def _expiry_said(said: dict[str, Any]) -> str:
    expires = said.get("expires") or "3d"
    if not isinstance(expires, str):
        raise InputError("a duration as in 3d, or an instant, was expected", where="expires")
    return expires


def _cosigners_said(said: dict[str, Any]) -> list[str]:
    cosigners = said.get("cosigners") or []
    if not isinstance(cosigners, list | tuple) or not all(isinstance(n, str) for n in cosigners):
        raise InputError("a list of officers was expected", where="cosigners")
    return sorted(cosigners)


def valid_until(moment: str, expires: str) -> str:
    """The instant at which a draft made now expires: `4h`, `3d`, `2w`, or an instant itself."""
    match = _DURATION.match(expires)
    if match is None:
        return render_instant(parse_instant(expires))
    hours = int(match.group(1)) * _HOURS[match.group(2)]
    return render_instant(parse_instant(moment) + timedelta(hours=hours))


def grounds_of(said: dict[str, Any]) -> dict[str, Any]:
    """Facts and evidence in the form of a body, from what was said at the command line."""
    facts = {}
    for text in said.pop("facts", ()):
        name, _, value = text.partition("=")
        if value not in {"true", "false"}:
            raise ValueFormError(f"{text!r} is not name=true or name=false", where="--fact")
        facts[name] = value == "true"
    evidence = [digest_of(entry) for entry in said.pop("evidence", ())]
    return {**said, "facts": facts, "evidence": evidence}


def digest_of(entry: str) -> str:
    """The SHA-256 of a document named by its path, or the digest itself."""
    if _HEX.match(entry):
        return entry
    try:
        with Path(entry).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NotFoundError(
            f"no document {entry}: {error.strerror}", hint="Name a file, or give its SHA-256"
        ) from None


def proposal_named(state: State, name: str) -> str:
    """The event id of an open proposal named by the beginning of its id or by its reference."""
    if _PREFIX.match(name):
        found = [event_id for event_id in state.proposals if event_id.startswith(name)]
    else:
        found = [
            event_id
            for event_id, proposal in state.proposals.items()
            if proposal.body.reference == name
        ]
    if len(found) != 1:
        what = "no open proposal" if not found else f"{len(found)} open proposals"
        raise NotFoundError(
            f"{what} named {name}", hint="`custody approvals --all` lists the open ones"
        )
    return found[0]


def write_draft(
    workspace: Workspace, members: dict[str, Any], out: str | None
) -> tuple[Path, bytes]:
    """Write the canonical payload to its file, named by the event id."""
    payload = payload_of(members)
    default = workspace.drafts / f"{event_id_of(payload)}.draft.json"
    path = Path(out) if out else default
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_new(path, payload)
    return path, payload


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist, unless it holds the same bytes already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        if path.read_bytes() != data:
            raise InputError("the file exists and is another", where=str(path)) from None
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def preview(state: State, payload: bytes) -> Decision | None:
    """What admission would say of a draft signed by its author alone; None for answers."""
    kind, body = read_payload(payload)
    if kind.nature is Nature.APPROVAL or state.charter is None:
        return None
    event = VerifiedEvent(event_id_of(payload), kind, body, (), b"")
    advance(state, event, max(wiring.now(), state.recorded_at))
    keyid = next((known for known, entry in state.keys.items() if entry.officer == body.author), "")
    offices = offices_of(state, body.author, state.day)
    signatures = [Signature(body.author, keyid, state.position + 1, offices)] if keyid else []
    view = View(
        state=state,
        engine=wiring.ENGINE,
        event_id=event.event_id,
        kind=kind,
        body=body,
        signatures=signatures,
        day=state.day,
        position=state.position + 1,
    )
    return decide(view)


def finish_draft(
    workspace: Workspace,
    state: State,
    members: dict[str, Any],
    *,
    out: str | None,
    as_json: bool,
) -> None:
    """Write a draft and tell what it says, what the mandate says of it, and what to do next."""
    path, payload = write_draft(workspace, members, out)
    decision = preview(state, payload)
    findings = [finding.explain() for finding in decision.findings] if decision else []
    if as_json:
        output.emit_json(
            "draft",
            {
                "file": str(path),
                "event": event_id_of(payload),
                "fingerprint": words.fingerprint(payload),
                "words": words.sentence(read_payload(payload)[1]),
                "verdict": decision.verdict if decision else "",
                "findings": findings,
            },
        )
        return
    output.say(words.sentence(read_payload(payload)[1]))
    output.say(f"  event        {event_id_of(payload)}")
    output.say(f"  fingerprint  {words.fingerprint(payload)}")
    output.say(f"  draft        {path}")
    if decision is not None:
        would = (
            "would be refused" if decision.verdict == REFUSED else f"would be {decision.verdict}"
        )
        output.say(f"  signed by {members['author']} alone it {would}")
        output.show_findings(findings)
    output.note(f"next: custody sign {path} --key KEY")
