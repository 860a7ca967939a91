"""Rows of a CSV file that a person or another program wrote: bounded, strict, with line numbers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from ledger.kernel.errors import HistoryError
from ledger.kernel.limits import HISTORY_BYTES_MAX, HISTORY_LINE_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def read_cells(data: bytes, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Every row's line number and cells; `HistoryError` with the line of the first fault.

    The first line must name exactly these columns.
    """
    if len(data) > HISTORY_BYTES_MAX:
        raise HistoryError(f"{len(data)} bytes where {HISTORY_BYTES_MAX} are allowed")
    reader = csv.reader(_lines(data), strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if number == 1:
                _check_header(cells, columns)
                continue
            _check_width(cells, columns, reader.line_num)
            yield reader.line_num, cells
    except csv.Error as error:
        raise HistoryError(f"not CSV: {error}", where=f"line {reader.line_num}") from None
    if number == 0:
        raise HistoryError("the file is empty", hint=f"Its first line is {','.join(columns)}")


def fault(line: int, column: str, message: str) -> HistoryError:
    """What is wrong, with its line and column."""
    return HistoryError(message, where=f"line {line}, column {column}")


def check_used_once(named: Iterable[tuple[int, str]]) -> None:
    """Refuse a reference that two lines have."""
    seen: dict[str, int] = {}
    for line, reference in named:
        first = seen.setdefault(reference, line)
        if first != line:
            raise fault(line, "reference", f"used in line {first} already")


def _lines(data: bytes) -> Iterator[str]:
    """The lines one by one: a file is bounded, and so is each of its lines."""
    before = 0
    for number, line in enumerate(io.BytesIO(data), start=1):
        if len(line) > HISTORY_LINE_BYTES_MAX:
            text = f"{len(line)} bytes where {HISTORY_LINE_BYTES_MAX} are allowed"
            raise HistoryError(text, where=f"line {number}")
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise HistoryError("not UTF-8", where=f"byte {before + error.start}") from None
        before += len(line)


def _check_header(cells: list[str], columns: Sequence[str]) -> None:
    if cells != list(columns):
        raise HistoryError(
            "the header is another", where="line 1", hint=f"It is {','.join(columns)}"
        )


def _check_width(cells: list[str], columns: Sequence[str], line: int) -> None:
    if len(cells) != len(columns):
        raise HistoryError(
            f"{len(cells)} columns where {len(columns)} are expected", where=f"line {line}"
        )
