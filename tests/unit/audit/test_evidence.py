"""Evidence: opened, verified, and then read; nothing is handed out of what is not valid."""

from __future__ import annotations

import threading
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

import pytest

from ledger import audit as room
from ledger.audit import CODES, Evidence, Trust, render_trust
from ledger.audit import stream as streaming
from ledger.audit.bundle import Bundle
from ledger.audit.conservation import Conservation
from ledger.kernel.errors import (
    BundleError,
    NotFoundError,
    ParseError,
    UndecidableError,
    ValueFormError,
)
from ledger.projections.holdings import HoldingsProjection
from tests.support.bundle_writer import (
    LONG,
    PRICE,
    Forger,
    MemorySource,
    audited,
    checkpoint_of,
    copy_of,
    lived_fund,
    long_fund,
    told,
    write_archive,
    write_directory,
)

if TYPE_CHECKING:
    from pathlib import Path

FORGER = Forger.of(lived_fund(), earlier=(10,))
FILES = FORGER.build()
TRUST = FORGER.trust()


def opened(files: dict[str, bytes] | None = None) -> Evidence:
    return Evidence(Bundle(MemorySource(dict(files or FILES))), TRUST)


def test_a_bundle_and_a_trust_file_are_opened_by_path(tmp_path: Path) -> None:
    trust = tmp_path / "trust.policy"
    trust.write_text(render_trust(TRUST))
    directory = write_directory(tmp_path / "bundle", FILES)
    archive = write_archive(tmp_path / "bundle.zip", FILES)
    since = checkpoint_of(FORGER.records[:20], FORGER.signer)
    for path in (directory, archive, str(archive)):
        for believed in (trust, str(trust), TRUST):
            report = Evidence.open(path, trust=believed).verify(since=since)
            assert (report.verdict, report.checkpoints) == ("valid", 3)


def test_a_bad_trust_file_or_bundle_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        Evidence.open(tmp_path / "none", trust=TRUST)
    (tmp_path / "trust").write_text("trust me\n")
    with pytest.raises(ParseError):
        Evidence.open(write_directory(tmp_path / "b", FILES), trust=tmp_path / "trust")


def test_jobs_below_one_are_bad_input() -> None:
    with pytest.raises(ValueFormError):
        opened().verify(jobs=0)


def test_a_report_has_what_a_working_paper_needs() -> None:
    report = opened().verify()
    assert report.root == audited(FILES, TRUST).root
    assert report.signatures > report.size
    assert [holding.units for holding in report.holdings] == [1_199_950_000, 400_000_000]


def test_progress_is_told_chunk_by_chunk() -> None:
    told_so_far: list[tuple[int, int]] = []
    forger = Forger.of(long_fund())
    audited(
        forger.build(), forger.trust(), progress=lambda done, size: told_so_far.append((done, size))
    )
    assert told_so_far == [(256, 530), (512, 530), (530, 530)]


# -- balances


def test_balances_are_those_of_the_fund_at_every_position() -> None:
    fund, evidence = lived_fund(), opened()
    live = HoldingsProjection()
    for position in range(len(fund.records) + 1):
        live.fold(position, [made for at, made in fund.postings if at == position])
        assert evidence.balances(known_at=position) == live.holdings()
        for day in ("2026-01-04", "2026-01-05", "2026-01-08", "2026-02-08"):
            assert evidence.balances(as_of=day, known_at=position) == live.holdings(day)
    assert evidence.balances() == live.holdings()
    assert tuple(evidence.balances()) == evidence.verify().holdings


def test_balances_are_asked_for_real_days_and_positions() -> None:
    evidence = opened()
    with pytest.raises(ValueFormError):
        evidence.balances(as_of="2026-02-30")
    for position in (-1, 35):
        with pytest.raises(NotFoundError, match=f"no position {position}"):
            evidence.balances(known_at=position)


def test_postings_come_by_position() -> None:
    made = [(at, posting) for at, postings in opened().postings() for posting in postings]
    assert made == lived_fund().postings
    assert max(at for at, _ in opened().postings(known_at=20)) == 20


# -- events


def test_events_are_typed_and_in_order() -> None:
    events = list(opened().events())
    assert [event.position for event in events] == list(range(1, 35))
    assert [event.event_id for event in events] == lived_fund().event_ids
    bought = events[14]
    assert (bought.kind, bought.body.author) == ("acquisition.proposed.v1", "aigerim")
    assert bought.outcome.verdict == "pending"
    assert bought.recorded_at == "2026-01-05T09:14:00.000000Z"
    assert bought.keyids == (lived_fund().signers["aigerim"].public_key.keyid,)
    assert len(list(opened().events(known_at=7))) == 7
    assert list(opened().events(known_at=0)) == []


