"""The product and the naive ledger side by side: one fund, lived in both, compared at each event.

`FundBeside` is the simulated fund; whatever is submitted to it is decided by both, and any
difference is an error that shows both answers. A mirror is fed with the bytes of each record as an
auditor reads them, so that the log alone must give the live state.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.digest import state_digest
from ledger.domain.outcome import Rejection
from ledger.domain.record import parse_record
from ledger.domain.state import State
from ledger.domain.verified import open_event
from ledger.kernel.canonical import decode_object
from ledger.kernel.errors import AuthorityError, SignatureError
from ledger.kernel.instants import parse_instant
from ledger.projections.holdings import HoldingsProjection
from ledger.signing.bulk import verify_all
from ledger.signing.dsse import render_envelope
from policies.engine import PolicyEngine
from tests.support.naive_ledger import Answer, NaiveLedger, Submission
from tests.support.naive_story import Story
from tests.support.small_fund import SmallFund

if TYPE_CHECKING:
    from ledger.domain.outcome import Admission, Refusal
    from tests.support.naive_records import Findings


class FundBeside(SmallFund):
    """A simulated fund whose every answer is held against the naive ledger's."""

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self.naive = NaiveLedger()
        self.story = Story()
        """What the naive ledger knew when it was last asked: for choosing what to do next."""
        self.mirror = State()
        self.auditor = PolicyEngine()
        self.projection = HoldingsProjection()
        self.clock = ""
        """The latest instant at which anything was asked."""
        self.offset_minutes = 0
        """Of the charter, before there is one."""
        self.seen: Counter[str] = Counter()
        """Kinds, rejections, findings and effects that occurred."""

    @override
    def members(self, kind: str, author: str, **fields: Any) -> dict[str, Any]:
        return super().members(kind, author, **{"value_date": self.today, **fields})

    @property
    @override
    def today(self) -> str:
        return self.day(0)

    @override
    def day(self, days: int) -> str:
        """The fund's calendar day, that many days from today."""
        offset = self.story.charter.get("utc_offset_minutes", self.offset_minutes)
        there = parse_instant(self.now) + timedelta(minutes=offset)
        return (there.date() + timedelta(days=days)).isoformat()

    @override
    def submit(self, envelope: bytes) -> Admission | Refusal | Rejection:
        submission = submission_of(envelope)
        foreseen = self.naive.decide(submission, self.now)
        try:
            answer = super().submit(envelope)
        except AuthorityError as error:
            # Found before anything is asked; to admission's own word for a key that is not known.
            code = error.code if isinstance(error, SignatureError) else "unknown_key"
            answer = Rejection(code, error.message)
        else:
            self.clock = max(self.clock, self.now)
            self._reflect(envelope, answer)
        compare_answers(submission, answer, foreseen)
        self.naive.record(submission, foreseen, self.now)
        self._tally(submission, foreseen)
        self.compare_states()
        return answer

    def submit_forged(self, envelope: bytes) -> None:
        """An envelope with a bad signature changes nothing; the naive ledger never sees it."""
        before = state_digest(self.state)
        try:
            super().submit(envelope)
        except SignatureError as error:
            self.seen[f"rejection {error.code}"] += 1
        else:
            raise AssertionError(envelope)
        assert state_digest(self.state) == before

    # -- the mirror -----------------------------------------------------------------------------

    def _reflect(self, envelope: bytes, answer: Admission | Refusal | Rejection) -> None:
        """The mirror takes a new record from its bytes; of what was rejected, the instant."""
        assert self.last is not None
        if isinstance(answer, Rejection):
            advance(self.mirror, self.last, self.now)
            return
        record = parse_record(self.records[-1])
        again = render_envelope(record.envelope)
        assert again == envelope
        opened = open_event(record.envelope, again, self.mirror.keys)
        verified = opened.verified(verify_all(opened.checks))
        advance(self.mirror, verified, record.recorded_at)
        before = state_digest(self.mirror) if record.position % 8 == 0 else ""
        decided = admit(self.mirror, verified, record.recorded_at, self.auditor)
        assert not before or before == state_digest(self.mirror), "admission only reads"
        assert not isinstance(decided, Rejection), decided
        assert decided.outcome.render() == record.outcome.render()
        apply(self.mirror, verified, record.outcome, self.auditor)

    # -- comparing ------------------------------------------------------------------------------

    def compare_states(self) -> None:
        """Balances and open proposals are the same in both; the log alone gives the live state."""
        self.story = self.naive.story(self.clock)
        story, state = self.story, self.state
        scales = {code: 10 ** asset["scale"] for code, asset in story.assets.items()}
        found = {
            place: tuple(
                Fraction(leg, scales[place[1]])
                for leg in (balance.held, balance.reserved, balance.encumbered, balance.in_transit)
            )
            for place, balance in state.balances.items()
            if not balance.is_empty
        }
        expected = story.balances()
        assert found == expected, differences(found, expected)
        for held, reserved, encumbered, in_transit in expected.values():
            assert min(held, reserved, encumbered, in_transit) >= 0
            assert reserved + encumbered <= held
        waiting = {name: proposal.effective for name, proposal in state.proposals.items()}
        open_ones = {p.event_id: p.status == "effective" for p in story.open_proposals()}
        assert waiting == open_ones, differences(waiting, open_ones)
        assert state_digest(self.mirror) == state_digest(state)
        self._compare_projection()

    def _compare_projection(self) -> None:
        """What readers fold from the postings is what the state holds."""
        for position, posting in self.postings:
            self.projection.fold(position, [posting])
        self.postings.clear()
        if self.state.postings:
            return  # what time freed at a rejected event's instant follows with the next record
        rows = {
            (row.account, row.asset): (row.units, row.reserved, row.encumbered, row.in_transit)
            for row in self.projection.holdings()
        }
        assert rows == {
            place: (balance.held, balance.reserved, balance.encumbered, balance.in_transit)
            for place, balance in self.state.balances.items()
            if not balance.is_empty
        }

    def _tally(self, submission: Submission, answer: Answer) -> None:
        kind = str(submission.body["kind"]).removesuffix(".v1")
        if answer.rejection:
            self.seen[f"rejection {answer.rejection}"] += 1
            return
        self.seen[f"kind {kind} {answer.decision.verdict}"] += 1
        for rule, verdict in answer.decision.findings:
            self.seen[f"finding {rule} {verdict}"] += 1
        for _, decision in answer.effects:
            self.seen[f"effect {decision.verdict}"] += 1
            for rule, verdict in decision.findings:
                self.seen[f"effect {rule} {verdict}"] += 1


