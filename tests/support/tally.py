"""What an exhaustive test counted, for the table of `python -m tests.assurance`.

A test that tries 4,000 mutants is one dot to the runner. `tally` writes the figures down where the
environment asks for them (`ASSURANCE_TALLY` names a file, one JSON object a line), else nowhere.
"""

from __future__ import annotations

import os
from pathlib import Path

from ledger.kernel import canonical


def tally(what: str, tried: int, caught: int) -> None:
    """Say that of `tried` cases of `what` (in a reader's words) `caught` ended as they must."""
    path = os.environ.get("ASSURANCE_TALLY")
    if path:
        line = canonical.encode({"caught": caught, "tried": tried, "what": what})
        with Path(path).open("ab") as file:
            file.write(line + b"\n")
