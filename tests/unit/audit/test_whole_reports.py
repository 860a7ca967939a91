"""Whole reports: every finding with its place and words, and every figure, scene by scene.

Other tests ask whether an attack is found; these hold all that an audit says of it, and no more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ledger.audit.trust import Trust
from ledger.log.note import NoteSigner
from ledger.log.tiles import entry_bundles_of
from tests.support.bundle_writer import (
    PRICE,
    Forger,
    audited,
    canonical,
    checkpoint_of,
    copy_of,
    lived_fund,
    long_fund,
)
from tests.support.fund_simulator import FundSimulator, signer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.audit import Report
    from ledger.audit.findings import Finding

STRANGER = NoteSigner("test/harbour", signer_of("a stranger"))
FOREIGN = NoteSigner("test/lagoon", signer_of("a stranger"))
OTHERS = [b"another record"] * 40
TILE = "tile/entries/000.p/34"
LEAF = "89e81ea2ad8a18b2cb2b8abcae31ef82d08607b2b8b42df0028ba1c840d2ffad"
FORGED = "verdict: recorded refused, follows effective"
ALTERED = "its leaf is not the one in the tile"
BAD_KEY = "key 1abec263ccd77d4ef00caa09196d1984a1b0533dacf2d72d492a3be8887ccfea"
MARAT = "key 5fc3cbb302ad1444184f8a716ac53f02a620658bd0b08479fbad29e936b68a51 of marat"

Line = tuple[str, int | None, str, str]
"""Code, position, explanation, place."""
Figures = tuple[str, int, int, int, int, int]
"""Verdict, records, signatures, checkpoints, suspects, holdings."""
SCENES: dict[Callable[[], Report], tuple[Figures, list[Line]]] = {}


def scene(figures: Figures, *lines: Line) -> Callable[[Callable[[], Report]], Callable[[], Report]]:
    def enter(play: Callable[[], Report]) -> Callable[[], Report]:
        SCENES[play] = (figures, list(lines))
        return play

    return enter


def line(found: Finding) -> Line:
    """One finding; bytes of entries are named by their file, since bodies may grow."""
    place = found.place
    text = "" if place is None else place.path
    if place is not None and place.end and not place.path.startswith("tile/"):
        text += f" {place.start}-{place.end}"
    return found.code, found.position, found.explanation, text


@pytest.mark.parametrize("play", SCENES, ids=lambda play: play.__name__)
def test_the_whole_report(play: Callable[[], Report]) -> None:
    figures, lines = SCENES[play]
    report = play()
    assert [line(found) for found in report.findings] == lines
    assert figures == (
        report.verdict, report.size, report.signatures, report.checkpoints,
        len(report.suspects), len(report.holdings),
    )  # fmt: skip
    assert report.fund == "test/harbour"


def honest(*earlier: int) -> Forger:
    """The log of 34 records, whose checkpoints of these sizes are in the bundle too."""
    return Forger.of(copy_of(lived_fund()), earlier=earlier)


def altered(forger: Forger, *positions: int) -> dict[str, bytes]:
    """The files of a log with other outcomes of these records, under its own tiles and notes."""
    files = forger.build()
    for position in positions:
        forger.forge_outcome(position, verdict="refused")
    return forger.relist(files | dict(entry_bundles_of(forger.records)))


def with_another_signature(forger: Forger, position: int) -> None:
    """The first signature of the next record, in place of this one's."""
    value, other = (json.loads(raw) for raw in forger.records[position - 1 : position + 1])
    value["envelope"]["signatures"][0]["sig"] = other["envelope"]["signatures"][0]["sig"]
    forger.records[position - 1] = canonical(value)


def relisted(forger: Forger, files: dict[str, bytes]) -> Report:
    return audited(forger.relist(files), forger.trust())


def since(note: bytes, *, resume: bool = False, forger: Forger | None = None) -> Report:
    """An audit with an older checkpoint, of the honest log if no other is given."""
    made = forger or honest()
    return audited(made.build(), honest().trust(), since=note, resume=resume)


