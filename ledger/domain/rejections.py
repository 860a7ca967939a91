"""Rejections: what is answered and counted, but never recorded.

A record in a log that these rules reject is proven bad.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.kinds import CONSTITUTION
from ledger.domain.mandates import BookRecorded
from ledger.domain.outcome import Rejection
from ledger.domain.signatories import signatures_of
from ledger.kernel.errors import BookError
from ledger.kernel.instants import add_days, add_days_to_instant
from ledger.kernel.limits import VALIDITY_DAYS_MAX

if TYPE_CHECKING:
    from ledger.domain.outcome import Finding
    from ledger.domain.policy import Engine
    from ledger.domain.state import State
    from ledger.domain.verified import VerifiedEvent

REJECTIONS = {
    "wrong_fund": "the event was signed for another fund or environment",
    "not_constituted": "the fund has no constitution yet",
    "constitution_refused": "the constitution breaks a law, and there is no log yet to record that",
    "constituted_already": "the fund has its constitution already",
    "time_reversed": "recorded_at lies before that of the record before it",
    "duplicate": "the same bytes were recorded already",
    "expired": "the event's valid_until has passed",
    "valid_too_long": f"valid_until lies more than {VALIDITY_DAYS_MAX} days ahead",
    "unknown_key": "the log does not know the key",
    "key_not_good": "the key was revoked before this position",
    "signers_differ": "the signatures are not exactly those of the author and the cosigners",
    "reference_used": "the author used this reference for other bytes",
    "book_unreadable": "the book is not one that can be executed",
}


def rejection_of(state: State, event: VerifiedEvent, recorded_at: str) -> Rejection | None:
    """Why this event cannot be recorded here and now, or None."""
    body = event.body
    if state.position == 0:
        if event.kind is not CONSTITUTION:
            return _rejection("not_constituted")
    elif event.kind is CONSTITUTION:
        return _rejection("constituted_already")
    elif body.fund != state.fund:
        return _rejection("wrong_fund", f"{body.fund}, and this is {state.fund}")
    return (
        _by_time(state, event, recorded_at)
        or _by_signers(state, event)
        or _by_reference(state, event)
    )


def _by_time(state: State, event: VerifiedEvent, recorded_at: str) -> Rejection | None:
    valid_until = event.body.valid_until
    if recorded_at < state.recorded_at:
        return _rejection("time_reversed", f"{recorded_at} after {state.recorded_at}")
    if state.references.knows(event.event_id):
        return _rejection("duplicate")
    if valid_until < recorded_at:
        return _rejection("expired", valid_until)
    # Most stay a day or more below the bound: the days alone say so.
    if valid_until[:10] < add_days(recorded_at[:10], VALIDITY_DAYS_MAX):
        return None
    if valid_until > add_days_to_instant(recorded_at, VALIDITY_DAYS_MAX):
        return _rejection("valid_too_long", valid_until)
    return None


def _by_signers(state: State, event: VerifiedEvent) -> Rejection | None:
    signatures = signatures_of(state, event)
    if not signatures:
        return _rejection("unknown_key")
    position = state.position + 1
    if position > 1:
        for signature in signatures:
            if not state.keys[signature.keyid].is_good_at(position):
                return _rejection("key_not_good")
    body = event.body
    if [signature.officer for signature in signatures] != [body.author, *body.cosigners]:
        return _rejection("signers_differ")
    return None


def _by_reference(state: State, event: VerifiedEvent) -> Rejection | None:
    if state.references.is_used(event.body.author, event.body.reference):
        return _rejection("reference_used", event.body.reference)
    return None


def unreadable(event: VerifiedEvent, engine: Engine) -> Rejection | None:
    """A book that cannot be executed is not recorded: another version might read it otherwise.

    Raises `UnknownRuleError` for one that a newer version may execute.
    """
    if not isinstance(event.body, BookRecorded):
        return None
    try:
        engine.read_book(event.body.book)
    except BookError as error:
        return _rejection("book_unreadable", str(error))
    return None


def unconstitutional(findings: tuple[Finding, ...]) -> Rejection:
    """A constitution that its laws refuse: a log cannot begin with a refusal."""
    first = findings[0]
    return _rejection("constitution_refused", f"{first.rule}: {first.reason}")


def _rejection(code: str, found: str = "") -> Rejection:
    detail = REJECTIONS[code] + (f": {found}" if found else "")
    return Rejection(code, detail, _HINTS.get(code, ""))


_HINTS = {
    "expired": "Draft and sign it again with a later valid_until",
    "reference_used": "Give the event a reference of its own",
    "signers_differ": "Every cosigner that the body names must sign, and nobody else",
    "key_not_good": "Sign with a key that is enrolled and not revoked",
    "duplicate": "It is recorded; ask for its receipt",
}
