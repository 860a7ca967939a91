"""Somebody drops, swaps, repeats, inserts or cuts records, with and without the log's own key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.tiles import TILE_WIDTH
from tests.support.bundle_writer import (
    Forger,
    audited,
    bundle_files,
    canonical,
    checkpoint_of,
    lived_fund,
    long_fund,
    told,
)
from tests.support.fund_simulator import FundSimulator
from tests.support.hostile_log import (
    Told,
    honest,
    honest_note,
    honest_trust,
    placed,
    renumbered,
    signed_again,
    trust_at,
)
from tests.support.tally import tally
from tests.support.thousand_events import RECORDS, thousand_events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HONEST = Forger.of(lived_fund())
TRUST = HONEST.trust()


def changed(records: list[bytes], *, signed_again: bool) -> list[tuple[str, int | None]]:
    """What an audit says of these records, under the old checkpoint or under a new one."""
    forger = Forger(records, HONEST.signer)
    checkpoint = None if signed_again else checkpoint_of(HONEST.records, HONEST.signer)
    report = audited(forger.build(checkpoint=checkpoint), TRUST)
    assert report.exit_code == 3
    return told(report)


@pytest.mark.parametrize("position", [2, 16, 23, 33])
def test_a_dropped_record_is_named(position: int) -> None:
    records = [*HONEST.records]
    del records[position - 1]
    found = changed(records, signed_again=True)
    later = [("not_decided", position + 1)] if position < 33 else []
    assert found == [("position_differs", position), *later]
    found = changed(records, signed_again=False)
    assert found[: len(later) + 1] == [("position_differs", position), *later]
    assert ("records_missing", 34) in found


def test_a_dropped_constitution_is_named() -> None:
    found = changed(HONEST.records[1:], signed_again=True)
    assert found == [("first_leaf_differs", 1), ("position_differs", 1), ("not_decided", 2)]


def test_a_dropped_approval_is_missed_even_if_everything_is_renumbered() -> None:
    records = renumbered([*HONEST.records[:15], *HONEST.records[16:]])
    found = changed(records, signed_again=True)
    assert found == [("outcome_differs", 16), ("not_decided", 17)]


@pytest.mark.parametrize("position", [2, 16, 23, 33])
def test_swapped_records_are_named(position: int) -> None:
    records = [*HONEST.records]
    records[position - 1 : position + 1] = records[position - 1 : position + 1][::-1]
    found = changed(records, signed_again=True)
    assert found[0] == ("position_differs", position)
    assert ("position_differs", position + 1) in found
    assert len([code for code, _ in found if code == "position_differs"]) == 2


def test_swapped_and_renumbered_records_are_named() -> None:
    records = [*HONEST.records]
    records[15:17] = records[15:17][::-1]
    found = changed(renumbered(records), signed_again=True)
    assert found == [("outcome_differs", 16), ("not_decided", 17)]


def test_a_swap_under_the_old_tiles_is_named_by_the_tree_too() -> None:
    files = HONEST.build()
    records = [*HONEST.records]
    records[15:17] = records[15:17][::-1]
    entries = bundle_files(records, HONEST.signer)["tile/entries/000.p/34"]
    found = told(audited(files | {"tile/entries/000.p/34": entries}, TRUST))
    assert [f for f in found if f[0] == "record_altered"] == [
        ("record_altered", 16),
        ("record_altered", 17),
    ]


@pytest.mark.parametrize("position", [2, 16, 23, 34])
def test_a_repeated_record_is_named(position: int) -> None:
    records = [*HONEST.records[:position], *HONEST.records[position - 1 :]]
    found = changed(records, signed_again=True)
    assert found[0] == ("position_differs", position + 1)


def test_a_repeated_and_renumbered_record_is_rejected() -> None:
    records = renumbered([*HONEST.records[:20], *HONEST.records[19:]])
    records[20] = canonical(
        json.loads(records[20]) | {"recorded_at": json.loads(records[19])["recorded_at"]}
    )
    found = changed(records, signed_again=True)
    assert found == [("rejected_duplicate", 21), ("not_decided", 22)]


def test_a_well_signed_record_of_another_fund_is_rejected() -> None:
    other = FundSimulator(fund="test/lagoon").begin()
    other.acquire()
    foreign = other.records[14]
    records = renumbered([*HONEST.records[:14], foreign, *HONEST.records[14:]])
    found = changed(records, signed_again=True)
    assert found == [("rejected_wrong_fund", 15), ("not_decided", 16)]


def test_a_record_of_the_same_fund_in_another_environment_is_rejected() -> None:
    other = FundSimulator(fund="staging/harbour", signers=dict(lived_fund().signers)).begin()
    other.acquire()
    records = renumbered([*HONEST.records, other.records[14]])
    found = changed(records, signed_again=True)
    assert found == [("rejected_wrong_fund", 35)]


@pytest.mark.parametrize("left", [1, 17, 33])
def test_a_truncated_log_is_named_by_the_first_missing_position(left: int) -> None:
    found = changed(HONEST.records[:left], signed_again=False)
    assert ("records_missing", left + 1) in found
    assert next(position for _, position in found if position) == left + 1


def test_a_log_of_nothing_under_a_checkpoint_lacks_position_one() -> None:
    files = {"checkpoint": checkpoint_of(HONEST.records, HONEST.signer)}
    found = told(audited(files, TRUST))
    assert found == [("records_missing", 1), ("manifest_missing", None)]


def test_a_missing_file_in_the_middle_is_named_and_the_rest_still_checked() -> None:
    forger = Forger.of(long_fund())
    files = forger.build()
    del files["tile/entries/001"]
    data = bytearray(files["tile/entries/002.p/18"])
    data[-1] ^= 1
    report = audited(files | {"tile/entries/002.p/18": bytes(data)}, forger.trust())
    found = told(report)
    assert found[0] == ("records_missing", 257)
    assert ("record_malformed", 530) in found
    assert report.root is None


def test_records_beyond_the_checkpoint_are_named() -> None:
    files = HONEST.build()
    more = bundle_files([*HONEST.records, HONEST.records[-1]], HONEST.signer)
    files["tile/entries/000.p/34"] = more["tile/entries/000.p/35"]
    found = told(audited(HONEST.relist(files), TRUST))
    assert found == [("records_surplus", 35)]


# -- every one of a thousand records


def named(expected: Iterable[tuple[str, int]], size: int) -> Told:
    """These findings, that nothing after the first was decided, and whether position 1 is gone."""
    found = sorted(expected, key=lambda entry: entry[1])
    first = found[0][1]
    decided = [("not_decided", first + 1)] if first < size else []
    leaf = [("first_leaf_differs", 1)] if first == 1 else []
    return sorted([*leaf, *found, *decided], key=lambda entry: (entry[1], entry[0]))


def drop(position: int) -> None:
    """A record is gone; the positions of the others betray it, and who counted them before."""
    records = [*thousand_events().records]
    del records[position - 1]
    report = signed_again(records, since=honest_note(RECORDS))
    gone = [("position_differs", position)] if position < RECORDS else []
    assert placed(report) == [*(named(gone, RECORDS - 1) if gone else []), ("rollback", RECORDS)]
    assert report.verdict == "proven_bad"


def repeat(position: int) -> None:
    """A record stands twice."""
    records = [*thousand_events().records]
    records.insert(position, records[position - 1])
    report = signed_again(records)
    assert placed(report) == named([("position_differs", position + 1)], RECORDS + 1)
    assert report.verdict == "proven_bad"


def swap(position: int) -> None:
    """Two records change places; the last one has only the first to change places with."""
    records, other = [*thousand_events().records], position % RECORDS + 1
    one, two = records[position - 1], records[other - 1]
    records[position - 1], records[other - 1] = two, one
    report = signed_again(records)
    wrong = [("position_differs", position), ("position_differs", other)]
    assert placed(report) == named(wrong, RECORDS)
    assert report.verdict == "proven_bad"


def cut(position: int) -> None:
    """The log ends before a record that its checkpoint counts."""
    left = thousand_events().records[: position - 1]
    forger = Forger(left, honest().signer)
    report = audited(forger.build(checkpoint=honest_note(RECORDS)), honest_trust())
    next_file = ((position - 1) // TILE_WIDTH + 1) * TILE_WIDTH + 1
    begun = (position - 1) % TILE_WIDTH and next_file <= RECORDS
    missing = [position, next_file] if begun else [position]
    assert placed(report) == [("records_missing", at) for at in missing]
    assert report.verdict == "proven_bad"


def roll_back(position: int) -> None:
    """The log ends before a record, and its key signs that it does; somebody kept a checkpoint."""
    left = position - 1
    forger = Forger(thousand_events().records[:left], thousand_events().signer_at(left))
    report = audited(forger.build(), trust_at(RECORDS), since=honest_note(RECORDS))
    assert placed(report) == [("rollback", position)]
    assert report.verdict == "proven_bad"


ATTACKS: dict[str, Callable[[int], None]] = {
    "records dropped": drop,
    "records repeated": repeat,
    "records swapped": swap,
    "logs cut": cut,
    "logs rolled back": roll_back,
}


@pytest.mark.parametrize("claimed", [RECORDS + 1, 10**6, 2**62, 2**63 - 1])
def test_a_log_that_claims_more_records_than_there_are_lacks_the_next(claimed: int) -> None:
    """However many: what is not there is never gone through one by one."""
    forger = honest()
    origin = forger.signer.verifier_key.name
    note = sign_checkpoint(Checkpoint(origin, claimed, bytes(32)), forger.signer)
    report = audited(forger.build(checkpoint=note), honest_trust())
    assert placed(report)[0] == ("records_missing", RECORDS + 1)
    assert report.verdict == "proven_bad"


SAMPLE = (1, 2, 256, 257, 700, 999, 1_000)


@pytest.mark.parametrize("attack", ATTACKS)
def test_some_of_a_thousand_records_moved_are_named(attack: str) -> None:
    for position in SAMPLE[:: 1 if attack in {"logs cut", "logs rolled back"} else 2]:
        ATTACKS[attack](position)


@pytest.mark.deep
@pytest.mark.parametrize("half", range(2))
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_record_of_a_thousand_moved_is_named(attack: str, half: int) -> None:
    positions = range(1 + half, RECORDS + 1, 2)
    for position in positions:
        ATTACKS[attack](position)
    tally(f"{attack}, one by one, of a thousand", len(positions), len(positions))
