"""A resumed audit: earlier records are bound by their hashes, and only the rest is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.audit import checks
from ledger.audit import replay as replaying
from ledger.domain.admit import admit
from ledger.domain.record import parse_record
from ledger.kernel.errors import ValueFormError
from ledger.log.note import NoteSigner
from ledger.signing.bulk import verify_all
from tests.support.bundle_writer import (
    Forger,
    audited,
    checkpoint_of,
    lived_fund,
    long_fund,
    place_of,
    told,
)
from tests.support.fund_simulator import FUND, signer_of

if TYPE_CHECKING:
    from typing import Any

    from ledger.domain.state import State
    from ledger.signing.bulk import SignatureCheck

HONEST = Forger.of(lived_fund())
TRUST = HONEST.trust()
SIZE = len(HONEST.records)


def since(size: int) -> bytes:
    """The checkpoint of an earlier audit."""
    return checkpoint_of(HONEST.records[:size], HONEST.signer)


def resumed(files: dict[str, bytes], size: int, **options: Any) -> Any:
    return audited(files, TRUST, since=since(size), resume=True, **options)


@pytest.mark.parametrize("size", [1, 2, 13, 20, SIZE - 1, SIZE])
def test_it_ends_where_a_full_audit_ends(size: int) -> None:
    full, report = audited(HONEST.build(), TRUST), resumed(HONEST.build(), size)
    assert told(report) == []
    assert (report.verdict, report.holdings, report.root) == (
        full.verdict,
        full.holdings,
        full.root,
    )
    assert report.suspects == full.suspects
    (note,) = [found for found in report.findings if found.code == "resumed"]
    assert note.explanation == f"positions 1 to {size}"


def test_only_the_rest_is_decided_and_its_signatures_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decided: list[int] = []
    asked: list[SignatureCheck] = []

    def counted(state: State, *rest: Any) -> Any:
        decided.append(state.position + 1)
        return admit(state, *rest)

    def seen(questions: list[SignatureCheck]) -> list[bool]:
        asked.extend(questions)
        return verify_all(questions)

    monkeypatch.setattr(replaying, "admit", counted)
    monkeypatch.setattr(checks, "verify_all", seen)
    report = resumed(HONEST.build(), SIZE - 4)
    assert decided == [SIZE - 3, SIZE - 2, SIZE - 1, SIZE]
    last = [parse_record(raw).envelope.signatures for raw in HONEST.records[-4:]]
    assert len(asked) == report.signatures == sum(map(len, last))


@pytest.mark.parametrize("jobs", [1, 2])
def test_it_resumes_within_an_entry_bundle_and_across_many(jobs: int) -> None:
    forger = Forger.of(long_fund())
    kept = checkpoint_of(forger.records[:300], forger.signer)
    report = audited(forger.build(), forger.trust(), since=kept, resume=True, jobs=jobs)
    assert told(report) == []
    assert report.holdings == audited(forger.build(), forger.trust()).holdings
    assert 0 < report.signatures <= 2 * (len(forger.records) - 300)


def test_a_lie_after_the_checkpoint_is_named_at_its_position() -> None:
    forger = Forger(list(HONEST.records), HONEST.signer)
    position = place_of(forger.records, "transfer.released")
    forger.forge_outcome(position, verdict="refused")
    report = resumed(forger.build(), position - 1)
    assert ("outcome_differs", position) in told(report)
    assert report.exit_code == 3


def test_a_lie_before_it_is_another_history() -> None:
    """Nothing that was applied of it stands: no holdings, no decision that followed from it."""
    forger = Forger(list(HONEST.records), HONEST.signer)
    position = place_of(forger.records, "transfer.released")
    forger.forge_outcome(position, verdict="refused")
    report = resumed(forger.build(), position)
    assert told(report) == [("fork", position)]
    assert (report.exit_code, report.holdings) == (3, ())


@pytest.mark.parametrize("position", [1, 7, 20])
def test_a_changed_byte_before_it_is_named(position: int) -> None:
    records = list(HONEST.records)
    records[position - 1] = records[position - 1].replace(b'"position"', b'"positiom"')
    report = resumed(Forger(records, HONEST.signer).build(), 25)
    assert ("fork", 25) in told(report)
    assert report.exit_code == 3


def test_a_record_left_out_before_it_is_missing() -> None:
    files = Forger(HONEST.records[:20], HONEST.signer).build()
    report = resumed(files, 25)
    assert told(report) == [("rollback", 21)]
    assert (report.exit_code, report.holdings) == (3, ())


def test_a_checkpoint_that_another_key_signed_resumes_nothing() -> None:
    stranger = NoteSigner(FUND, signer_of("stranger"))
    note = checkpoint_of(HONEST.records[:20], stranger)
    report = audited(HONEST.build(), TRUST, since=note, resume=True)
    assert told(report) == [("since_unverified", None)]
    assert report.exit_code == 8


def test_it_needs_the_checkpoint() -> None:
    with pytest.raises(ValueFormError, match="nothing to resume from"):
        audited(HONEST.build(), TRUST, resume=True)
