"""Exit codes, the same for every command (docs/reference/exit-codes.md).

| code | meaning | | code | meaning |
|---|---|---|---|---|
| 0 | done, or verified | | 5 | refused by the mandate or a law (findings on stdout) |
| 1 | error | | 6 | conflict: head moved, reference used with other bytes |
| 2 | usage, malformed input | | 7 | not found |
| 3 | proven bad: verification failed | | 8 | undecidable: evidence missing |
| 4 | key or authority | | 130 | interrupted |
"""

from __future__ import annotations

from typing import Final

from ledger.kernel.errors import (
    AuthorityError,
    ConflictError,
    InputError,
    LedgerError,
    NotFoundError,
    ProofError,
    StoreCorruptError,
    UndecidableError,
)

DONE: Final = 0
ERROR: Final = 1
USAGE: Final = 2
PROVEN_BAD: Final = 3
AUTHORITY: Final = 4
REFUSED: Final = 5
CONFLICT: Final = 6
NOT_FOUND: Final = 7
UNDECIDABLE: Final = 8
INTERRUPTED: Final = 130

_BY_ERROR: Final[tuple[tuple[type[LedgerError], int], ...]] = (
    (NotFoundError, NOT_FOUND),
    (InputError, USAGE),
    (AuthorityError, AUTHORITY),
    (ProofError, PROVEN_BAD),
    (StoreCorruptError, PROVEN_BAD),
    (UndecidableError, UNDECIDABLE),
    (ConflictError, CONFLICT),
)
_BY_REJECTION: Final = {
    "unknown_key": AUTHORITY,
    "key_not_good": AUTHORITY,
    "signers_differ": AUTHORITY,
    "reference_used": CONFLICT,
}


def exit_of(error: LedgerError) -> int:
    """The exit code of an error."""
    for kind, code in _BY_ERROR:
        if isinstance(error, kind):
            return code
    return ERROR


def exit_of_rejection(code: str) -> int:
    """The exit code of a rejection of admission."""
    return _BY_REJECTION.get(code, ERROR)
