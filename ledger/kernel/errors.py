"""The error tree. Every refusal of input is one of these; anything else is a defect of ours.

    LedgerError                      code, message, where, hint
    ├── InputError                   a person or a program gave us something we cannot take
    │   ├── ParseError               bytes or text that are not of their format
    │   │   ├── CanonicalError       not canonical JSON of our profile (offset)
    │   │   ├── EnvelopeError        not a DSSE envelope of ours
    │   │   ├── BodyError            not a body of its event kind
    │   │   ├── RecordError          not a record
    │   │   ├── NoteError            not a signed note or checkpoint
    │   │   ├── TileError            not a tile, an entry bundle or a path of one
    │   │   ├── BundleError          not an evidence bundle
    │   │   ├── BookError            not a policy book
    │   │   └── HistoryError         not a purchase history (CSV)
    │   ├── ValueFormError           one value outside its form (identifier, amount, date …)
    │   └── NotFoundError            nothing of that name, reference or position
    ├── AuthorityError               key or authority
    │   ├── KeyFileError             a key file that cannot be read or opened
    │   ├── WeakKeyError             a public key nobody may enrol
    │   └── SignatureError           a signature that does not verify
    ├── ProofError                   an inclusion, consistency or checkpoint proof that fails
    ├── UndecidableError             evidence or knowledge that is needed is missing
    │   └── UnknownRuleError         a rule type that this version does not know
    ├── ClockError                   the clock went back, or jumped further than is believable
    ├── ConflictError                the head moved, or a reference was used with other bytes
    ├── StoreError                   the record store
    │   ├── StoreLockedError         another writer holds the store
    │   ├── StoreStoppedError        the outcome of a commit is unknown: reopen and ask
    │   └── StoreCorruptError        row and record disagree, or records are lost
    └── InvariantError               our own defect: a law of the ledger does not hold

`where` names the place (a field path, a position, a byte offset, a file); `hint` says what to do
next. The command line maps the classes to exit codes (`ledger.cli.exits`).
"""

from __future__ import annotations

from typing import ClassVar, TypeVar, cast

from typing_extensions import override


class LedgerError(Exception):
    """The root: a stable `code`, what happened, where, and what to do next."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    @override
    def __str__(self) -> str:
        place = f" (at {self.where})" if self.where else ""
        advice = f". {self.hint}" if self.hint else ""
        return f"{self.message}{place}{advice}"

    def diagnostics(self) -> dict[str, str]:
        """The error as one flat object, as `--json` prints it."""
        parts = {
            "code": self.code,
            "detail": self.message,
            "where": self.where,
            "hint": self.hint,
        }
        return {name: text for name, text in parts.items() if text}


class InputError(LedgerError):
    """A person or a program gave us something we cannot take."""

    code = "input"


class ParseError(InputError):
    """Bytes or text that are not of their format."""

    code = "malformed"


class CanonicalError(ParseError):
    """Not canonical JSON of our profile; `offset` is the first byte that is wrong."""

    code = "not_canonical"

    def __init__(self, message: str, *, offset: int, hint: str = "") -> None:
        super().__init__(message, where=f"offset {offset}", hint=hint)
        self.offset = offset


class EnvelopeError(ParseError):
    """Not a DSSE envelope of ours."""

    code = "bad_envelope"


class BodyError(ParseError):
    """Not a body of its event kind."""

    code = "bad_body"


class RecordError(ParseError):
    """Not a record."""

    code = "bad_record"


class NoteError(ParseError):
    """Not a signed note or checkpoint."""

    code = "bad_note"


class TileError(ParseError):
    """Not a tile, an entry bundle, or the path of one."""

    code = "bad_tile"


class BundleError(ParseError):
    """Not an evidence bundle."""

    code = "bad_bundle"


class BookError(ParseError):
    """Not a policy book."""

    code = "bad_book"


class HistoryError(ParseError):
    """Not a purchase history."""

    code = "bad_history"


class ValueFormError(InputError):
    """One value outside its form."""

    code = "bad_value"


class NotFoundError(InputError):
    """Nothing of that name, reference or position."""

    code = "not_found"


class AuthorityError(LedgerError):
    """Key or authority."""

    code = "authority"


class KeyFileError(AuthorityError):
    """A key file that cannot be read or opened."""

    code = "bad_key_file"


class WeakKeyError(AuthorityError):
    """A public key that nobody may enrol."""

    code = "weak_key"


class SignatureError(AuthorityError):
    """A signature that does not verify."""

    code = "bad_signature"


class ProofError(LedgerError):
    """An inclusion, consistency or checkpoint proof that fails."""

    code = "bad_proof"


class UndecidableError(LedgerError):
    """Evidence or knowledge that is needed is missing."""

    code = "undecidable"


class UnknownRuleError(UndecidableError):
    """A rule type that this version does not know."""

    code = "unknown_rule_type"


class ClockError(LedgerError):
    """The clock went back, or jumped further ahead than is believable without a word."""

    code = "clock"


class ConflictError(LedgerError):
    """The head moved, or a reference was used with other bytes."""

    code = "conflict"


class StoreError(LedgerError):
    """The record store."""

    code = "store"


class StoreLockedError(StoreError):
    """Another writer holds the store."""

    code = "store_locked"


class StoreStoppedError(StoreError):
    """The outcome of a commit is unknown: reopen the store and ask by event id."""

    code = "store_stopped"


class StoreCorruptError(StoreError):
    """Row and record disagree, or the store is older than its checkpoint."""

    code = "store_corrupt"


class InvariantError(LedgerError):
    """Our own defect: a law of the ledger does not hold."""

    code = "invariant"


def invariant(holds: object, law: str) -> None:
    """Raise `InvariantError` unless `holds`; unlike `assert` it survives `python -O`."""
    if not holds:
        raise InvariantError(
            law, hint="This is a defect of the software: keep the log and report it"
        )


Thing = TypeVar("Thing")


def present(thing: Thing | None, law: str) -> Thing:
    """The thing, which by this law is there; `InvariantError` if it is not."""
    invariant(thing is not None, law)
    return cast("Thing", thing)
