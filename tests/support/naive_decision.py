"""How an event is decided: laws, then charter or mandate, then approvals (docs/spec/record.md).

The same for an event when it is recorded and for a proposal when its quorum completes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.support.naive_laws import (
    governors_after,
    laws_of_every_event,
    laws_of_the_kind,
)
from tests.support.naive_records import (
    FACTS,
    SETTLES,
    Findings,
    Proposal,
)
from tests.support.naive_rules import judge
from tests.support.naive_statements import is_over
from tests.support.naive_units import Laws, asked_by, deny, exception
from tests.support.naive_words import REGISTRY, Asked, counted

if TYPE_CHECKING:
    from tests.support.naive_story import Story

CHARTER = (
    "charter.amended", "log_key.rotated", "protocol.raised", "officer.appointed",
    "officer.relieved", "key.enrolled", "key.revoked", "book.recorded", "mandate.adopted",
    "mandate.suspended", "mandate.resumed", "accounting_policy.adopted", "account.unfrozen",
)  # fmt: skip
APPROVALS = ("approval.given", "approval.refused", "proposal.withdrawn")


@dataclass
class Decision:
    """A verdict and the findings that lead to it, in the stages in which they are found."""

    verdict: str = ""
    common: Findings = field(default_factory=list)
    """Of the laws of every event, in their order."""
    own: Findings = field(default_factory=list)
    """Of the kind's own laws; their order is nowhere written."""
    ruled: Findings = field(default_factory=list)
    """Of the charter or the mandate, then of approvals, in their order."""

    @property
    def findings(self) -> Findings:
        return [*self.common, *self.own, *self.ruled]

    def says(self, verdict: str, findings: Findings) -> bool:
        """Whether this is the decision, whatever the order of the kind's own laws."""
        first, last = len(self.common), len(self.common) + len(self.own)
        return (
            verdict == self.verdict
            and findings[:first] == self.common
            and sorted(findings[first:last]) == sorted(self.own)
            and findings[last:] == self.ruled
        )


def decide(story: Story, event: Proposal) -> Decision:
    """Laws, then the charter or the mandate, then the approvals."""
    decision = Decision()
    decision.common = list(laws_of_every_event(story, event))
    own = _approval_laws if event.kind in APPROVALS else laws_of_the_kind
    decision.own = list(own(story, event))
    if not _denied(decision.findings):
        _rule(story, event, decision)
    verdicts = [verdict for _, verdict in decision.findings]
    decision.verdict = "pending" if "needs_approval" in verdicts else "effective"
    if _denied(decision.findings):
        decision.verdict = "refused"
    return decision


def _denied(findings: Findings) -> bool:
    return any(verdict == "deny" for _, verdict in findings)


def _rule(story: Story, event: Proposal, decision: Decision) -> None:
    """The charter or the mandate: whichever decides this kind."""
    if one_signature_suffices(story, event):
        return
    if event.kind in APPROVALS:
        decision.ruled = list(_approver(story, event))
    elif event.kind == "key.revoked":
        decision.ruled = [deny("office_not_entitled")]
    elif _by_charter(story, event):
        decision.ruled = list(_charter(story, event))
    elif story.mandate is None:
        decision.ruled = [deny("no_mandate")]
    else:
        _mandate(story, event, decision)


def _by_charter(story: Story, event: Proposal) -> bool:
    return event.kind in CHARTER or (event.kind in REGISTRY and story.mandate is None)


def one_signature_suffices(story: Story, event: Proposal) -> bool:
    """A key's holder or any governor revokes it; any governor freezes an account."""
    own = event.kind == "key.revoked" and story.keys[event.body["key"]].officer == event.author
    one = event.kind in ("key.revoked", "account.frozen") and event.author in story.governors()
    return own or one


def _charter(story: Story, event: Proposal) -> Laws:
    if event.author not in story.governors():
        yield deny("office_not_entitled")
        return
    for asked in charter_quorum(story, event):
        if not asked.given_to(story, event):
            yield exception("charter_quorum")


def charter_quorum(story: Story, event: Proposal) -> list[Asked]:
    """The quorum of those who govern; of those who will, too, if the event changes who does.

    Of two quorums the higher is asked for (docs/adr/0007).
    """
    offices, quorum = story.charter["governance_offices"], story.charter["quorum"]
    asked = Asked("charter_quorum", (), tuple(offices), quorum, author_counts=True)
    if event.kind == "charter.amended":
        new = event.body["charter"]
        both = replace(asked, count=max(quorum, new["quorum"]))
        return [both, replace(both, among=tuple(new["governance_offices"]))]
    if governors_after(story, event) != story.governors():
        return [asked, replace(asked, without=event.body["officer"])]
    return [asked]