def test_events_of_a_longer_log_end_where_they_are_asked_to() -> None:
    forger = Forger.of(long_fund())
    evidence = Evidence(Bundle(MemorySource(forger.build())), forger.trust())
    for last in (1, 10, 256, 257, 300, 530):
        positions = [event.position for event in evidence.events(known_at=last)]
        assert positions == list(range(1, last + 1))


def test_nothing_is_handed_out_of_a_bad_bundle() -> None:
    data = bytearray(FILES["tile/entries/000.p/34"])
    data[9_000] ^= 1
    evidence = opened(FILES | {"tile/entries/000.p/34": bytes(data)})
    for ask in (evidence.balances, evidence.events, evidence.postings):
        with pytest.raises(BundleError, match="proven bad") as caught:
            list(ask())
        assert caught.value.where == f"position {evidence.verify().findings[0].position}"


def test_nothing_is_handed_out_of_an_undecidable_bundle() -> None:
    evidence = opened({path: data for path, data in FILES.items() if path != "checkpoint"})
    with pytest.raises(UndecidableError, match="no checkpoint") as caught:
        evidence.balances()
    assert caught.value.where == "checkpoint_missing"


def test_what_changed_since_it_was_verified_is_not_handed_out() -> None:
    source = MemorySource(dict(FILES))
    evidence = Evidence(Bundle(source), TRUST)
    assert evidence.verify().verdict == "valid"
    source.contents["tile/entries/000.p/34"] += b"x"
    with pytest.raises(BundleError, match="changed since"):
        evidence.balances()


def test_suspect_records_are_notes_and_change_no_verdict() -> None:
    fund = copy_of(lived_fund())
    since = len(fund.records) + 1
    for _ in range(25):
        fund.do("price.observed", "aigerim", **PRICE, observed_at=fund.now)
    key = fund.signers["aigerim"].public_key.keyid
    unused = fund.signers["saule"].public_key.keyid
    fund.do("key.revoked", "gulnara", key=key, reason="stolen", compromised_since=since)
    fund.do("key.revoked", "gulnara", key=unused, reason="stolen", compromised_since=since)
    forger = Forger.of(fund)
    report = audited(forger.build(), forger.trust())
    assert report.verdict == "valid"
    found = {note.explanation.split(" signed ")[1]: note for note in report.findings}
    assert all(note.code == "key_compromised" for note in report.findings)
    assert set(found) == {
        "positions " + ", ".join(map(str, range(since, since + 20))) + " and 5 more",
        "no record since",
    }
    suspects = {suspect.officer: suspect.positions for suspect in report.suspects}
    assert suspects == {"aigerim": tuple(range(since, since + 25)), "saule": ()}


def test_sums_that_do_not_add_up_are_proven_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conservation, "broken_at_end", lambda *_: "BTC: 1 held, 2 accounted")
    report = opened().verify()
    assert told(report) == [("law_broken", 34)]
    assert (report.exit_code, report.holdings) == (3, ())


# -- in other processes


def reports(files: dict[str, bytes], trust: Trust, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr("ledger.audit.audit.INLINE_RECORDS_MAX", 0)
    return [audited(files, trust, jobs=jobs) for jobs in (1, 2, 3)]


def test_findings_do_not_depend_on_the_number_of_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forger = Forger.of(long_fund())
    trust, honest = forger.trust(), forger.build(earlier=(100, 256, 400))
    forger.forge_outcome(300, verdict="refused")
    for position in (20, 280, 520):
        forger.records[position - 1] = forger.records[position - 1].replace(b'"sig":"', b'"sig":"A')
    lying = forger.build()
    damaged = honest | {"tile/entries/001": honest["tile/entries/001"][:-700]}
    for files, count in ((honest, 0), (lying, 4), (damaged, 3)):
        one, *others = reports(files, trust, monkeypatch)
        assert len(told(one)) >= count
        assert all(other == one for other in others)


def test_many_chunks_under_way_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_AHEAD", 1)
    forger = Forger.of(long_fund())
    for report in reports(forger.build(), forger.trust(), monkeypatch):
        assert (report.verdict, report.size) == ("valid", LONG)


def test_a_process_that_dies_makes_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def submit(self, *_: object) -> Any:
            raise BrokenProcessPool

        def shutdown(self, **_: object) -> None:
            pass

    monkeypatch.setattr(streaming, "ProcessPoolExecutor", Broken)
    monkeypatch.setattr("ledger.audit.audit.INLINE_RECORDS_MAX", 0)
    with pytest.raises(UndecidableError, match="worker process"):
        audited(FILES, TRUST, jobs=2)


def test_processes_are_spawned_where_threads_are_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert streaming._context().get_start_method() == "spawn"
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert streaming._context().get_start_method() == "fork"


def test_the_room_exports_what_an_auditor_needs() -> None:
    assert all(hasattr(room, name) for name in room.__all__)
    assert "outcome_differs" in CODES
