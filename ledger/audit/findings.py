"""What an audit says: findings as values, every code with its result, and the report.

A verification has three results, never a bare boolean: *valid*, *proven bad* (a wrong byte, a
wrong signature, another decision than follows) and *undecidable* (evidence or knowledge that is
needed is missing). If both occur, proven bad wins. A *note* says something that changes neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ledger.domain.rejections import REJECTIONS
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from ledger.kernel.canonical import Value
    from ledger.projections.holdings import Holding

VALID: Final = "valid"
PROVEN_BAD: Final = "proven_bad"
UNDECIDABLE: Final = "undecidable"
NOTE: Final = "note"

EXIT_CODES: Final = {VALID: 0, PROVEN_BAD: 3, UNDECIDABLE: 8}
"""What a command that audits ends with."""

_BAD: Final[dict[str, str]] = {
    # the bundle
    "manifest_malformed": "the manifest is not one of this format",
    "manifest_differs": "the manifest claims of the log what is not so",
    "file_altered": "a file is not the one that the manifest names",
    # checkpoints and keys
    "checkpoint_malformed": "a checkpoint is not a signed note of this log's form",
    "checkpoint_origin": "a checkpoint is of another log than the trusted key's",
    "checkpoint_signature": "no key of the log that counts at its size signed a checkpoint",
    "log_key_never_named": "the log never named the trusted key as its log key",
    "rollback": "the log had more records before: a signed checkpoint is larger",
    "fork": "a signed checkpoint is not a prefix of this log: there are two histories",
    # the tree
    "first_leaf_differs": "position 1 is not the constitution that is trusted",
    "records_missing": "records that the checkpoint counts are not there",
    "records_surplus": "an entry bundle holds more records than its place allows",
    "entries_cut": "an entry bundle ends within a record, or holds an empty one",
    "record_altered": "the checkpoint commits to another record at this position",
    "tile_differs": "a tile's hashes are not those of the records",
    "root_differs": "the records do not make the root that the checkpoint states",
    # one record
    "record_malformed": "the bytes are not a canonical record",
    "position_differs": "the record says that it is at another position",
    "body_malformed": "the signed body is not one of its kind",
    "signature_bad": "a signature does not verify",
    "outcome_differs": "another outcome is recorded than the one that follows",
    # the whole
    "law_broken": "a law of the ledger does not hold after this record",
    "trial_balance_differs": "a close seals another trial balance than the log before it gives",
    "statements_differ": "a close seals other statements than the log before it gives",
    "holdings_differ": "holdings folded from postings are not the balances of the state",
} | {f"rejected_{code}": f"cannot have been recorded: {text}" for code, text in REJECTIONS.items()}

_UNDECIDED: Final[dict[str, str]] = {
    "manifest_missing": "there is no manifest",
    "file_missing": "a file that the manifest names is not there",
    "tile_missing": "a tile of this size is not there",
    "checkpoint_missing": "there is no checkpoint: nothing says where the log ends",
    "log_empty": "the log has no records",
    "log_key_unpinned": "a later log key signed; without a pinned first leaf it is not believed",
    "log_key_retired": "only a log key that was not in force at its size signed a checkpoint",
    "log_key_undecided": "whether the signing log key is the log's was not reached",
    "since_unverified": "the earlier checkpoint that was given is not signed by this log",
    "unknown_kind": "this version does not know the event's kind",
    "unknown_rule_type": "this version does not know a rule type of a recorded book",
    "unknown_protocol": "this version does not know the log's protocol",
    "not_decided": "from here on only forms and the signatures of known keys were checked",
    "seal_undecided": "a close seals statements for which the books lack something",
    "software_defect": "the software failed on a record that it should have decided",
}

_NOTES: Final[dict[str, str]] = {
    "file_unlisted": "a file that the manifest does not name, or this format does not have",
    "first_leaf_unpinned": "the trust file pins no first leaf: the founders are the log key's word",
    "log_key_replaced": "the trusted log key was replaced; a later one of the same log signed",
    "key_compromised": "records that a key signed after its reported compromise",
    "resumed": "an earlier audit's word: these records are the same, and were not decided again",
    "findings_omitted": "more findings of one code than a report lists",
}

CODES: Final[dict[str, tuple[str, str]]] = {
    code: (result, text)
    for result, table in ((PROVEN_BAD, _BAD), (UNDECIDABLE, _UNDECIDED), (NOTE, _NOTES))
    for code, text in table.items()
}
"""Every code of a finding, with its result and what it means."""

PER_CODE_MAX: Final = 1_000
"""Findings of one code that a report lists; a ruined log would fill memory with equal ones."""
POSITIONS_SHOWN: Final = 20
"""Positions that one note lists; the report has all of them (`Report.suspects`)."""
_LAST: Final = 2**63


@fixed
class Place:
    """Bytes `start` (inclusive) to `end` (exclusive) of a file of the bundle."""

    path: str
    start: int = 0
    end: int = 0


@fixed
class Finding:
    """One finding: its stable code, the position if it has one, the bytes, and what was found."""

    code: str
    explanation: str = ""
    position: int | None = None
    place: Place | None = None

    @property
    def result(self) -> str:
        """`proven_bad`, `undecidable` or `note`."""
        return CODES[self.code][0]

    @property
    def meaning(self) -> str:
        """What the code says, whatever the case."""
        return CODES[self.code][1]

    @property
    def order(self) -> tuple[int, str, str, int, str]:
        """By position (findings without one last), then by code and place."""
        path, start = (self.place.path, self.place.start) if self.place else ("", 0)
        position = _LAST if self.position is None else self.position
        return position, self.code, path, start, self.explanation

    def explain(self) -> dict[str, Value]:
        """The finding as one object, as `--json` prints it."""
        value: dict[str, Value] = {
            "code": self.code,
            "result": self.result,
            "meaning": self.meaning,
        }
        if self.explanation:
            value["explanation"] = self.explanation
        if self.position is not None:
            value["position"] = self.position
        if self.place is not None:
            value["path"] = self.place.path
            value["start"], value["end"] = self.place.start, self.place.end
        return value


@fixed
class Suspect:
    """Records signed by a key at or after the position from which it is reported compromised."""

    keyid: str
    officer: str
    compromised_since: int
    revoked_at: int
    positions: tuple[int, ...]

    def note(self) -> Finding:
        """The suspicion as a finding, with the first of its positions."""
        shown = ", ".join(map(str, self.positions[:POSITIONS_SHOWN]))
        left_out = len(self.positions) - POSITIONS_SHOWN
        more = f" and {left_out} more" if left_out > 0 else ""
        signed = f"positions {shown}{more}" if shown else "no record since"
        text = f"key {self.keyid} of {self.officer} signed {signed}"
        return Finding("key_compromised", text, self.compromised_since)


@fixed
class Report:
    """The result of one audit."""

    verdict: str
    """`valid`, `proven_bad` or `undecidable`."""
    findings: tuple[Finding, ...]
    """In the order of positions; those without a position last."""
    fund: str = ""
    size: int = 0
    """Records of the log by its checkpoint; without one, records found."""
    root: bytes | None = None
    """The root recomputed from the records; None if records are missing."""
    signatures: int = 0
    """Signatures that were checked."""
    checkpoints: int = 0
    """Checkpoints that were compared with the records."""
    suspects: tuple[Suspect, ...] = ()
    holdings: tuple[Holding, ...] = ()
    """At the end of the log; empty if it is proven bad or was not decided to its end."""

    @property
    def exit_code(self) -> int:
        """0 valid, 3 proven bad, 8 undecidable."""
        return EXIT_CODES[self.verdict]

    def explain(self) -> dict[str, Value]:
        """The report without its holdings as one object, as `--json` prints it."""
        return {
            "verdict": self.verdict,
            "fund": self.fund,
            "size": self.size,
            "root": self.root.hex() if self.root else "",
            "signatures": self.signatures,
            "checkpoints": self.checkpoints,
            "findings": [finding.explain() for finding in self.findings],
        }


@dataclass(slots=True)
class FindingList:
    """Findings as they are collected: at most `PER_CODE_MAX` of each code, the rest counted."""

    _kept: list[Finding] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Collect one finding."""
        count = self._counts[finding.code] = self._counts.get(finding.code, 0) + 1
        if count <= PER_CODE_MAX:
            self._kept.append(finding)

    def sorted(self) -> tuple[Finding, ...]:
        """All of them in order, with a note for each code of which some were left out."""
        omitted = [
            Finding("findings_omitted", f"{count - PER_CODE_MAX} more of {code}")
            for code, count in self._counts.items()
            if count > PER_CODE_MAX
        ]
        return tuple(sorted([*self._kept, *omitted], key=lambda finding: finding.order))

    def verdict(self) -> str:
        """Proven bad wins over undecidable."""
        results = {CODES[code][0] for code in self._counts}
        return next((word for word in (PROVEN_BAD, UNDECIDABLE) if word in results), VALID)