def kept(size: int) -> bytes:
    """The honest log's checkpoint at a size."""
    forger = honest()
    return checkpoint_of(forger.records[:size], forger.signer)


# -- checkpoints -----------------------------------------------------------------------------------


@scene(("valid", 34, 54, 3, 0, 2))
def nothing_is_wrong() -> Report:
    return audited(honest(7, 20).build(), honest().trust())


@scene(
    ("undecidable", 34, 54, 0, 0, 2),
    ("checkpoint_missing", None, "", "checkpoint"),
)
def no_checkpoint() -> Report:
    files = honest().build()
    del files["checkpoint"]
    return relisted(honest(), files)


@scene(
    ("proven_bad", 34, 54, 0, 0, 0),
    ("outcome_differs", 20, FORGED, ""),
    ("tile_differs", 20, "hash 19", "tile/0/000.p/34"),
    ("not_decided", 21, "to 34", ""),
    ("checkpoint_missing", None, "", "checkpoint"),
)
def no_checkpoint_over_an_altered_record() -> Report:
    files = altered(honest(), 20)
    del files["checkpoint"]
    return relisted(honest(), files)


@scene(
    ("proven_bad", 34, 54, 0, 0, 0),
    (
        "checkpoint_malformed", None, "no blank line between text and signatures",
        "checkpoint 0-8",
    ),
)  # fmt: skip
def a_checkpoint_that_is_none() -> Report:
    return relisted(honest(), honest().build() | {"checkpoint": b"nonsense"})


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("checkpoint_malformed", None, "of size 7, and named 8", "checkpoints/8 0-171"),
)
def an_earlier_checkpoint_under_another_size() -> Report:
    return relisted(honest(), honest().build() | {"checkpoints/8": kept(7)})


@scene(
    ("proven_bad", 34, 54, 2, 0, 0),
    ("checkpoint_signature", None, "at size 7", "checkpoints/7 0-171"),
)
def an_earlier_checkpoint_by_a_stranger_is_not_compared() -> Report:
    note = checkpoint_of(OTHERS[:7], STRANGER)
    return relisted(honest(), honest().build() | {"checkpoints/7": note})


@scene(
    ("proven_bad", 34, 54, 2, 0, 0),
    ("checkpoint_signature", None, "altered", "checkpoints/6 0-171"),
)
def an_earlier_checkpoint_that_was_altered() -> Report:
    note = kept(7).replace(b"\n7\n", b"\n6\n")
    return relisted(honest(), honest().build() | {"checkpoints/6": note})


@scene(
    ("proven_bad", 34, 54, 2, 0, 0),
    ("fork", 7, "another root over the first 7 records", "checkpoints/7 0-171"),
)
def an_earlier_checkpoint_of_another_history() -> Report:
    note = checkpoint_of(OTHERS[:7], honest().signer)
    return relisted(honest(), honest().build() | {"checkpoints/7": note})


@scene(
    ("proven_bad", 34, 54, 2, 0, 0),
    ("rollback", 35, "it has 40 records, and this log 34", "checkpoints/40 0-172"),
)
def an_earlier_checkpoint_of_a_longer_history() -> Report:
    note = checkpoint_of(OTHERS, honest().signer)
    return relisted(honest(), honest().build() | {"checkpoints/40": note})


# -- a checkpoint that the auditor kept ------------------------------------------------------------


@scene(("valid", 34, 54, 2, 0, 2))
def the_kept_checkpoint_is_of_this_log() -> Report:
    return since(kept(9))


@scene(("valid", 34, 54, 2, 0, 2))
def the_kept_checkpoint_is_of_all_of_it() -> Report:
    return since(kept(34))


@scene(
    ("proven_bad", 34, 54, 2, 0, 0),
    ("fork", 9, "another root over the first 9 records", "since 0-171"),
)
def the_kept_checkpoint_is_of_another_history() -> Report:
    return since(checkpoint_of(OTHERS[:9], honest().signer))


