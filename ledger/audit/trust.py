"""The trust file: what an auditor believes beforehand (docs/spec/evidence-bundle.md).

    log <vkey> [url]
    first-leaf <64 hex digits>          our own line
    quorum none

The lines are those of C2SP tlog-policy, with one of ours: a log key alone would let its holder
invent founders, so the leaf hash of position 1 is pinned beside it. `witness`, `group` and any
other quorum are refused: this version verifies no cosignatures, and must not seem to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ledger.kernel.errors import LedgerError, ParseError
from ledger.kernel.fixed import fixed
from ledger.kernel.limits import TRUST_BYTES_MAX
from ledger.log.merkle import HASH_BYTES
from ledger.log.note import parse_vkey, render_vkey

if TYPE_CHECKING:
    from ledger.log.note import VerifierKey

_HEX = re.compile(r"[0-9a-f]{64}")
_BLANKS = re.compile(r"[ \t]+")
_UNSUPPORTED: Final = frozenset({"witness", "group"})
_HINT: Final = "A trust file has: log <vkey> [url], first-leaf <64 hex digits>, quorum none"


@fixed
class Trust:
    """The log's verifier key, and the leaf hash of its constitution (32 bytes) if it is known."""

    log_key: VerifierKey
    first_leaf: bytes | None = None

    def __post_init__(self) -> None:
        if self.first_leaf is not None and len(self.first_leaf) != HASH_BYTES:
            raise ParseError(f"a first leaf is {HASH_BYTES} bytes", where="first-leaf")


def parse_trust(text: str) -> Trust:
    """The trust that a file's text states; `ParseError` with the line for anything else."""
    if len(text) > TRUST_BYTES_MAX:
        raise ParseError(f"a trust file has at most {TRUST_BYTES_MAX} characters")
    found: dict[str, list[str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        words = [word for word in _BLANKS.split(line.partition("#")[0]) if word]
        if words:
            _take(found, words, f"line {number}")
    for wanted in ("log", "quorum"):
        if wanted not in found:
            raise ParseError(f"the trust file has no {wanted} line", hint=_HINT)
    leaf = found.get("first-leaf")
    return Trust(_log_key(*found["log"]), bytes.fromhex(leaf[0]) if leaf else None)


def render_trust(trust: Trust) -> str:
    """The text of a trust file: what `parse_trust` reads."""
    lines = [f"log {render_vkey(trust.log_key)}"]
    if trust.first_leaf is not None:
        lines.append(f"first-leaf {trust.first_leaf.hex()}")
    return "\n".join([*lines, "quorum none", ""])


def _take(found: dict[str, list[str]], words: list[str], where: str) -> None:
    """Check one line and remember its arguments, with its place for the log key."""
    keyword, *arguments = words
    if keyword in _UNSUPPORTED:
        raise ParseError(
            f"{keyword} lines need cosignatures, which this version does not verify",
            where=where,
            hint="Trust the log key and the first leaf, and say quorum none",
        )
    checks = {"log": _is_log, "quorum": _is_quorum, "first-leaf": _is_first_leaf}
    if keyword not in checks:
        raise ParseError(f"unknown line {keyword[:40]!r}", where=where, hint=_HINT)
    if keyword in found:
        raise ParseError(f"a second {keyword} line", where=where, hint="Audit one log at a time")
    fault = checks[keyword](arguments)
    if fault:
        raise ParseError(fault, where=where, hint=_HINT)
    found[keyword] = [*arguments[:1], where]


def _is_log(arguments: list[str]) -> str:
    return "" if len(arguments) in {1, 2} else "a log line has a verifier key, and perhaps a URL"


def _is_quorum(arguments: list[str]) -> str:
    return "" if arguments == ["none"] else "the quorum must be none: no cosignatures are verified"


def _is_first_leaf(arguments: list[str]) -> str:
    fits = len(arguments) == 1 and _HEX.fullmatch(arguments[0]) is not None
    return "" if fits else "a first leaf is 64 lower-case hex digits"


def _log_key(text: str, where: str) -> VerifierKey:
    try:
        return parse_vkey(text)
    except LedgerError as error:  # a weak key is an authority error; here the file is at fault
        raise ParseError(error.message, where=where, hint=error.hint) from None
