"""Answers to a submission as people and machines read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.cli import exits, output
from ledger.domain.outcome import REFUSED
from ledger.service.answer import Receipt

if TYPE_CHECKING:
    from ledger.domain.outcome import Outcome
    from ledger.service.answer import Answer


def outcome_value(outcome: Outcome) -> dict[str, Any]:
    """An outcome with all that is known of its findings."""
    value: dict[str, Any] = {
        "verdict": outcome.verdict,
        "findings": [finding.explain() for finding in outcome.findings],
        "effects": [
            {
                "event": effect.event_id,
                "verdict": effect.verdict,
                "findings": [finding.explain() for finding in effect.findings],
            }
            for effect in outcome.effects
        ],
    }
    if outcome.mandate:
        value["mandate"] = outcome.mandate
    if outcome.state_digest:
        value["state_digest"] = outcome.state_digest
    return value


def show_answer(answer: Answer, *, as_json: bool) -> int:
    """Tell the answer; the exit code of the command."""
    if isinstance(answer, Receipt):
        return _show_receipt(answer, as_json=as_json)
    rejection = answer.rejection
    if as_json:
        output.emit_json(
            "rejection",
            {
                "event": answer.event_id,
                "code": rejection.code,
                "detail": rejection.detail,
                "hint": rejection.hint,
            },
        )
    else:
        output.note(f"not recorded: {rejection.detail} ({rejection.code})")
        if rejection.hint:
            output.note(f"  hint: {rejection.hint}")
    return exits.exit_of_rejection(rejection.code)


def _show_receipt(receipt: Receipt, *, as_json: bool) -> int:
    outcome = receipt.outcome
    code = exits.REFUSED if outcome.verdict == REFUSED else exits.DONE
    if as_json:
        output.emit_json(
            "receipt",
            {
                "event": receipt.event_id,
                "position": receipt.position,
                "recorded_at": receipt.recorded_at,
                "repeated": receipt.repeated,
                **outcome_value(outcome),
            },
        )
        return code
    again = "  (recorded before)" if receipt.repeated else ""
    output.say(
        f"position {receipt.position}  {outcome.verdict}  {output.short(receipt.event_id)}{again}"
    )
    show_outcome(outcome)
    return code


def show_outcome(outcome: Outcome) -> None:
    """Findings and effects, one to a line."""
    output.show_findings(finding.explain() for finding in outcome.findings)
    for effect in outcome.effects:
        output.say(f"  proposal {output.short(effect.event_id)} is now {effect.verdict}")
        output.show_findings(finding.explain() for finding in effect.findings)
