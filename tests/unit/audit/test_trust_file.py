"""The trust file: C2SP tlog-policy lines, one of our own, and nothing that we would not honour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.evidence import read_trust
from ledger.audit.trust import Trust, parse_trust, render_trust
from ledger.kernel.errors import ParseError
from ledger.kernel.limits import TRUST_BYTES_MAX
from ledger.log.note import VerifierKey, render_vkey
from tests.support.fund_simulator import signer_of

if TYPE_CHECKING:
    from pathlib import Path

KEY = VerifierKey("test/harbour", signer_of("log").public_key)
VKEY = render_vkey(KEY)
LEAF = bytes(range(32))
WEAK = "test/harbour+f8e00a9c+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.mark.parametrize("leaf", [None, LEAF])
def test_what_is_rendered_is_parsed(leaf: bytes | None) -> None:
    trust = Trust(KEY, leaf)
    assert parse_trust(render_trust(trust)) == trust


def test_comments_tabs_urls_and_order_are_free() -> None:
    text = (
        f"# ours\n\nquorum\tnone # no witnesses\n  first-leaf {LEAF.hex()}\nlog {VKEY}  https://x\n"
    )
    assert parse_trust(text) == Trust(KEY, LEAF)


@pytest.mark.parametrize(
    ("text", "where", "word"),
    [
        ("", "", "no log line"),
        (f"log {VKEY}\n", "", "no quorum line"),
        ("quorum none\n", "", "no log line"),
        (f"log {VKEY}\nquorum none\nquorum none\n", "line 3", "second quorum"),
        (f"log {VKEY}\nlog {VKEY}\nquorum none\n", "line 2", "second log"),
        (f"log {VKEY}\nquorum all\n", "line 2", "quorum must be none"),
        (f"log {VKEY}\nquorum\n", "line 2", "quorum must be none"),
        (f"log {VKEY} u v\nquorum none\n", "line 1", "a verifier key"),
        ("log\nquorum none\n", "line 1", "a verifier key"),
        ("log x+y+z\nquorum none\n", "line 1", "not a verifier key"),
        (f"log {WEAK}\nquorum none\n", "line 1", ""),
        (f"log {VKEY}\nwitness w {VKEY}\nquorum none\n", "line 2", "cosignatures"),
        (f"log {VKEY}\ngroup g all w\nquorum g\n", "line 2", "cosignatures"),
        (f"log {VKEY}\nquorum none\nfirst-leaf {LEAF.hex().upper()}\n", "line 3", "64 lower"),
        (f"log {VKEY}\nquorum none\nfirst-leaf {LEAF.hex()}00\n", "line 3", "64 lower"),
        (f"log {VKEY}\nquorum none\nfirst-leaf\n", "line 3", "64 lower"),
        (f"log {VKEY}\nquorum none\ntrust me\n", "line 3", "unknown line"),
        (f"log {VKEY}\r\nquorum none\n", "line 1", "not a verifier key"),
        (f"log\u00a0{VKEY}\nquorum none\n", "line 1", "unknown line"),
        ("#" * (TRUST_BYTES_MAX + 1), "", "at most"),
    ],
)
def test_anything_else_is_refused_with_its_line(text: str, where: str, word: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_trust(text)
    assert caught.value.where == where
    assert word in caught.value.message


def test_a_leaf_of_another_length_is_no_trust() -> None:
    with pytest.raises(ParseError):
        Trust(KEY, LEAF[:31])


@given(st.text(max_size=200))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        trust = parse_trust(text)
    except ParseError:
        return
    assert parse_trust(render_trust(trust)) == trust


def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: object) -> None:
    with pytest.raises(ParseError, match="cannot be read") as caught:
        read_trust(f"{tmp_path}/none")
    assert caught.value.where == f"{tmp_path}/none"


def test_a_file_of_the_largest_size_is_read_and_one_more_byte_is_not(tmp_path: Path) -> None:
    text = render_trust(Trust(KEY, LEAF))
    path = tmp_path / "trust"
    path.write_text(text + "#" * (TRUST_BYTES_MAX - len(text)))
    assert read_trust(path) == Trust(KEY, LEAF)
    path.write_text(text + "#" * (TRUST_BYTES_MAX + 1 - len(text)))
    with pytest.raises(ParseError, match="at most"):
        read_trust(path)


def test_a_file_that_is_not_utf8_is_bad_input(tmp_path: object) -> None:
    path = f"{tmp_path}/trust"
    with open(path, "wb") as file:  # noqa: PTH123 - one line of a test
        file.write(b"log \xff\n")
    with pytest.raises(ParseError, match="UTF-8") as caught:
        read_trust(path)
    assert caught.value.where == "offset 4"
