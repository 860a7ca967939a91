"""Intake: from the bytes of a submission to a verified event, before any lock is taken.

Cheap checks come first: size, form, canonical body, known keys, and only then the signatures. What
fails here is answered and never recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.verified import UnverifiedEvent, VerifiedEvent, open_event
from ledger.kernel.errors import CanonicalError, EnvelopeError
from ledger.kernel.limits import ENVELOPE_BYTES_MAX
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import parse_envelope, read_envelope, render_envelope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.domain.keys import EnrolledKey


def open_submission(data: bytes, keys: Mapping[str, EnrolledKey]) -> UnverifiedEvent:
    """The event of a submission in any spelling that DSSE allows, and its signature checks.

    Raises `ParseError` for what is malformed, `UndecidableError` for an unknown kind,
    `AuthorityError` for a key that the log does not know.
    """
    if len(data) > ENVELOPE_BYTES_MAX:
        raise EnvelopeError(
            f"{len(data)} bytes where at most {ENVELOPE_BYTES_MAX} are allowed",
            hint="Submit one signed envelope",
        )
    try:
        return open_event(parse_envelope(data), data, keys)
    except CanonicalError:
        # Not our own spelling: read it as DSSE allows, and store it as we write it.
        envelope = read_envelope(data)
        return open_event(envelope, render_envelope(envelope), keys)


def verify_submission(data: bytes, keys: Mapping[str, EnrolledKey]) -> VerifiedEvent:
    """The verified event of one submission; `SignatureError` if any signature is bad."""
    opened = open_submission(data, keys)
    return opened.verified(verify_all(opened.checks))


def verify_submissions(opened: Sequence[UnverifiedEvent], *, threads: int = 1) -> list[list[bool]]:
    """The verdict of every signature check of many events, verified in bulk."""
    checks = [check for event in opened for check in event.checks]
    verdicts = verify_all(checks, threads=threads)
    found, start = [], 0
    for event in opened:
        found.append(list(verdicts[start : start + len(event.checks)]))
        start += len(event.checks)
    return found
