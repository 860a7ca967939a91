"""The fund's constitution: charter, founders, log key, protocol.

The charter governs officers, keys and mandates: its governance offices, their quorum, the notice
period of mandates and how far back value dates may lie. A quorum is at most the number of
governance officers less one, so that losing one person never locks the fund.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ledger.domain.body import Body
from ledger.domain.keys import EnrolledKey
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.officers import Appointment, appoint
from ledger.kernel.errors import (
    BodyError,
    LedgerError,
    ValueFormError,
    WeakKeyError,
    present,
)
from ledger.kernel.fixed import fixed
from ledger.kernel.form import (
    Base64,
    Country,
    CurrencyCode,
    Day,
    Digest,
    Form,
    Lei,
    Many,
    Name,
    Office,
    Slug,
)
from ledger.kernel.limits import (
    BACKDATING_DAYS_MAX,
    NOTICE_DAYS_MAX,
    OFFICERS_MAX,
)
from ledger.log.note import parse_vkey
from ledger.signing.keys import PublicKey, check_public_key, parse_public_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.domain.outcome import Finding
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

PROTOCOLS_KNOWN = frozenset({1})
_CONSTITUTED = "a fund that decides has a charter"
"""Every protocol whose admission, rule semantics and state digest this version carries."""


@fixed
class Charter:
    """What governs officers, keys and mandates."""

    offices: frozenset[str]
    """The governance offices."""
    quorum: int
    """How many governance officers must sign, the author among them."""
    notice_days: int
    """Days between the adoption of a later mandate and its first day."""
    max_backdating_days: int
    wider_backdating_days: int
    wider_until: str
    """Until this day (recorded) value dates may lie `wider_backdating_days` back."""
    utc_offset_minutes: int
    functional_currency: str

    def earliest_value_date_distance(self, day: str) -> int:
        """How many days back a value date may lie for an event recorded on `day`."""
        wider = self.wider_backdating_days if day <= self.wider_until else 0
        return max(self.max_backdating_days, wider)


class PublicKeyForm(Form):
    """A public key: its algorithm and its raw bytes."""

    algorithm: Literal["ed25519", "ecdsa-p256"]
    public_key: Base64
    """Raw public key: 32 bytes (Ed25519) or the 33-byte compressed point (P-256)."""


class Founder(Form):
    """A founding officer with offices and keys."""

    officer: Slug
    commitment: Digest
    """SHA-256 over a salt and the person's name and contact, kept outside the log."""
    offices: Annotated[Many[Office], Field(min_length=1, max_length=16)]
    keys: Annotated[Many[PublicKeyForm], Field(min_length=1, max_length=1)]
    """The key with which the founder signs the constitution; more are enrolled with proof later."""


class WiderBackdating(Form):
    """A wider bound for value dates while a history is taken on."""

    days: Annotated[int, Field(ge=0, le=BACKDATING_DAYS_MAX)]
    until: Day


class CharterForm(Form):
    """The charter's terms."""

    governance_offices: Annotated[Many[Office], Field(min_length=1, max_length=8)]
    quorum: Annotated[int, Field(ge=1, le=OFFICERS_MAX)]
    notice_days: Annotated[int, Field(ge=0, le=NOTICE_DAYS_MAX)]
    max_backdating_days: Annotated[int, Field(ge=0, le=BACKDATING_DAYS_MAX)]
    wider_backdating: WiderBackdating | None = None
    utc_offset_minutes: Annotated[int, Field(ge=-720, le=840)]
    """The fund's time zone as a fixed offset from UTC; value dates are days of this zone."""


class FundConstituted(Body):
    """The first event of a log, signed by all founders: what the fund is and who governs it."""

    protocol: Annotated[int, Field(ge=1, le=1_000)]
    legal_entity: Name
    lei: Lei | None = None
    jurisdiction: Country
    functional_currency: CurrencyCode
    charter: CharterForm
    founders: Annotated[Many[Founder], Field(min_length=2, max_length=OFFICERS_MAX)]
    log_key: Annotated[str, Field(max_length=400)]
    """The verifier key (C2SP vkey) of the key that signs checkpoints; its name is the fund."""


class CharterAmended(Body):
    """New terms of the charter. Needs the quorum before and the quorum after."""

    charter: CharterForm


class LogKeyRotated(Body):
    """The next verifier key of checkpoints."""

    log_key: Annotated[str, Field(max_length=400)]


class ProtocolRaised(Body):
    """From the next position on, admission follows another protocol."""

    protocol: Annotated[int, Field(ge=2, le=1_000)]


def charter_of(form: CharterForm, functional_currency: str) -> Charter:
    """The charter that a form states."""
    wider = form.wider_backdating
    return Charter(
        offices=frozenset(form.governance_offices),
        quorum=form.quorum,
        notice_days=form.notice_days,
        max_backdating_days=form.max_backdating_days,
        wider_backdating_days=wider.days if wider else 0,
        wider_until=wider.until if wider else "",
        utc_offset_minutes=form.utc_offset_minutes,
        functional_currency=functional_currency,
    )