@scene(
    ("proven_bad", 34, 54, 2, 0, 0),
    ("rollback", 35, "it has 40 records, and this log 34", "since 0-172"),
)
def the_kept_checkpoint_is_of_a_longer_history() -> Report:
    return since(checkpoint_of(OTHERS, honest().signer))


@scene(
    ("undecidable", 34, 54, 2, 0, 2),
    (
        "since_unverified", None,
        "no key of the log that counts at its size signed a checkpoint", "since 0-171",
    ),
)  # fmt: skip
def the_kept_checkpoint_is_by_a_stranger() -> Report:
    return since(checkpoint_of(OTHERS[:9], STRANGER))


@scene(
    ("undecidable", 34, 54, 2, 0, 2),
    (
        "since_unverified", None, "a checkpoint is of another log than the trusted key's",
        "since 0-169",
    ),
)  # fmt: skip
def the_kept_checkpoint_is_of_another_fund() -> Report:
    return since(checkpoint_of(OTHERS[:9], FOREIGN))


# -- records ---------------------------------------------------------------------------------------


@scene(
    ("proven_bad", 34, 49, 1, 0, 0),
    ("records_missing", 31, "30 records where 34 are due", "tile/entries/000.p/30"),
    ("file_unlisted", None, "", "tile/0/000.p/34"),
)
def the_last_records_are_missing() -> Report:
    forger = honest()
    files = {path: data for path, data in forger.build().items() if path != TILE}
    return relisted(forger, files | dict(entry_bundles_of(forger.records[:30])))


@scene(
    ("proven_bad", 34, 52, 1, 0, 0),
    ("record_malformed", 12, "no value of the profile starts here (at offset 0)", TILE),
    ("not_decided", 13, "to 34", ""),
)
def a_record_that_is_none() -> Report:
    forger = honest()
    forger.records[11] = b"nonsense"
    return audited(forger.build(), honest().trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("outcome_differs", 20, FORGED, ""),
    ("not_decided", 21, "to 34", ""),
)
def a_forged_outcome() -> Report:
    forger = honest()
    forger.forge_outcome(20, verdict="refused")
    return audited(forger.build(), forger.trust())


@scene(("proven_bad", 34, 54, 1, 0, 0), ("outcome_differs", 34, FORGED, ""))
def the_last_outcome_is_forged() -> Report:
    forger = honest()
    forger.forge_outcome(34, verdict="refused")
    return audited(forger.build(), forger.trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("signature_bad", 15, BAD_KEY, TILE),
    ("not_decided", 16, "to 34", ""),
)
def what_follows_a_bad_signature_is_not_said() -> Report:
    forger = honest()
    forger.forge_outcome(20, verdict="refused")
    with_another_signature(forger, 15)
    return audited(forger.build(), forger.trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("signature_bad", 15, BAD_KEY, TILE),
    ("not_decided", 16, "to 34", ""),
)
def a_bad_signature_speaks_before_the_outcome_of_its_record() -> Report:
    forger = honest()
    forger.forge_outcome(15, verdict="refused")
    with_another_signature(forger, 15)
    return audited(forger.build(), forger.trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("outcome_differs", 12, FORGED, ""),
    ("not_decided", 13, "to 34", ""),
    ("signature_bad", 15, BAD_KEY, TILE),
)
def a_bad_signature_after_a_forged_outcome() -> Report:
    forger = honest()
    forger.forge_outcome(12, verdict="refused")
    with_another_signature(forger, 15)
    return audited(forger.build(), forger.trust())


@scene(
    ("proven_bad", 34, 54, 3, 0, 0),
    ("outcome_differs", 20, FORGED, ""),
    ("record_altered", 20, ALTERED, ""),
    ("not_decided", 21, "to 34", ""),
)
def an_outcome_that_was_altered_under_the_tiles() -> Report:
    return audited(altered(honest(7, 20), 20), honest().trust())


