"""Two histories: rolled back, forked, invented, or signed by another key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import pytest

from ledger.audit.findings import Place
from ledger.audit.trust import Trust
from ledger.kernel.errors import NoteError
from ledger.kernel.instants import parse_instant, render_instant
from ledger.log.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.note import NoteSigner, VerifierKey, parse_note, render_vkey
from ledger.signing.dsse import render_envelope, sign_payload
from tests.support.bundle_writer import (
    Forger,
    audited,
    canonical,
    checkpoint_of,
    copy_of,
    lived_fund,
    told,
)
from tests.support.fund_simulator import FUND, FundSimulator, signer_of
from tests.support.hostile_log import (
    History,
    Signed,
    decided,
    honest_note,
    signed_events,
    trust_at,
)
from tests.support.tally import tally
from tests.support.thousand_events import RECORDS, BusyFund, cash, thousand_events

if TYPE_CHECKING:
    from collections.abc import Iterator

HONEST = Forger.of(lived_fund())
TRUST = HONEST.trust()
STRANGER = NoteSigner(FUND, signer_of("stranger"))
SECOND = NoteSigner(FUND, signer_of("second log key"))


def since(size: int) -> bytes:
    """The checkpoint that an auditor kept from when the log had so many records."""
    return checkpoint_of(HONEST.records[:size], HONEST.signer)


def other_history() -> Forger:
    """A second history of the same fund, from its tenth record on, with the true log key."""
    fund = FundSimulator()
    fund.constitute()
    fund.register()
    fund.tick(seconds=7)
    fund.adopt()
    fund.acquire("3", "120000")
    return Forger.of(fund)


@pytest.mark.parametrize("size", [0, 1, 2, 20, 33, 34])
def test_a_log_contains_what_an_auditor_saw_before(size: int) -> None:
    report = audited(HONEST.build(), TRUST, since=since(size))
    assert (told(report), report.checkpoints) == ([], 2)


@pytest.mark.parametrize("left", [1, 20, 33])
def test_a_log_rolled_back_is_named_with_both_sizes(left: int) -> None:
    forger = Forger(HONEST.records[:left], HONEST.signer)
    assert audited(forger.build(), TRUST).verdict == "valid"  # by itself nothing shows it
    report = audited(forger.build(), TRUST, since=since(34))
    (finding,) = report.findings
    assert (finding.code, finding.position) == ("rollback", left + 1)
    assert finding.explanation == f"it has 34 records, and this log {left}"
    assert report.exit_code == 3


def test_a_fork_signed_by_the_true_key_is_named() -> None:
    forger = other_history()
    assert audited(forger.build(), TRUST).verdict == "valid"
    assert told(audited(forger.build(), TRUST, since=since(12))) == []
    report = audited(forger.build(), TRUST, since=since(15))
    assert told(report) == [("fork", 15)]
    assert report.findings[0].place == Place("since", 0, len(since(15)))


def test_a_fork_of_the_same_size_is_named() -> None:
    forger = other_history()
    size = len(forger.records)
    assert told(audited(forger.build(), TRUST, since=since(size))) == [("fork", size)]


def test_a_fork_is_told_from_a_damaged_record() -> None:
    """The tree that the checkpoint commits to is compared, not the records that were damaged."""
    files, path = HONEST.build(), "tile/entries/000.p/34"
    data = files[path].replace(b"09:17:00.000000Z", b"09:17:00.000001Z")
    damaged = files | {path: data}
    assert data != files[path]
    found = told(audited(damaged, TRUST, since=since(30)))
    assert found[0] == ("record_altered", 18)
    assert "fork" not in dict(found)
    other = other_history()
    forked = checkpoint_of(other.records[:16], other.signer)
    assert ("fork", 16) in told(audited(damaged, TRUST, since=forked))


def test_an_earlier_checkpoint_of_the_bundle_itself_betrays_a_fork() -> None:
    forger = other_history()
    files = forger.build() | {"checkpoints/15": since(15), "checkpoints/12": since(12)}
    report = audited(forger.relist(files), TRUST)
    assert told(report) == [("fork", 15)]
    assert report.checkpoints == 3


def test_a_later_checkpoint_of_the_bundle_itself_betrays_a_rollback() -> None:
    forger = Forger(HONEST.records[:20], HONEST.signer)
    files = forger.build() | {"checkpoints/34": since(34)}
    assert told(audited(forger.relist(files), TRUST)) == [("rollback", 21)]


def test_an_earlier_checkpoint_under_a_wrong_name_is_malformed() -> None:
    files = HONEST.build() | {"checkpoints/16": since(15)}
    assert told(audited(HONEST.relist(files), TRUST)) == [("checkpoint_malformed", None)]


def test_earlier_checkpoints_by_a_stranger_are_named() -> None:
    files = HONEST.build() | {"checkpoints/15": checkpoint_of(HONEST.records[:15], STRANGER)}
    assert told(audited(HONEST.relist(files), TRUST)) == [("checkpoint_signature", None)]


def test_a_checkpoint_by_another_key_is_named() -> None:
    forger = Forger(HONEST.records, STRANGER)
    assert told(audited(forger.build(), TRUST)) == [
        ("checkpoint_signature", None),
        ("manifest_differs", None),
    ]


def test_a_checkpoint_of_another_log_is_named() -> None:
    lagoon = NoteSigner("test/lagoon", lived_fund().log_signer)
    files = HONEST.build(checkpoint=checkpoint_of(HONEST.records, lagoon))
    assert ("checkpoint_origin", None) in told(audited(files, TRUST))


def test_a_checkpoint_with_another_root_is_named() -> None:
    note = sign_checkpoint(Checkpoint(FUND, 34, bytes(32)), HONEST.signer)
    assert told(audited(HONEST.build(checkpoint=note), TRUST)) == [("root_differs", None)]


def test_an_auditor_who_trusts_another_key_is_told_so() -> None:
    trust = Trust(STRANGER.verifier_key, TRUST.first_leaf)
    assert told(audited(HONEST.build(), trust)) == [
        ("checkpoint_signature", None),
        ("log_key_never_named", None),
    ]


def test_a_log_signed_by_a_trusted_key_that_it_never_named_is_bad() -> None:
    trust = Trust(STRANGER.verifier_key, TRUST.first_leaf)
    forger = Forger(HONEST.records, STRANGER)
    found = told(audited(forger.build(), trust))
    assert found == [("log_key_never_named", None), ("manifest_differs", None)]


def test_invented_founders_are_known_by_the_first_leaf() -> None:
    """The holder of the true log key invents officers and a whole history with them."""
    signers = {name: signer_of(f"invented {name}") for name in lived_fund().signers}
    invented = Forger.of(FundSimulator(signers=signers).begin())
    report = audited(invented.build(), TRUST)
    assert told(report) == [("first_leaf_differs", 1)]
    unpinned = audited(invented.build(), Trust(TRUST.log_key))
    assert unpinned.verdict == "valid"
    (note,) = unpinned.findings
    assert note.code == "first_leaf_unpinned"
    assert leaf_hash(invented.records[0]).hex() in note.explanation


def test_a_checkpoint_from_before_by_a_stranger_proves_nothing() -> None:
    stranger = checkpoint_of(HONEST.records[:20], STRANGER)
    report = audited(HONEST.build(), TRUST, since=stranger)
    assert told(report) == [("since_unverified", None)]
    assert report.exit_code == 8


def test_what_is_no_checkpoint_is_bad_usage() -> None:
    with pytest.raises(NoteError) as caught:
        audited(HONEST.build(), TRUST, since=b"yesterday")
    assert caught.value.where == "since"


# -- the log key rotates


def rotated() -> Forger:
    """A log whose governance replaced the log key at position 35, and one record after it."""
    fund = copy_of(lived_fund())
    vkey = render_vkey(VerifierKey(FUND, signer_of("second log key").public_key))
    fund.govern("log_key.rotated", log_key=vkey)
    fund.govern("account.frozen", account="warm-1", reason="under review")
    return Forger(list(fund.records), SECOND, earlier=(36,))


def test_a_successor_of_the_trusted_key_is_believed_from_the_log() -> None:
    forger = rotated()
    files = forger.build() | {"checkpoints/34": since(34)}
    report = audited(forger.relist(files), TRUST, since=since(20))
    assert report.verdict == "valid"
    assert {found.code for found in report.findings} == {"log_key_replaced"}
    renewed = audited(forger.build(), Trust(SECOND.verifier_key, TRUST.first_leaf))
    assert renewed.findings == ()


def test_a_successor_is_not_believed_without_a_pinned_first_leaf() -> None:
    report = audited(rotated().build(earlier=()), Trust(TRUST.log_key))
    assert told(report) == [("log_key_unpinned", None)]
    assert report.exit_code == 8


def test_a_replaced_key_alone_signs_nothing_any_more() -> None:
    forger = rotated()
    forger.signer = HONEST.signer
    report = audited(forger.build(earlier=()), TRUST)
    assert told(report) == [("log_key_retired", None)]
    assert report.exit_code == 8


def test_at_the_hand_over_either_key_or_both_sign() -> None:
    forger = rotated()
    del forger.records[35:]
    for signers in ((HONEST.signer,), (SECOND,), (HONEST.signer, SECOND)):
        checkpoint = checkpoint_of(forger.records, *signers)
        report = audited(forger.build(earlier=(), checkpoint=checkpoint), TRUST)
        assert report.verdict == "valid"


def test_behind_an_event_that_nobody_can_decide_a_stranger_may_be_the_log() -> None:
    fund = copy_of(lived_fund())
    forger = Forger.of(fund)
    members = fund.members("stake.promised.v1", "aigerim")
    envelope = sign_payload(canonical(members), [fund.signers["aigerim"]])
    forger.append(render_envelope(envelope))
    forger.signer = STRANGER
    report = audited(forger.build(), TRUST)
    assert told(report)[:2] == [("unknown_kind", 35), ("log_key_undecided", None)]
    forger.signer = HONEST.signer
    assert told(audited(forger.build(), TRUST)) == [("unknown_kind", 35)]


def test_behind_an_event_that_nobody_can_decide_the_manifest_may_name_a_later_key() -> None:
    """Nobody knows yet whether the log names the key that the manifest claims: that accuses no one.

    A later version wrote an event of a kind of its own, then the governors rotated the log key.
    """
    fund = copy_of(lived_fund())
    forger = Forger.of(fund)
    members = fund.members("stake.promised.v1", "aigerim")
    forger.append(render_envelope(sign_payload(canonical(members), [fund.signers["aigerim"]])))
    vkey = render_vkey(SECOND.verifier_key)
    rotation = fund.members("log_key.rotated", "gulnara", cosigners=["nurlan"], log_key=vkey)
    forger.append(fund.sign(rotation))
    forger.signer = SECOND
    report = audited(forger.build(), TRUST)
    assert told(report) == [
        ("unknown_kind", 35),
        ("not_decided", 36),
        ("log_key_undecided", None),
    ]
    assert report.exit_code == 8


def test_a_stranger_after_a_rotation_is_still_a_stranger() -> None:
    forger = rotated()
    forger.signer = STRANGER
    report = audited(forger.build(earlier=()), TRUST)
    assert ("checkpoint_signature", None) in told(report)
    assert report.exit_code == 3


# -- a thousand histories by whoever holds the database and the log keys


@dataclass(frozen=True)
class Attack:
    """A second history, and the size of the checkpoint of the first that an auditor kept."""

    forger: History
    kept: int

    @property
    def records(self) -> list[bytes]:
        return self.forger.records

    @property
    def first_other(self) -> int:
        """The first position at which the histories differ; beyond both if one is a prefix."""
        pairs = zip(self.records, thousand_events().records, strict=False)
        return next((at for at, (one, two) in enumerate(pairs, 1) if one != two), RECORDS + 1)

    @property
    def is_fork(self) -> bool:
        """Whether the history is as long as the one that the auditor saw, and another one."""
        return len(self.records) >= self.kept >= self.first_other

    @property
    def is_provable(self) -> bool:
        """Whether the kept checkpoint is signed by a key that counts at its size in this history.

        Who rotates the log key earlier than it was rotated makes an older signature a doubtful one:
        the key might have been found where it was put away.
        """
        key = render_vkey(thousand_events().signer_at(self.kept).verifier_key)
        named = [vkey for _, vkey in self.forger.named]
        return key not in named or key in self.forger.counting_at(self.kept)

    def expected(self) -> tuple[str, int]:
        """The finding that names it, with its position."""
        if self.kept > len(self.records):
            return "rollback", len(self.records) + 1
        return "fork", self.kept


@cache
def unpublished() -> tuple[Signed, ...]:
    """Events that officers signed and the ledger never recorded: any moment would do for them."""
    fund = copy_of(thousand_events())
    assert isinstance(fund, BusyFund)
    until = render_instant(parse_instant(fund.now) + timedelta(days=90))
    found = []
    for _ in range(40):
        members = fund.members("cash.recorded", "bolat", **cash(fund), valid_until=until)
        event = fund.verify(fund.sign(members | {"value_date": "2026-01-05"}))
        found.append(Signed(event, ""))
    return tuple(found)


def dropped(tail: list[Signed], chance: Random) -> list[Signed]:
    """Some of what came is not there."""
    share = chance.choice([0.02, 0.2, 0.6])
    return [signed for signed in tail if chance.random() > share]


def reordered(tail: list[Signed], chance: Random) -> list[Signed]:
    """What came came in another order, at the same times."""
    events = [signed.event for signed in tail]
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(max(1, len(events) - 1))
        events[at : at + 2] = events[at : at + 2][::-1]
    return [replace(signed, event=event) for signed, event in zip(tail, events, strict=True)]


def delayed(tail: list[Signed], chance: Random) -> list[Signed]:
    """Everything came a little later than it did."""
    later = timedelta(microseconds=chance.choice([1, 40_000_000]))
    moved = [render_instant(parse_instant(signed.recorded_at) + later) for signed in tail]
    return [replace(signed, recorded_at=at) for signed, at in zip(tail, moved, strict=True)]


def slipped_in(tail: list[Signed], chance: Random) -> list[Signed]:
    """Something is there that was signed and never published."""
    more = [*tail]
    for signed in chance.sample(unpublished(), chance.randint(1, 5)):
        at = chance.randint(0, len(more))
        before = more[at - 1].recorded_at if at else tail[0].recorded_at if tail else ""
        more.insert(at, replace(signed, recorded_at=before))
    return more


def cut_off(_tail: list[Signed], _chance: Random) -> list[Signed]:
    """Nothing came any more."""
    return []


WAYS = (dropped, reordered, delayed, slipped_in, cut_off)


def attacks(seed: int, count: int) -> Iterator[Attack]:
    """Histories that part from the honest one at any record, and that any auditor would pass."""
    chance, events = Random(seed), signed_events(thousand_events())  # noqa: S311 - no secrets
    made = 0
    while made < count:
        point = chance.randint(1, RECORDS - 1)
        length = min(RECORDS - point, chance.choice([5, 200, RECORDS]))
        tail = WAYS[made % len(WAYS)](events[point : point + length], chance)
        history = decided([*events[:point], *tail])
        largest = max(point + 1, len(history.records) if chance.random() < 0.7 else RECORDS)
        attack = Attack(history, chance.randint(point + 1, min(largest, RECORDS)))
        if attack.is_fork or attack.kept > len(attack.records):
            made += 1
            yield attack


def check_refused(attack: Attack) -> bool:
    """The history is refused, and two signed checkpoints prove who lied; whether it is proven."""
    files = attack.forger.build()
    trust, note = trust_at(attack.kept), honest_note(attack.kept)
    report = audited(files, trust, since=note)
    if not attack.is_provable:
        assert (told(report), report.exit_code) == ([("since_unverified", None)], 8)
        return False
    assert report.verdict == "proven_bad", attack.expected()
    assert attack.expected() in told(report)
    found = next(f for f in report.findings if (f.code, f.position) == attack.expected())
    assert found.place == Place("since", 0, len(note))
    prove_misbehaviour(attack, note, files["checkpoint"])
    return True


def prove_misbehaviour(attack: Attack, kept: bytes, shown: bytes) -> None:
    """Anybody can see it from the two notes and the records of the bundle, without an audit."""
    keys = [signer.verifier_key for _, signer in thousand_events().log_signers]
    heads = []
    for note in (kept, shown):
        (line,) = parse_note(note).signatures
        key = next(key for key in keys if key.key_id == line.key_id)
        heads.append(verify_checkpoint(note, key))
    before, now = heads
    leaves = [leaf_hash(raw) for raw in attack.records]
    assert (now.size, now.root) == (len(leaves), tree_root(leaves))
    assert before.size > now.size or before.root != tree_root(leaves[: before.size])


def test_a_fork_before_a_rotation_is_never_valid_for_who_trusts_the_old_key() -> None:
    """The kept checkpoint is signed by a key that the second history never names.

    So nothing proves to this auditor that the log signed it: the trust file had to be renewed then.
    """
    events = signed_events(thousand_events())
    rotations = [position for position, _ in thousand_events().log_signers]
    history = decided([*events[: rotations[1] - 4], *unpublished()[:30]])
    kept = rotations[-1] + 10
    assert rotations[1] > 1
    assert len(history.records) > kept
    report = audited(history.build(), trust_at(1), since=honest_note(kept))
    assert (told(report), report.exit_code) == ([("since_unverified", None)], 8)
    renewed = audited(history.build(), trust_at(kept), since=honest_note(kept))
    assert ("fork", kept) in told(renewed)
    assert renewed.exit_code == 3


def test_some_histories_are_refused_by_whoever_kept_a_checkpoint() -> None:
    for attack in attacks(0, 7):
        check_refused(attack)
    for attack in attacks(1, 2):  # by itself each is a good log
        assert audited(attack.forger.build(), attack.forger.trust()).verdict == "valid"


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 6))
def test_a_thousand_histories_are_refused_by_whoever_kept_a_checkpoint(seed: int) -> None:
    proven = 0
    for number, attack in enumerate(attacks(seed, 250)):
        proven += check_refused(attack)
        if number % 5 == 0:
            assert audited(attack.forger.build(), attack.forger.trust()).verdict == "valid"
    assert proven >= 240
    tally("forks and rollbacks signed by the true log key, against one kept checkpoint", 250, 250)
