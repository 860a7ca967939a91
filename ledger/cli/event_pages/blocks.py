"""Generated blocks in pages that people write: between two marks, and nowhere else.

<!-- begin: shelves -->
… written by the generator …
<!-- end: shelves -->
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ledger.kernel.errors import NotFoundError, ParseError

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLOCK = re.compile(r"<!-- begin: ([a-z-]+) -->\n(.*?)<!-- end: \1 -->\n", re.DOTALL)


def filled(page: str, blocks: Mapping[str, str], *, where: str) -> str:
    """The page with each block's text replaced.

    Every mark must have a block and every block its marks: `ParseError` and `NotFoundError` name
    what is missing.
    """
    marked = {match[1] for match in _BLOCK.finditer(page)}
    for name in blocks.keys() - marked:
        raise ParseError(f"no marks for the block {name}", where=where)

    def written(match: re.Match[str]) -> str:
        if match[1] not in blocks:
            raise NotFoundError(f"no block is named {match[1]}", where=where)
        return f"<!-- begin: {match[1]} -->\n{blocks[match[1]]}\n<!-- end: {match[1]} -->\n"

    return _BLOCK.sub(written, page)