@scene(
    ("proven_bad", 34, 54, 3, 0, 0),
    ("outcome_differs", 34, FORGED, ""),
    ("record_altered", 34, ALTERED, ""),
)
def the_last_outcome_was_altered_under_the_tiles() -> Report:
    return audited(altered(honest(7, 20), 34), honest().trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("outcome_differs", 12, FORGED, ""),
    ("not_decided", 13, "to 34", ""),
    ("record_altered", 20, ALTERED, ""),
)
def a_record_altered_after_a_forged_outcome() -> Report:
    forger = honest()
    forger.forge_outcome(12, verdict="refused")
    return audited(altered(forger, 20), honest().trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("outcome_differs", 12, FORGED, ""),
    ("record_altered", 12, ALTERED, ""),
    ("not_decided", 13, "to 34", ""),
    ("record_altered", 20, ALTERED, ""),
)
def two_records_altered_under_the_tiles() -> Report:
    return audited(altered(honest(), 12, 20), honest().trust())


@scene(
    ("proven_bad", 33, 53, 1, 0, 0),
    ("position_differs", 20, "the record says 21", "tile/entries/000.p/33"),
    ("not_decided", 21, "to 33", ""),
)
def a_record_left_out() -> Report:
    forger = honest()
    del forger.records[19]
    return audited(forger.build(), honest().trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("position_differs", 20, "the record says 99", TILE),
    ("not_decided", 21, "to 34", ""),
)
def a_record_that_says_another_position() -> Report:
    forger = honest()
    forger.records[19] = canonical(json.loads(forger.records[19]) | {"position": 99})
    return audited(forger.build(), forger.trust())


def moment_later(forger: Forger, position: int) -> None:
    """A record a microsecond later: decided alike, and yet another record."""
    value = json.loads(forger.records[position - 1])
    value["recorded_at"] = value["recorded_at"].replace("000Z", "001Z")
    forger.records[position - 1] = canonical(value)


def under_the_tiles(forger: Forger, *positions: int) -> Report:
    """These records a moment later, under the tiles and notes that were made before."""
    files = forger.build()
    for position in positions:
        moment_later(forger, position)
    return audited(forger.relist(files | dict(entry_bundles_of(forger.records))), honest().trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("record_altered", 12, ALTERED, ""),
    ("not_decided", 13, "to 34", ""),
    ("record_altered", 20, ALTERED, ""),
)
def two_records_that_were_altered_and_are_decided_alike() -> Report:
    return under_the_tiles(honest(), 12, 20)


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("record_altered", 12, ALTERED, ""),
    ("not_decided", 13, "to 34", ""),
)
def what_follows_an_altered_record_is_not_said() -> Report:
    forger = honest()
    forger.forge_outcome(20, verdict="refused")
    return under_the_tiles(forger, 12)


@scene(
    ("proven_bad", 530, 531, 1, 0, 0),
    ("records_missing", 513, "positions 513 to 530", ""),
    ("file_unlisted", None, "", "tile/0/002.p/18"),
    ("file_unlisted", None, "", "tile/1/000.p/2"),
)
def the_last_entries_are_missing() -> Report:
    forger = Forger.of(long_fund())
    files = forger.build()
    del files["tile/entries/002.p/18"]
    return relisted(forger, files)


@scene(("valid", 530, 549, 1, 0, 1))
def a_log_of_three_entry_bundles() -> Report:
    forger = Forger.of(long_fund())
    return relisted(forger, forger.build())


@scene(
    ("proven_bad", 34, 0, 1, 0, 0),
    ("records_missing", 1, "0 records where 34 are due", TILE),
    ("file_unlisted", None, "", "tile/0/000.p/34"),
)
def entries_without_a_byte() -> Report:
    return relisted(honest(), honest().build() | {TILE: b""})


# -- the beginning, the end, and what is listed ----------------------------------------------------


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("first_leaf_differs", 1, f"{LEAF}, not {'00' * 32}", ""),
)
def another_first_record_is_trusted() -> Report:
    forger = honest()
    return audited(forger.build(), Trust(forger.signer.verifier_key, bytes(32)))


