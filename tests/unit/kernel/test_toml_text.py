"""TOML that a person wrote, bounded before it is parsed."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import ParseError
from ledger.kernel.limits import TOML_BYTES_MAX, TOML_DIGITS_MAX, TOML_DOTS_MAX
from ledger.kernel.toml_text import read_toml


def test_a_table_is_read() -> None:
    assert read_toml(b'a.b = "c"\n', where="x.toml") == {"a": {"b": "c"}}


@pytest.mark.parametrize(
    ("data", "said", "where"),
    [
        (b"#" * (TOML_BYTES_MAX + 1), "are allowed", "x.toml"),
        (b"# ok\n" + b"a." * (TOML_DOTS_MAX + 1) + b"a = 1", "too many parts", "x.toml, line 2"),
        (b'"!" . ' * (TOML_DOTS_MAX + 1) + b"a = 1", "too many parts", "x.toml, line 1"),
        (b"\na = 1" + b"0" * TOML_DIGITS_MAX, "number too long", "x.toml, line 2"),
        (b"a = \xff", "not UTF-8", "x.toml, byte 4"),
        (b"a = ", "Invalid value", "x.toml"),
        (b"a = 2026-02-30", "Invalid|day", "x.toml"),
        (b"a = " + b"[" * 50_000, "recursion|Unclosed", "x.toml"),
    ],
)
def test_what_is_refused(data: bytes, said: str, where: str) -> None:
    with pytest.raises(ParseError, match=said) as caught:
        read_toml(data, where=where.partition(",")[0])
    assert caught.value.where == where


def test_the_bounds_themselves_pass() -> None:
    assert read_toml(b"#" * TOML_BYTES_MAX, where="x") == {}
    assert read_toml(b"a." * TOML_DOTS_MAX + b"a = 1", where="x")
    assert read_toml(b"a = " + b"1" * TOML_DIGITS_MAX, where="x")
