"""A second, slow, obvious ledger: what becomes of an event, decided from the specification alone.

It keeps the plain list of what was recorded and retells the story of the fund for every question
(`naive_story`). It shares no code with `ledger.domain` and `policies`. Its answer to an event is a
rejection by its code, or a verdict with findings and effects, in the words of the record.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.support.naive_decision import APPROVALS, Decision, decide, effects_of
from tests.support.naive_laws import log_key_is_bad
from tests.support.naive_records import Body, Proposal, Record, keyid_of
from tests.support.naive_rules import is_readable
from tests.support.naive_story import Story, retell

VALIDITY_DAYS = 400


@dataclass(frozen=True)
class Submission:
    """What comes in: the body that was signed, its hash, and the keys that signed."""

    event_id: str
    body: Body
    keyids: list[str]


@dataclass
class Answer:
    """A rejection by its code, or the outcome that is recorded."""

    rejection: str = ""
    decision: Decision = field(default_factory=Decision)
    effects: list[tuple[str, Decision]] = field(default_factory=list)
    """Each proposal that the record settles, and how."""
    mandate: str = ""

    @property
    def verdict(self) -> str:
        return "rejected" if self.rejection else self.decision.verdict


class NaiveLedger:
    """The list of records, and the answers that follow from it."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def story(self, now: str) -> Story:
        return retell(self.records, now)

    def record(self, submission: Submission, answer: Answer, now: str) -> None:
        """Write down what was decided; a rejection leaves no trace."""
        if answer.rejection:
            return
        effects = [(name, one.verdict, one.findings) for name, one in answer.effects]
        self.records.append(
            Record(
                position=len(self.records) + 1,
                recorded_at=now,
                event_id=submission.event_id,
                body=submission.body,
                keyids=submission.keyids,
                verdict=answer.verdict,
                effects=effects,
            )
        )

    def decide(self, submission: Submission, now: str) -> Answer:
        """The answer to an event; nothing is written down."""
        story = self.story(now)
        rejection = self.rejection(story, submission, now)
        if rejection:
            return Answer(rejection)
        if not story.charter:
            return Answer(decision=Decision("effective"))
        event = _event(story, submission)
        mandate = story.mandate.event_id if story.mandate else ""
        answer = Answer(decision=decide(story, event), mandate=mandate)
        if event.kind in APPROVALS and answer.verdict == "effective":
            answer.effects = effects_of(story, event)
        return answer

    def rejection(self, story: Story, submission: Submission, now: str) -> str:
        """The first rejection that holds, in the order of docs/spec/findings.md.

        Keys are looked up before anything is asked: an unknown one is the first answer.
        """
        body = submission.body
        first = body["kind"] == "fund.constituted.v1"
        if not self.records and first:
            return _about_founders(submission, now)
        if any(keyid not in story.keys for keyid in submission.keyids) and not first:
            return "unknown_key"
        if first:
            return "constituted_already"
        if body["fund"] != story.fund:
            return "wrong_fund"
        return (
            self._about_time(submission, now)
            or self._about_signers(story, submission)
            or self._about_reference(body)
            or ("book_unreadable" if not is_readable(body.get("book", {})) else "")
        )

    def _about_time(self, submission: Submission, now: str) -> str:
        until = submission.body["valid_until"]
        if now < self.records[-1].recorded_at:
            return "time_reversed"
        known = {record.event_id for record in self.records}
        if submission.event_id in known and now[:10] <= until[:10]:
            return "duplicate"
        if until < now:
            return "expired"
        last = datetime.fromisoformat(now) + timedelta(days=VALIDITY_DAYS)
        return "valid_too_long" if datetime.fromisoformat(until) > last else ""

    def _about_signers(self, story: Story, submission: Submission) -> str:
        if any(story.keys[keyid].revoked_at for keyid in submission.keyids):
            return "key_not_good"
        officers = sorted(story.keys[keyid].officer for keyid in submission.keyids)
        body = submission.body
        return "" if officers == sorted([body["author"], *body["cosigners"]]) else "signers_differ"

    def _about_reference(self, body: Body) -> str:
        own = (body["author"], body["reference"])
        used = [
            (record.body["author"], record.body["reference"])
            for record in self.records
            if record.verdict != "refused"
        ]
        return "reference_used" if own in used else ""


def _about_founders(submission: Submission, now: str) -> str:
    """A constitution that its signers or its laws refuse is answered and not recorded."""
    body = submission.body
    founders = [founder["officer"] for founder in body["founders"]]
    owners = {keyid_of(one["keys"][0]): one["officer"] for one in body["founders"]}
    if not {*submission.keyids} <= {*owners}:
        return "unknown_key"
    signers = sorted(owners[keyid] for keyid in submission.keyids)
    if signers != sorted([body["author"], *body["cosigners"]]):
        return "signers_differ"
    story = Story(now=now)
    story.hear(Record(1, now, submission.event_id, body, submission.keyids, "effective"))
    commitments = {founder["commitment"] for founder in body["founders"]}
    refused = [
        body["value_date"] > story.today,
        signers != sorted(founders),
        len({*founders}) < len(founders) or len(commitments) < len(founders),
        body["charter"]["quorum"] > len(story.governors()) - 1,
        body["protocol"] != 1,
        log_key_is_bad(replace(story, log_keys=[]), body["log_key"]),
    ]
    return "constitution_refused" if any(refused) else ""


def _event(story: Story, submission: Submission) -> Proposal:
    position = story.position + 1
    signatures = story.signatures(submission.keyids, position)
    # The author's own signature first, so that it can be asked about.
    signatures.sort(key=lambda one: one.officer != submission.body["author"])
    event = Proposal(submission.event_id, submission.body, position, story.now, signatures)
    event.status = "new"
    return event
