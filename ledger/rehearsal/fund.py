"""A fund in memory: officers with keys of their own, a calendar, and real signed events.

Events go through the functions that admit a real fund's: signed, verified, decided, applied. Keys
are made from names, so that a rehearsal gives the same bytes wherever it is run; they are good for
nothing else, since the fund is `test/rehearsal`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.drafts import kind_named, payload_of
from ledger.domain.outcome import Outcome, Rejection
from ledger.domain.record import render_record
from ledger.domain.state import State
from ledger.domain.verified import open_event
from ledger.kernel.errors import InputError
from ledger.kernel.instants import add_days_to_instant
from ledger.log.note import VerifierKey, render_vkey
from ledger.signing.base64_text import encode_base64
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import parse_envelope, render_envelope, sign_payload
from ledger.signing.possession import prove_possession
from ledger.signing.signer import MemorySigner

if TYPE_CHECKING:
    from ledger.domain.policy import Engine
    from ledger.domain.verified import VerifiedEvent

FUND = "test/rehearsal"
GOVERNORS = ("governor-a", "governor-b", "governor-c")
_VALID_DAYS = 30
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one event."""

    event: VerifiedEvent
    outcome: Outcome
    position: int


@dataclass(slots=True)
class RehearsalFund:
    """One fund, its officers by name, and its clock."""

    engine: Engine
    day: str
    state: State = field(default_factory=State)
    signers: dict[str, MemorySigner] = field(default_factory=dict)
    records: list[bytes] = field(default_factory=list)
    """The log so far."""
    _second: int = 0
    _count: int = 0

    def signer(self, name: str) -> MemorySigner:
        """The officer's key; made of the name when it is asked for first."""
        if name not in self.signers:
            seed = hashlib.sha256(f"{FUND}:{name}".encode()).digest()
            self.signers[name] = MemorySigner.from_seed(seed)
        return self.signers[name]

    @property
    def now(self) -> str:
        """The instant of the next event."""
        second = self._second
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        return f"{self.day}T{clock}.000000Z"

    def move_to(self, day: str) -> None:
        """Let the calendar go on to a day; it never goes back."""
        if day < self.day:
            raise InputError(f"{day} lies before {self.day}", hint="Put events in order of days")
        if day > self.day:
            self.day, self._second = day, 0

    def constitute(
        self, offices: dict[str, list[str]], charter: dict[str, Any], currency: str = "USD"
    ) -> None:
        """The first record, signed by every founder."""
        names = sorted({*offices, *GOVERNORS})
        founders = [
            {
                "officer": name,
                "commitment": hashlib.sha256(f"{FUND}#{name}".encode()).hexdigest(),
                "offices": sorted(offices.get(name, [])) or ["Governor"],
                "keys": [_key_form(self.signer(name))],
            }
            for name in names
        ]
        author, *cosigners = names
        self.record(
            "fund.constituted",
            author,
            cosigners=cosigners,
            protocol=1,
            legal_entity="Rehearsal",
            jurisdiction="KZ",
            functional_currency=currency,
            charter=charter,
            founders=founders,
            log_key=render_vkey(VerifierKey(FUND, self.signer("log").public_key)),
        )

    def record(self, kind: str, author: str, **fields: Any) -> Answer:  # noqa: ANN401 - any body
        """Sign, verify, decide and apply one event; `InputError` for one that is rejected."""
        return self.submit(self.signed(kind, author, **fields))

    def signed(self, kind: str, author: str, **fields: Any) -> VerifiedEvent:  # noqa: ANN401 - any body
        """The event, signed and verified, in the state as it will be when it is recorded."""
        payload = payload_of(self._members(kind, author, fields))
        members = fields.get("cosigners", [])
        signed = sign_payload(payload, [self.signer(name) for name in (author, *members)])
        envelope = render_envelope(signed)
        opened = open_event(parse_envelope(envelope), envelope, self.state.keys)
        event = opened.verified(verify_all(opened.checks))
        advance(self.state, event, self.now)
        return event

    def submit(self, event: VerifiedEvent) -> Answer:
        """Decide and apply a signed event."""
        now = self.now
        self._second = min(self._second + 1, _SECONDS_A_DAY - 1)
        answer = admit(self.state, event, now, self.engine)
        if isinstance(answer, Rejection):
            raise InputError(f"{event.body.kind}: {answer.code}: {answer.detail}", hint=answer.hint)
        position = self.state.position + 1
        self.records.append(render_record(event.envelope, answer.outcome.render(), position, now))
        apply(self.state, event, answer.outcome, self.engine)
        return Answer(event, answer.outcome, self.state.position)

    def enrol(self, officer: str, label: str) -> None:
        """Enrol a further key of an officer: the one that is asked for by `label`."""
        signer = self.signer(label)
        proof = prove_possession(signer, FUND, officer)
        fields = {"officer": officer, "possession": encode_base64(proof)}
        self.govern("key.enrolled", **fields, **_key_form(signer))

    def approve(self, officer: str, label: str, proposal: str) -> None:
        """An officer's approval by the key of that label; whether it counts is decided."""
        own = self.signers[officer]
        self.signers[officer] = self.signer(label)
        try:
            self.record("approval.given", officer, proposal=proposal)
        finally:
            self.signers[officer] = own

    def govern(self, kind: str, **fields: Any) -> Answer:  # noqa: ANN401 - any body
        """An event under the charter, signed by a quorum."""
        answer = self.record(kind, GOVERNORS[0], cosigners=[GOVERNORS[1]], **fields)
        if answer.outcome.verdict != "effective":
            found = ", ".join(f"{one.rule} ({one.reason})" for one in answer.outcome.findings)
            raise InputError(f"{kind} did not take effect: {found}")
        return answer

    def _members(self, kind: str, author: str, fields: dict[str, Any]) -> dict[str, Any]:
        """The body's members, with defaults for those that every body has."""
        self._count += 1
        members = {
            "fund": FUND,
            "kind": kind_named(kind).name,
            "author": author,
            "cosigners": [],
            "reference": f"rehearsal-{self._count}",
            "value_date": self.day,
            "valid_until": add_days_to_instant(self.now, _VALID_DAYS),
            **fields,
        }
        return {name: value for name, value in members.items() if value is not None}


def _key_form(signer: MemorySigner) -> dict[str, str]:
    key = signer.public_key
    return {"algorithm": key.algorithm, "public_key": encode_base64(key.raw)}
