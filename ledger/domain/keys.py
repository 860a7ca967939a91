"""Officers' keys in the log: enrolled with proof of possession, revoked, marked compromised.

A key is good at a position iff it was enrolled before it and not revoked before it. Revocation
never reaches backwards; `compromised_since` marks later positions as suspect in every report and
keeps signatures from there on out of quorums. Enrolment needs the charter's quorum, revocation one
signature: its holder's or any governance officer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.officers import in_governance
from ledger.kernel.errors import LedgerError
from ledger.kernel.form import Base64, Digest, Slug, Text
from ledger.kernel.limits import INTEGER_MAX, KEYS_PER_OFFICER_MAX
from ledger.log.note import parse_vkey
from ledger.signing.keys import PublicKey, check_public_key, parse_public_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.state import Event, State
    from ledger.domain.view import View


@dataclass(slots=True)
class EnrolledKey:
    """One officer's key; positions are 0 where the thing did not happen."""

    officer: str
    key: PublicKey
    enrolled_at: int
    revoked_at: int = 0
    compromised_since: int = 0

    def is_good_at(self, position: int) -> bool:
        """Whether the key may sign the record at this position."""
        return self.enrolled_at < position and not 0 < self.revoked_at < position

    def is_suspect_at(self, position: int) -> bool:
        """Whether a signature at this position lies after a reported compromise."""
        return 0 < self.compromised_since <= position


class KeyEnrolled(Body):
    """A further key of an officer, with proof that its holder has the private part."""

    officer: Slug
    algorithm: Literal["ed25519", "ecdsa-p256"]
    public_key: Base64
    """Raw public key: 32 bytes (Ed25519) or the 33-byte compressed point (P-256)."""
    possession: Base64
    """The new key's signature over fund, officer and its own bytes (docs/spec/keys.md)."""


class KeyRevoked(Body):
    """A key is good for nothing after this position; a compromise may be reported later too."""

    key: Digest
    """The key's id."""
    reason: Text
    compromised_since: Annotated[int, Field(ge=1, le=INTEGER_MAX)] | None = None
    """The first position whose signatures by this key are suspect."""


def _laws_of_enrolled(view: View) -> Iterator[Finding]:
    body: KeyEnrolled = view.body
    if body.officer not in view.state.officers:
        yield deny("officer_unknown", found=body.officer)
    try:
        key = parse_public_key(body.algorithm, body.public_key)
        check_public_key(key)
    except LedgerError as error:
        yield deny("key_weak", found=error.message)
        return
    log_keys = [view.state.log_key, *view.state.log_keys_before]
    known = [entry.key.raw for entry in view.state.keys.values()]
    known += [parse_vkey(vkey).key.raw for vkey in log_keys]
    if key.raw in known:
        yield deny("key_known", found=key.keyid)
    good = [
        entry
        for entry in view.state.keys.values()
        if entry.officer == body.officer and not entry.revoked_at
    ]
    if len(good) >= KEYS_PER_OFFICER_MAX:
        yield deny("key_limit", f"at most {KEYS_PER_OFFICER_MAX}", str(len(good)))


def _evolve_enrolled(state: State, event: Event, body: KeyEnrolled) -> None:
    key = parse_public_key(body.algorithm, body.public_key)
    state.keys[key.keyid] = EnrolledKey(body.officer, key, event.position)


def _laws_of_revoked(view: View) -> Iterator[Finding]:
    body: KeyRevoked = view.body
    entry = view.state.keys.get(body.key)
    if entry is None:
        yield deny("key_unknown", found=body.key)
        return
    if entry.revoked_at and not _reports_more(entry, body):
        yield deny("key_revoked_already", found=f"revoked at position {entry.revoked_at}")
    if body.compromised_since is not None and body.compromised_since > view.position:
        yield deny("compromise_in_future", f"at most {view.position}", str(body.compromised_since))


def _reports_more(entry: EnrolledKey, body: KeyRevoked) -> bool:
    """Whether a revoked key is now reported compromised, or from an earlier position on."""
    since = body.compromised_since
    return since is not None and (entry.compromised_since == 0 or since < entry.compromised_since)


def _one_signature_suffices(view: View) -> bool:
    author = view.body.author
    holder = view.state.keys[view.body.key].officer  # that there is one was asked before
    return holder == author or in_governance(view.state, author, view.day)


def _evolve_revoked(state: State, event: Event, body: KeyRevoked) -> None:
    entry = state.keys[body.key]
    entry.revoked_at = entry.revoked_at or event.position
    entry.compromised_since = body.compromised_since or entry.compromised_since


KINDS = (
    Kind(
        name="key.enrolled.v1",
        form=KeyEnrolled,
        nature=Nature.CHARTER,
        laws=_laws_of_enrolled,
        evolve=_evolve_enrolled,
    ),
    Kind(
        name="key.revoked.v1",
        form=KeyRevoked,
        nature=Nature.CHARTER,
        laws=_laws_of_revoked,
        evolve=_evolve_revoked,
        one_signature=_one_signature_suffices,
    ),
)
