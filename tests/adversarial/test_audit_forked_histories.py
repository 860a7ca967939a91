"""Two histories: rolled back, forked, invented, or signed by another key."""

from __future__ import annotations

import pytest

from ledger.audit.findings import Place
from ledger.audit.trust import Trust
from ledger.kernel.errors import NoteError
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.merkle import leaf_hash
from ledger.log.note import NoteSigner, VerifierKey, render_vkey
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


def test_a_stranger_after_a_rotation_is_still_a_stranger() -> None:
    forger = rotated()
    forger.signer = STRANGER
    report = audited(forger.build(earlier=()), TRUST)
    assert ("checkpoint_signature", None) in told(report)
    assert report.exit_code == 3
