"""What pages take from the vectors: each kind's example, and the laws that refuse it.

A vector file is pretty-printed for people, so it is not canonical and is read by the plain parser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from ledger.domain.laws import LAWS
from ledger.domain.outcome import DENY, FLAG
from ledger.kernel.errors import NotFoundError
from ledger.kernel.fixed import fixed

if TYPE_CHECKING:
    from pathlib import Path


@fixed
class Refusal:
    """A law that an event of a kind can meet, with the vectors that show it."""

    law: str
    follows: str
    """What becomes of the event."""
    files: tuple[str, ...]


@fixed
class Examples:
    """The vectors, by their folder."""

    folder: Path

    def valid(self, kind: str) -> dict[str, Any]:
        """The valid vector of a kind; `NotFoundError` if there is none."""
        return self._read(self.folder / kind / "valid.json")

    def refusals(self, folder: str) -> list[Refusal]:
        """The laws that the vectors of a folder are named for, in the order of the laws."""
        files: dict[str, list[str]] = {}
        for path in sorted((self.folder / folder).glob("*.json")):
            files.setdefault(path.stem.partition("-")[0], []).append(path.name)
        return [
            Refusal(law, self._follows(folder, files[law][0], law), tuple(files[law]))
            for law in LAWS
            if law in files
        ]

    def folders_by_code(self) -> dict[str, list[str]]:
        """Each code to the folders whose vectors are named for it, or else answer with it."""
        named: dict[str, set[str]] = {}
        answered: dict[str, set[str]] = {}
        for path in self.folder.glob("*/*.json"):
            named.setdefault(path.stem.partition("-")[0], set()).add(path.parent.name)
            for code in _codes(self._read(path).get("expect", {})):
                answered.setdefault(code, set()).add(path.parent.name)
        return {code: sorted(folders) for code, folders in (answered | named).items()}

    def _follows(self, folder: str, name: str, law: str) -> str:
        expect = self._read(self.folder / folder / name)["expect"]
        if expect["answer"] == "rejection":
            return "it is answered, and not recorded"
        findings = expect["outcome"]["findings"]
        verdicts = {found["verdict"] for found in findings if found["rule"] == law}
        if DENY in verdicts:
            return "it is refused"
        return "it takes effect, and is flagged" if FLAG in verdicts else "it waits for approvals"

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            value: dict[str, Any] = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            raise NotFoundError(
                "a vector is missing",
                where=str(path),
                hint="Add its case and run python -m tests.support.vectors",
            ) from None
        return value


def _codes(expect: dict[str, Any]) -> list[str]:
    """Every code of an answer: its own, its findings', and its effects'."""
    outcome = expect.get("outcome", expect)
    findings = list(outcome.get("findings", []))
    for effect in outcome.get("effects", []):
        findings += effect["findings"]
    return [expect.get("code", ""), *(finding["rule"] for finding in findings)]
