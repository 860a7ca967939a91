"""One audit from the first byte to the report: who calls whom, and which findings count.

Records are decided here, on credit, while workers check their form and signatures; the answers
come back in order. Findings do not depend on how far one was ahead of the other: what the replay
says of a record counts only if every record before it was good, and that one too.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ledger.audit.bundle import CHECKPOINT, read_checkpoint, split_entries
from ledger.audit.checks import Chunk
from ledger.audit.findings import (
    PROVEN_BAD,
    Finding,
    FindingList,
    Place,
    Report,
)
from ledger.audit.heads import Head, LogKeys
from ledger.audit.manifest import Facts, manifest_findings
from ledger.audit.replay import Replay
from ledger.audit.seals import seal_findings
from ledger.audit.stream import INLINE_RECORDS_MAX, verdicts
from ledger.audit.tree import RebuiltTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.audit.bundle import Bundle
    from ledger.audit.checks import Verdict
    from ledger.audit.trust import Trust
    from ledger.domain.policy import Engine

    Progress = Callable[[int, int], None]
    """Called with records done and records in all."""


class Audit:
    """One run over one bundle. Use it once."""

    def __init__(
        self,
        bundle: Bundle,
        trust: Trust,
        engine: Engine,
        since: Head | None = None,
        *,
        resume: bool = False,
    ) -> None:
        """`resume`: an earlier audit found the log valid up to `since`; the rest is decided."""
        self._bundle = bundle
        self._trust = trust
        self._since = since
        self._found = FindingList()
        self._first_bad = 0
        """The first position with a bad record, or one that is missing; 0 if there is none."""
        self._signatures = 0
        self._first_leaf: bytes | None = None
        self._said = 0
        """The position that the last record read says it is at."""
        self._last = 0
        """The position of the last record that is there."""
        self.replay = Replay(engine)
        self.digests: dict[str, str] = {}
        """SHA-256 of every file that was read."""
        self._head = self._read_head(CHECKPOINT)
        self.size = self._head.states.size if self._head else bundle.size_found()
        self._earlier = [
            head for path in bundle.earlier_checkpoints() if (head := self._read_head(path))
        ]
        self._decided_before = min(since.states.size, self.size) if since and resume else 0
        """How many records an earlier audit decided."""
        heads = [*self._earlier, *([since] if since else [])]
        self._tree = RebuiltTree(bundle, [self.size, *(head.states.size for head in heads)])

    def run(self, jobs: int, progress: Progress | None = None) -> Report:
        """Check everything; the report."""
        if self.size - self._decided_before <= INLINE_RECORDS_MAX:
            jobs = 1
        due = 1
        for verdict in verdicts(self._folded(), jobs):
            self._missing_before(due, verdict.first)
            due = verdict.first + verdict.due
            self._take(verdict)
            if progress is not None:
                progress(due - 1, self.size)
        self._missing_before(due, self.size + 1)
        self._tree.finish(self.size)
        self.digests.update(self._tree.digests)
        self._judge()
        return self._report()

    # -- on the way

    def _read_head(self, path: str) -> Head | None:
        """A checkpoint of the bundle, if it can be read as one."""
        data = self._bundle.read(path)
        if data is None:
            self._found.add(Finding("checkpoint_missing", place=Place(path)))
            return None
        self.digests[path] = hashlib.sha256(data).hexdigest()
        states = read_checkpoint(data)
        if not isinstance(states, str):
            named = path.rpartition("/")[2]
            if path == CHECKPOINT or named == str(states.size):
                return Head(path, data, states)
            states = f"of size {states.size}, and named {named}"
        self._found.add(Finding("checkpoint_malformed", states, place=Place(path, 0, len(data))))
        return None

    def _folded(self) -> Iterator[Chunk]:
        """Every entry bundle, after its records were decided on credit."""
        for file in self._bundle.entry_files(self.size):
            data = self._bundle.source.read(file.path)
            known = max(0, min(file.due, self._decided_before - file.first + 1))
            for index, (start, end) in enumerate(split_entries(data)[0][: file.due]):
                self.replay.fold(data[start:end], decided=index < known)
            yield Chunk(file.path, file.first, file.due, data, self.replay.key_table(), known)

    def _missing_before(self, due: int, found: int) -> None:
        if due < found:
            text = f"positions {due} to {found - 1}"
            self._add_bad(Finding("records_missing", text, due))

    def _take(self, verdict: Verdict) -> None:
        """Take in what a worker found."""
        self.digests[verdict.path] = verdict.digest
        self._signatures += verdict.signatures
        if verdict.leaves:
            self._last = verdict.first + len(verdict.leaves) - 1
            if verdict.first == 1:
                self._first_leaf = verdict.leaves[0]
        for finding in [*verdict.findings, *self._misplaced(verdict)]:
            self._add_bad(finding)
        self._tree.add(verdict)

    def _misplaced(self, verdict: Verdict) -> Iterator[Finding]:
        """Records that say another position; not those that only follow one that does."""
        for index, said in enumerate(verdict.positions):
            position = verdict.first + index
            if said not in {0, position, self._said + 1}:
                place = Place(verdict.path, *verdict.places[index])
                yield Finding("position_differs", f"the record says {said}", position, place)
            self._said = said or position

    def _add_bad(self, finding: Finding) -> None:
        """Add what is wrong with one record: nothing after it is decided on good ground."""
        self._found.add(finding)
        if finding.position and not 0 < self._first_bad <= finding.position:
            self._first_bad = finding.position

    # -- at the end

    def _judge(self) -> None:
        committed = self._head.states.root if self._head else None
        for finding in self._tree.findings(self.size, committed):
            self._found.add(finding)
        altered = self._tree.altered(self.size, committed)
        self._judge_replay(altered[0] if altered else 0)
        keys = self._log_keys()
        for found in (self._first_leaf_finding(), keys.trusted_key_finding()):
            if found is not None:
                self._found.add(found)
        self._judge_heads(keys)
        for finding in manifest_findings(self._bundle, self.digests, self._facts()):
            self._found.add(finding)

    def _judge_replay(self, altered: int) -> None:
        """What deciding again showed, as far as it stands on good records."""
        if self._decided_before:
            self._found.add(Finding("resumed", f"positions 1 to {self._decided_before}"))
            if not self._is_resumed_rightly():
                return
        stop, bad = self.replay.stop, self._first_bad
        stopped_at = self.replay.stopped_at
        if stop is not None and not (0 < bad <= stopped_at) and not 0 < altered < stopped_at:
            self._found.add(stop)
        ends = [position for position in (bad, altered, stopped_at) if position]
        if ends and min(ends) < self._last:
            self._found.add(Finding("not_decided", f"to {self._last}", min(ends) + 1))
        if not self.size:
            self._found.add(Finding("log_empty"))
        if not ends:
            for finding in [*self.replay.end_findings(), *self._seal_findings()]:
                self._found.add(finding)

    def _seal_findings(self) -> Iterator[Finding]:
        """What is wrong with the seals of closed periods; a second reading, if there are any."""
        if any(period.is_sealed for period in self.replay.state.periods):
            yield from seal_findings(self._records())

    def _records(self) -> Iterator[bytes]:
        for file in self._bundle.entry_files(self.size):
            data = self._bundle.source.read(file.path)
            for start, end in split_entries(data)[0][: file.due]:
                yield data[start:end]

    def _is_resumed_rightly(self) -> bool:
        """Whether the records that an earlier audit decided are the very ones of this log.

        If not, `_compare_head` says so, and nothing that was decided here stands.
        """
        root = self._tree.root_at(self._decided_before)
        return self._since is not None and root == self._since.states.root

    def _log_keys(self) -> LogKeys:
        stopped_at = self.replay.stopped_at
        decided = stopped_at - 1 if stopped_at else self.replay.state.position
        is_pinned = self._first_leaf is not None and self._trust.first_leaf == self._first_leaf
        return LogKeys(self._trust, self.replay.log_keys, decided, self.size, is_pinned)

    def _first_leaf_finding(self) -> Finding | None:
        found, trusted = self._first_leaf, self._trust.first_leaf
        if found is None or found == trusted:
            return None
        if trusted is None:
            return Finding("first_leaf_unpinned", f"it is {found.hex()}")
        return Finding("first_leaf_differs", f"{found.hex()}, not {trusted.hex()}", 1)

    def _judge_heads(self, keys: LogKeys) -> None:
        """Every checkpoint: who signed it, and whether it is a prefix of this log."""
        for head in [*([self._head] if self._head else []), *self._earlier]:
            finding = keys.finding(head)
            if finding is not None:
                self._found.add(finding)
            if head is not self._head and (finding is None or finding.result != PROVEN_BAD):
                self._compare_head(head)
        if self._since is not None:
            finding = keys.finding(self._since)
            if finding is not None and finding.code != "log_key_replaced":
                self._found.add(Finding("since_unverified", finding.meaning, place=finding.place))
            else:
                self._compare_head(self._since)

    def _compare_head(self, head: Head) -> None:
        """Whether a believed checkpoint is a prefix of this log."""
        place, said = Place(head.path, 0, len(head.note)), head.states.size
        if said > self.size:
            text = f"it has {said} records, and this log {self.size}"
            self._found.add(Finding("rollback", text, self.size + 1, place))
            return
        root = self._root_at(said)
        if root is not None and root != head.states.root:
            text = f"another root over the first {said} records"
            self._found.add(Finding("fork", text, said, place))

    def _root_at(self, size: int) -> bytes | None:
        """The root at a size of the log that the checkpoint commits to, if it is known."""
        if self._head is None or self._tree.root_at(self.size) == self._head.states.root:
            return self._tree.root_at(size)
        if self._tree.stated_root_at(self.size) == self._head.states.root:
            return self._tree.stated_root_at(size)
        return None

    def _facts(self) -> Facts:
        # Behind a record that was not decided the log may name keys that nobody knows yet.
        named = [] if self.replay.stopped_at else self.replay.log_keys
        return Facts(
            fund=self.replay.state.fund,
            size=self._head.states.size if self._head else None,
            first_leaf=self._first_leaf.hex() if self._first_leaf else "",
            log_keys=tuple(key.vkey for key in named),
        )

    def _report(self) -> Report:
        suspects = self.replay.suspects() if not self._first_bad else ()
        for suspect in suspects:
            self._found.add(suspect.note())
        verdict = self._found.verdict()
        decided = verdict != PROVEN_BAD and not self.replay.stopped_at
        compared = len(self._earlier) + (self._head is not None) + (self._since is not None)
        return Report(
            verdict=verdict,
            findings=self._found.sorted(),
            fund=self._head.states.origin if self._head else self.replay.state.fund,
            size=self.size,
            root=self._tree.root_at(self.size),
            signatures=self._signatures,
            checkpoints=compared,
            suspects=suspects,
            holdings=tuple(self.replay.holdings.holdings()) if decided else (),
        )