def founders_keys(body: FundConstituted) -> dict[str, tuple[str, PublicKey]]:
    """Key id to (officer, key) of every founder; `BodyError` if one is malformed."""
    found = {}
    for number, founder in enumerate(body.founders):
        for form in founder.keys:
            try:
                key = parse_public_key(form.algorithm, form.public_key)
            except ValueFormError as error:
                raise BodyError(error.message, where=f"founders.{number}.keys") from None
            found[key.keyid] = (founder.officer, key)
    return found


def _laws_of_constituted(view: View) -> Iterator[Finding]:
    body: FundConstituted = view.body
    if body.protocol not in PROTOCOLS_KNOWN:
        yield deny("protocol_unknown", found=str(body.protocol))
    yield from _laws_of_founders(body)
    governing = [f for f in body.founders if set(f.offices) & set(body.charter.governance_offices)]
    if body.charter.quorum > len(governing) - 1:
        yield deny("quorum_impossible", f"at most {len(governing) - 1}", str(body.charter.quorum))
    yield from _laws_of_log_key(view.state, body.fund, body.log_key, _raw_keys(body))


def _raw_keys(body: FundConstituted) -> set[bytes]:
    return {key.raw for _, key in founders_keys(body).values()}


def _laws_of_founders(body: FundConstituted) -> Iterator[Finding]:
    names = [founder.officer for founder in body.founders]
    keys = [key.public_key for founder in body.founders for key in founder.keys]
    commitments = [founder.commitment for founder in body.founders]
    for listed in (names, keys, commitments):
        if len(set(listed)) != len(listed):
            yield deny("founder_repeated")
    if sorted(names) != sorted([body.author, *body.cosigners]):
        yield deny("founders_incomplete")
    try:
        for _, key in founders_keys(body).values():
            check_public_key(key)
    except WeakKeyError as error:
        yield deny("key_weak", found=error.message)


def _laws_of_log_key(
    state: State, fund: str, log_key: str, officers_keys: set[bytes]
) -> Iterator[Finding]:
    try:
        vkey = parse_vkey(log_key)
    except LedgerError as error:
        yield deny("log_key_bad", found=error.message)
        return
    used = log_key == state.log_key or log_key in state.log_keys_before
    if vkey.name != fund or used or vkey.key.raw in officers_keys:
        yield deny("log_key_bad", f"a new key named {fund}", vkey.name)


def _evolve_constituted(state: State, event: Event, body: FundConstituted) -> None:
    state.fund = body.fund
    state.protocol = body.protocol
    state.charter = charter_of(body.charter, body.functional_currency)
    state.log_key = body.log_key
    for founder in body.founders:
        for office in founder.offices:
            appoint(
                state, founder.officer, founder.commitment, Appointment(office, body.value_date)
            )
    for keyid, (officer, key) in founders_keys(body).items():
        state.keys[keyid] = EnrolledKey(officer, key, event.position)


def _laws_of_amended(view: View) -> Iterator[Finding]:
    body: CharterAmended = view.body
    charter = present(view.state.charter, _CONSTITUTED)
    after = charter_of(body.charter, charter.functional_currency)
    if after == charter:
        yield deny("charter_unchanged")
    governing = {
        officer
        for officer, entry in view.state.officers.items()
        if any(
            held.covers(view.day) and held.office in after.offices for held in entry.appointments
        )
    }
    if after.quorum > len(governing) - 1:
        yield deny("quorum_impossible", f"at most {len(governing) - 1}", str(after.quorum))


def _evolve_amended(state: State, _event: Event, body: CharterAmended) -> None:
    charter = present(state.charter, _CONSTITUTED)
    state.charter = charter_of(body.charter, charter.functional_currency)
    state.day = state.local_day(state.recorded_at)


def _laws_of_log_key_rotated(view: View) -> Iterator[Finding]:
    officers_keys = {entry.key.raw for entry in view.state.keys.values()}
    yield from _laws_of_log_key(view.state, view.state.fund, view.body.log_key, officers_keys)


def _evolve_log_key_rotated(state: State, _event: Event, body: LogKeyRotated) -> None:
    state.log_keys_before.append(state.log_key)
    state.log_key = body.log_key


def _laws_of_protocol_raised(view: View) -> Iterator[Finding]:
    body: ProtocolRaised = view.body
    if body.protocol not in PROTOCOLS_KNOWN or body.protocol <= view.state.protocol:
        yield deny(
            "protocol_unknown",
            f"a known protocol above {view.state.protocol}",
            str(body.protocol),
        )


def _evolve_protocol_raised(state: State, _event: Event, body: ProtocolRaised) -> None:
    state.protocol = body.protocol


KINDS = (
    Kind(
        name="fund.constituted.v1",
        form=FundConstituted,
        nature=Nature.CHARTER,
        laws=_laws_of_constituted,
        evolve=_evolve_constituted,
    ),
    Kind(
        name="charter.amended.v1",
        form=CharterAmended,
        nature=Nature.CHARTER,
        laws=_laws_of_amended,
        evolve=_evolve_amended,
    ),
    Kind(
        name="log_key.rotated.v1",
        form=LogKeyRotated,
        nature=Nature.CHARTER,
        laws=_laws_of_log_key_rotated,
        evolve=_evolve_log_key_rotated,
    ),
    Kind(
        name="protocol.raised.v1",
        form=ProtocolRaised,
        nature=Nature.CHARTER,
        laws=_laws_of_protocol_raised,
        evolve=_evolve_protocol_raised,
    ),
)