def _mandate(story: Story, event: Proposal, decision: Decision) -> None:
    assert story.mandate is not None
    decision.ruled = _found(story, event)
    exceptional = _exceptional(decision)
    if event.kind in FACTS and exceptional:
        _wait(story, event, decision, exceptional)


def _found(story: Story, event: Proposal) -> Findings:
    """What the mandate finds, a suspended one too; approvals are no matter for a denied act."""
    assert story.mandate is not None
    suspended = [deny("mandate_suspended")] if story.mandate.suspended else []
    found = [*suspended, *judge(story, event).findings]
    if event.kind not in FACTS and _denied(found):
        return [one for one in found if one[1] != "needs_approval"]
    return found


def _exceptional(decision: Decision) -> set[str]:
    """The laws and rules outside of which a fact happened."""
    laws = {law for law, verdict in decision.own if verdict == "needs_approval"}
    return laws | {rule for rule, verdict in decision.ruled if verdict == "deny"}


def _wait(story: Story, event: Proposal, decision: Decision, exceptional: set[str]) -> None:
    """A fact outside its authorisation waits for the exception quorum, then stays flagged (30)."""
    missing = [
        (asked.rule, "needs_approval")
        for asked in exception_quorum(story, event)
        if not asked.given_to(story, event)
    ]
    others = any(verdict == "needs_approval" for _, verdict in decision.ruled)
    verdict = "needs_approval" if missing or others else "flag"

    def spoken(findings: Findings) -> Findings:
        return [(rule, verdict if rule in exceptional else word) for rule, word in findings]

    decision.own = spoken(decision.own)
    decision.ruled = spoken(decision.ruled) + missing


def exception_quorum(story: Story, event: Proposal) -> list[Asked]:
    """What the mandate's rules of the trigger `exception` ask for; else the charter's quorum."""
    asked = judge(story, event, words={"exception"}).asked
    offices = tuple(story.charter["governance_offices"])
    quorum = story.charter["quorum"]
    return asked or [Asked("charter_quorum", (), offices, quorum, author_counts=True)]


# -- approvals ----------------------------------------------------------------------------------


def all_asked(story: Story, event: Proposal) -> list[Asked]:
    """Every approval that an open proposal asks for, given or not, whatever the laws say."""
    if _by_charter(story, event):
        return charter_quorum(story, event)
    over = event.kind in SETTLES and asked_by(story, event) is None
    if story.mandate is None or over or is_over(story, event):
        # What the fact was about is over: there is nothing by which rules could judge it.
        return []
    asked = judge(story, event).asked
    if event.kind in FACTS:
        ruled = _found(story, event)
        own = list(laws_of_the_kind(story, event))
        if _exceptional(Decision(own=own, ruled=ruled)):
            asked = asked + exception_quorum(story, event)
    return asked


def _approval_laws(story: Story, event: Proposal) -> Laws:
    asked = story.proposals.get(event.body["proposal"])
    if asked is None or not asked.open:
        yield deny("proposal_unknown")
        return
    if event.kind == "proposal.withdrawn":
        if event.author != asked.author:
            yield deny("not_the_author")
        if asked.in_transit:
            yield deny("proposal_in_progress")
        return
    if asked.status != "pending" or asked.body["valid_until"] < story.now:
        yield deny("proposal_not_pending")
        return
    if event.kind == "approval.refused" and asked.in_transit:
        yield deny("proposal_in_progress")
    elif event.author == asked.author:
        yield deny("self_approval")


def _approver(story: Story, event: Proposal) -> Laws:
    """Asked of the author alone; a cosigner who is not asked does not count, and that is all."""
    asked = story.proposals[event.body["proposal"]]
    before = counted(story, asked, author=False).get(event.author, set())
    every = all_asked(story, asked)
    if event.kind == "approval.given" and any(one.fitting(before) for one in every):
        yield deny("approved_already")
    elif event.kind != "proposal.withdrawn":
        # Where nothing is asked any more, whoever approves makes it be decided again.
        waits = event.kind == "approval.refused" or every
        if waits and not any(one.fitting(story.offices(event.author)) for one in every):
            yield deny("office_not_asked")


def effects_of(story: Story, event: Proposal) -> list[tuple[str, Decision]]:
    """What an approval, a refusal or a withdrawal does to the proposal."""
    name = event.body["proposal"]
    if event.kind == "approval.refused":
        return [(name, Decision("refused", own=[deny("refused_by_officer")]))]
    if event.kind == "proposal.withdrawn":
        return [(name, Decision("refused", own=[deny("withdrawn")]))]
    asked = story.proposals[name]
    asked.signatures = [*asked.signatures, *event.signatures]
    if not all(one.given_to(story, asked) for one in all_asked(story, asked)):
        return []
    return [(name, decide(story, asked))]
