"""Which checkpoints are believed: the trusted key, its successors, and everything else."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.audit.bundle import read_checkpoint
from ledger.audit.heads import Head, LogKeys
from ledger.audit.replay import NamedLogKey
from ledger.audit.trust import Trust
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import NoteSigner, render_vkey
from tests.support.fund_simulator import signer_of

FUND = "test/harbour"
FIRST, SECOND, THIRD, STRANGE = (
    NoteSigner(FUND, signer_of(name)) for name in ("first", "second", "third", "strange")
)
ROTATED_AT = 50


def head_of(size: int, *signers: NoteSigner, fund: str = FUND) -> Head:
    note = sign_checkpoint(Checkpoint(fund, size, bytes(32)), *signers)
    states = read_checkpoint(note)
    assert isinstance(states, Checkpoint)
    return Head("checkpoint", note, states)


def keys(trusted: NoteSigner = FIRST, **fields: Any) -> LogKeys:
    named = [
        NamedLogKey(1, render_vkey(FIRST.verifier_key)),
        NamedLogKey(ROTATED_AT, render_vkey(SECOND.verifier_key)),
    ]
    values = {"named": named, "decided": 100, "size": 100, "is_pinned": True}
    return LogKeys(Trust(trusted.verifier_key), **{**values, **fields})


def code(log_keys: LogKeys, head: Head) -> str:
    finding = log_keys.finding(head)
    return finding.code if finding else ""


@pytest.mark.parametrize(
    ("trusted", "size", "signers", "wanted"),
    [
        # the trusted key, in force at the size
        (FIRST, 49, [FIRST], ""),
        (FIRST, 50, [FIRST], ""),
        (SECOND, 50, [SECOND], ""),
        (SECOND, 100, [SECOND], ""),
        (SECOND, 100, [FIRST, SECOND], ""),
        # a successor, or the predecessor, of the trusted key
        (FIRST, 100, [SECOND], "log_key_replaced"),
        (FIRST, 50, [SECOND], "log_key_replaced"),
        (SECOND, 49, [FIRST], "log_key_replaced"),
        (FIRST, 100, [FIRST, SECOND], ""),
        # not in force
        (FIRST, 51, [FIRST], "log_key_retired"),
        (SECOND, 49, [SECOND], "log_key_retired"),
        # nobody's
        (FIRST, 49, [SECOND], "checkpoint_signature"),
        (FIRST, 100, [STRANGE], "checkpoint_signature"),
        (SECOND, 100, [FIRST], "checkpoint_signature"),
    ],
)
def test_who_may_sign_at_which_size(
    trusted: NoteSigner, size: int, signers: list[NoteSigner], wanted: str
) -> None:
    assert code(keys(trusted), head_of(size, *signers)) == wanted


def test_a_successor_is_not_believed_without_a_pinned_first_leaf() -> None:
    unpinned = keys(is_pinned=False)
    assert code(unpinned, head_of(100, SECOND)) == "log_key_unpinned"
    assert code(unpinned, head_of(100, STRANGE)) == "checkpoint_signature"
    assert code(unpinned, head_of(100, FIRST, SECOND)) == "log_key_retired"
    assert code(unpinned, head_of(49, FIRST)) == ""


def test_a_key_that_the_log_never_named_believes_nothing() -> None:
    strange = keys(STRANGE)
    assert code(strange, head_of(100, SECOND)) == "checkpoint_signature"
    assert code(strange, head_of(100, STRANGE)) == ""  # that is said once, of the whole log
    finding = strange.trusted_key_finding()
    assert finding is not None
    assert finding.code == "log_key_never_named"
    assert keys().trusted_key_finding() is None


def test_a_replay_that_stopped_early_says_nothing_of_later_keys() -> None:
    early = keys(named=[NamedLogKey(1, render_vkey(FIRST.verifier_key))], decided=20)
    assert code(early, head_of(100, FIRST)) == ""
    assert code(early, head_of(100, SECOND)) == "log_key_undecided"
    assert code(early, head_of(20, SECOND)) == "checkpoint_signature"
    assert keys(STRANGE, decided=20).trusted_key_finding() is None
    assert keys(named=[], decided=0).trusted_key_finding() is None
    assert code(keys(SECOND, decided=60), head_of(49, SECOND)) == "log_key_retired"
    assert code(keys(FIRST, decided=60), head_of(90, FIRST)) == "log_key_undecided"


def test_a_checkpoint_of_another_log_is_named() -> None:
    other = NoteSigner("test/other", signer_of("first"))
    head = head_of(100, other, fund="test/other")
    assert code(keys(), head) == "checkpoint_origin"


def test_an_altered_signature_of_the_trusted_key_condemns_the_note() -> None:
    head = head_of(100, SECOND, FIRST)
    note = head.note.replace(head.note[-12:-8], b"AAAA")
    assert code(keys(), Head("checkpoint", note, head.states)) == "checkpoint_signature"


def test_three_keys_in_a_row() -> None:
    named = [
        NamedLogKey(1, render_vkey(FIRST.verifier_key)),
        NamedLogKey(50, render_vkey(SECOND.verifier_key)),
        NamedLogKey(51, render_vkey(THIRD.verifier_key)),
    ]
    three = keys(named=named)
    assert three.in_force_at(0) == [FIRST.verifier_key]
    assert three.in_force_at(49) == [FIRST.verifier_key]
    assert three.in_force_at(50) == [FIRST.verifier_key, SECOND.verifier_key]
    assert three.in_force_at(51) == [SECOND.verifier_key, THIRD.verifier_key]
    assert three.in_force_at(52) == [THIRD.verifier_key]
