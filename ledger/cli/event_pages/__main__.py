"""`python -m ledger.cli.event_pages docs [vectors]`: bring the generated pages up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from ledger.cli.event_pages.pages import write_pages
from ledger.kernel.errors import LedgerError

_USAGE = "usage: python -m ledger.cli.event_pages DOCS [VECTORS]\n"


def main(arguments: list[str]) -> int:
    """Write the pages into a folder; the vectors are beside it unless named."""
    if len(arguments) not in {1, 2}:
        sys.stderr.write(_USAGE)
        return 2
    docs = Path(arguments[0])
    vectors = Path(arguments[1]) if arguments[1:] else docs.parent / "tests" / "vectors"
    try:
        changed = write_pages(docs, vectors)
    except LedgerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"{name}\n" for name in changed) or "every page is up to date\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
