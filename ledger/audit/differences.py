"""How a recorded outcome differs from the one that follows, in words that name the member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.funds import PROTOCOLS_KNOWN
from ledger.domain.record import parse_record
from ledger.kernel.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding as Reason
    from ledger.domain.outcome import Outcome
    from ledger.domain.verified import VerifiedEvent

_SHOWN = 300


def difference(
    raw: bytes, position: int, event: VerifiedEvent, decided: Outcome
) -> tuple[str, str]:
    """The code and explanation of why a record is not the one that deciding again makes."""
    try:
        record = parse_record(raw)
    except LedgerError as error:
        return "record_malformed", str(error)
    if record.position != position:
        return "position_differs", f"the record says {record.position}"
    newer = newer_than_this(event)
    if newer is not None:
        return newer
    return "outcome_differs", "; ".join(_differing(record.outcome, decided))


def newer_than_this(event: VerifiedEvent) -> tuple[str, str] | None:
    """Whether a newer version of the software may rightly have decided otherwise."""
    protocol = getattr(event.body, "protocol", None)
    if protocol is not None and protocol not in PROTOCOLS_KNOWN:
        return "unknown_protocol", f"protocol {protocol}"
    return None


def _differing(recorded: Outcome, decided: Outcome) -> Iterator[str]:
    members = {
        "verdict": (recorded.verdict, decided.verdict),
        "findings": (_reasons(recorded.findings), _reasons(decided.findings)),
        "effects": (_effects(recorded), _effects(decided)),
        "mandate": (recorded.mandate, decided.mandate),
        "state_digest": (recorded.state_digest, decided.state_digest),
    }
    for name, (said, follows) in members.items():
        if said != follows:
            yield f"{name}: recorded {_shown(said)}, follows {_shown(follows)}"


def _shown(text: str) -> str:
    return text[:_SHOWN] or "none"


def _reasons(findings: tuple[Reason, ...]) -> str:
    return ", ".join(f"{finding.rule} {finding.verdict}" for finding in findings)


def _effects(outcome: Outcome) -> str:
    return ", ".join(
        f"{effect.event_id} {effect.verdict} ({_reasons(effect.findings) or 'no findings'})"
        for effect in outcome.effects
    )