@scene(
    ("valid", 34, 54, 1, 0, 2),
    ("first_leaf_unpinned", None, f"it is {LEAF}", ""),
)
def no_first_record_is_trusted() -> Report:
    forger = honest()
    return audited(forger.build(), Trust(forger.signer.verifier_key, None))


@scene(("undecidable", 0, 0, 1, 0, 0), ("log_empty", None, "", ""))
def an_empty_log() -> Report:
    forger = honest()
    forger.records = []
    return audited(forger.build(), honest().trust())


@scene(
    ("proven_bad", 34, 54, 1, 0, 0),
    ("manifest_differs", None, f"first_leaf is {LEAF}, not {'00' * 32}", "manifest.json"),
    ("manifest_differs", None, "fund is test/harbour, not test/lagoon", "manifest.json"),
    ("manifest_differs", None, "size is 34, not 33", "manifest.json"),
)
def the_manifest_of_another_log() -> Report:
    files = honest().build()
    value = json.loads(files["manifest.json"])
    value |= {"first_leaf": "00" * 32, "fund": "test/lagoon", "size": 33}
    return audited(files | {"manifest.json": canonical(value)}, honest().trust())


# -- resumed ---------------------------------------------------------------------------------------


@scene(("valid", 34, 15, 2, 0, 2), ("resumed", None, "positions 1 to 20", ""))
def resumed() -> Report:
    return since(kept(20), resume=True)


@scene(("valid", 34, 0, 2, 0, 2), ("resumed", None, "positions 1 to 34", ""))
def resumed_at_the_end() -> Report:
    return since(kept(34), resume=True)


@scene(
    ("proven_bad", 34, 15, 2, 0, 0),
    ("outcome_differs", 21, FORGED, ""),
    ("not_decided", 22, "to 34", ""),
    ("resumed", None, "positions 1 to 20", ""),
)
def resumed_before_a_forged_outcome() -> Report:
    forger = honest()
    forger.forge_outcome(21, verdict="refused")
    return since(kept(20), resume=True, forger=forger)


@scene(
    ("proven_bad", 34, 15, 2, 0, 0),
    ("fork", 20, "another root over the first 20 records", "since 0-172"),
    ("resumed", None, "positions 1 to 20", ""),
)
def resumed_over_a_record_that_changed_since() -> Report:
    forger = honest()
    forger.forge_outcome(20, verdict="refused")
    return since(kept(20), resume=True, forger=forger)


@scene(
    ("proven_bad", 30, 0, 2, 0, 0),
    ("rollback", 31, "it has 34 records, and this log 30", "since 0-172"),
    ("resumed", None, "positions 1 to 30", ""),
)
def resumed_over_a_log_that_was_cut() -> Report:
    forger = honest()
    forger.records = forger.records[:30]
    return since(kept(34), resume=True, forger=forger)


# -- suspects --------------------------------------------------------------------------------------


def stolen() -> FundSimulator:
    """The key of marat was stolen before everything, and a price is seen after that is known."""
    fund = copy_of(lived_fund())
    keyid = fund.signers["marat"].public_key.keyid
    fund.do("key.revoked", "gulnara", key=keyid, reason="It was stolen", compromised_since=1)
    fund.do("price.observed", "aigerim", **PRICE, observed_at=fund.now)
    return fund


@scene(
    ("valid", 36, 56, 1, 1, 2),
    ("key_compromised", 1, f"{MARAT} signed positions 1, 20, 23, 26", ""),
)
def signatures_of_a_stolen_key_are_listed() -> Report:
    forger = Forger.of(stolen())
    return audited(forger.build(), forger.trust())


@scene(
    ("proven_bad", 36, 56, 1, 0, 0),
    ("signature_bad", 30, BAD_KEY, "tile/entries/000.p/36"),
    ("not_decided", 31, "to 36", ""),
)
def suspects_are_not_listed_of_a_log_with_a_bad_signature() -> Report:
    forger = Forger.of(stolen())
    with_another_signature(forger, 30)
    return audited(forger.build(), forger.trust())
