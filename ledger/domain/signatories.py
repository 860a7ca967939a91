"""Who signed, who counts: the officers behind a proposal and the approvals that are complete.

Approvals count officers, not keys. An approval counts iff its key and office were good at its
position, the office is still held when the quorum completes, no reported compromise reaches it,
and the officer is neither the author nor counted already; only for the charter's own quorum the
author counts as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.funds import FundConstituted, founders_keys
from ledger.domain.officers import offices_of
from ledger.domain.proposal import Signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ledger.domain.policy import Requirement
    from ledger.domain.proposal import Proposal
    from ledger.domain.state import State
    from ledger.domain.verified import VerifiedEvent
    from ledger.domain.view import View


def duties_of(
    view: View, proposal: Proposal | None = None, task: str = "proposer"
) -> Mapping[str, frozenset[str]]:
    """Task to officers: who proposed, approved, released and settled what this event is about.

    Of the author's own task it is the author alone: what others did of it before is their own.
    """
    about = proposal or view.own
    signatures = proposal.signatures if proposal is not None else view.signatures
    proposer = about.author if about is not None else view.body.author
    duties = {
        "proposer": frozenset({proposer}),
        "approver": frozenset(sign.officer for sign in signatures if sign.officer != proposer),
    }
    if about is not None:
        duties["releaser"] = frozenset(about.progress.releasers)
        duties["settler"] = frozenset(about.progress.settlers)
    duties[task] = frozenset({view.body.author})
    return duties


def signatures_of(state: State, event: VerifiedEvent) -> list[Signature]:
    """The envelope's signatures with their officers, the author's first, then in order of officers.

    Empty if the log does not know one of the keys. Worked out once for each event at its position:
    rejections, laws and `apply` ask one after the other.
    """
    position, day = state.position + 1, state.day
    known, at, on, signatures = state.signing
    if known is event and at == position and on == day:
        return signatures
    try:
        signatures = [
            Signature(officer, keyid, position, offices_of(state, officer, day))
            for officer, keyid in zip(_officers_of(state, event), event.keyids, strict=True)
        ]
    except KeyError:
        signatures = []
    if len(signatures) > 1:
        author = event.body.author
        signatures.sort(key=lambda sign: (sign.officer != author, sign.officer))
    state.signing = (event, position, day, signatures)
    return signatures


def _officers_of(state: State, event: VerifiedEvent) -> list[str]:
    """The officer behind each signature; `KeyError` for a key that the log does not know."""
    if isinstance(event.body, FundConstituted):
        founders = founders_keys(event.body)
        return [founders[keyid][0] for keyid in event.keyids]
    return [state.keys[keyid].officer for keyid in event.keyids]


def approvers(
    state: State, signatures: Iterable[Signature], author: str, requirement: Requirement, day: str
) -> dict[str, frozenset[str]]:
    """Officers who count for a requirement, each with the offices in which they may count."""
    found: dict[str, frozenset[str]] = {}
    asked = requirement.offices
    for signature in signatures:
        officer = signature.officer
        if officer in requirement.excluding:
            continue
        if officer == author and not requirement.author_counts:
            continue
        if is_suspect(state, signature):
            continue
        # The office must have been held when the word was given, and be held still.
        held = signature.offices & offices_of(state, officer, day)
        counting = held & asked if asked else held
        if counting:
            found[officer] = counting
    return found


def is_suspect(state: State, signature: Signature) -> bool:
    """Whether a reported compromise of the key reaches this signature."""
    return state.keys[signature.keyid].is_suspect_at(signature.position)


def is_met(requirement: Requirement, counting: Mapping[str, frozenset[str]]) -> bool:
    """Whether enough distinct officers approve, and each office of `all_of` by its own person."""
    wanted = len(requirement.all_of)
    if len(counting) < max(requirement.count, wanted):
        return False
    if not wanted:
        return True
    given: dict[str, int] = {}
    return all(
        _assign(place, requirement.all_of, counting, given, set())
        for place in range(len(requirement.all_of))
    )


def _assign(
    place: int,
    offices: tuple[str, ...],
    counting: Mapping[str, frozenset[str]],
    given: dict[str, int],
    tried: set[str],
) -> bool:
    """Give an office its own officer, moving others if need be (Kuhn's augmenting path)."""
    for officer, held in counting.items():
        if offices[place] not in held or officer in tried:
            continue
        tried.add(officer)
        if officer not in given or _assign(given[officer], offices, counting, given, tried):
            given[officer] = place
            return True
    return False