def differences(found: dict[Any, Any], expected: dict[Any, Any]) -> str:
    """What differs between two dicts, one line for each key."""
    keys = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
    return "\n".join(f"{key}: {found.get(key)}, expected {expected.get(key)}" for key in keys)


def submission_of(envelope: bytes) -> Submission:
    """What was signed and by which keys, read the plain way."""
    members: Any = decode_object(envelope)
    payload = base64.b64decode(members["payload"])
    keyids = [signature["keyid"] for signature in members["signatures"]]
    return Submission(hashlib.sha256(payload).hexdigest(), dict(decode_object(payload)), keyids)


def findings_of(listed: Any) -> Findings:
    return [(one["rule"], one["verdict"]) for one in listed]


def compare_answers(
    submission: Submission, answer: Admission | Refusal | Rejection, foreseen: Answer
) -> None:
    """The same rejection, or the same verdict, findings, effects and mandate."""
    if isinstance(answer, Rejection):
        assert foreseen.rejection == answer.code, (submission.body, answer, foreseen)
        return
    compare_outcomes(submission, decode_object(answer.outcome.render()), foreseen)


def compare_outcomes(submission: Submission, outcome: Any, foreseen: Answer) -> None:
    """An outcome, as a record holds it, is the one that was foreseen."""
    about = submission.body, outcome, foreseen
    assert not foreseen.rejection, about
    assert foreseen.decision.says(outcome["verdict"], findings_of(outcome["findings"])), about
    assert foreseen.mandate == outcome.get("mandate", ""), about
    effects = outcome["effects"]
    assert [one["event"] for one in effects] == [name for name, _ in foreseen.effects], about
    for effect, (_, decision) in zip(effects, foreseen.effects, strict=True):
        assert decision.says(effect["verdict"], findings_of(effect["findings"])), about
