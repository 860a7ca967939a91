"""Every exit code of `ledger.cli.exits`, provoked by what an operator or auditor may do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ledger.cli import exits, wiring
from ledger.kernel.canonical import encode
from ledger.signing.dsse import render_envelope, sign_payload
from ledger.signing.key_file import read_key_file
from tests.support.custody_program import (
    PASSPHRASE,
    PURCHASE,
    Harbour,
    custody,
    custody_at_terminal,
    purchase,
)
from tests.support.sequencer_child import start

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def signed_purchase(harbour: Harbour, officer: str, *more: str) -> str:
    draft = harbour.json(*PURCHASE, "--author", officer, *more)
    return harbour.sign(draft["file"], officer)


def test_0_done(trading: Harbour) -> None:
    assert trading("holdings").code == exits.DONE == 0


def test_1_error_another_process_holds_the_store(working: Harbour) -> None:
    signed = signed_purchase(working, "aigerim")
    holder = start("hold", working.root / "ledger.db")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    said = working("submit", signed)
    reading = working("holdings")
    holder.kill()
    holder.communicate()
    assert said.code == exits.ERROR == 1
    assert said.err == (
        f"error: process {holder.pid} is writing to this store (at {working.root}/ledger.db.lock)\n"
        "  hint: Stop that process first, or open the store read-only\n"
    )
    assert reading.code == 0, "readers are not kept out"
    assert working("submit", signed).code == 0, "the lock went with its holder"


def test_1_error_the_clock_jumped(working: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "now", lambda: "2031-01-01T00:00:00.000000Z")
    signed = signed_purchase(working, "aigerim")
    said = working("submit", signed)
    assert said.code == 1
    assert said.err.endswith("  hint: If that is right, say so with --accept-clock-jump\n")
    assert working("submit", signed, "--accept-clock-jump").code == 0


def test_1_error_expired(working: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = signed_purchase(working, "aigerim", "--expires", "1h")
    monkeypatch.setattr(wiring, "now", lambda: "2031-01-01T00:00:00.000000Z")
    said = working("submit", signed, "--accept-clock-jump")
    assert said.code == 1
    assert "(expired)\n  hint: Draft and sign it again with a later valid_until" in said.err


def test_2_usage(trading: Harbour) -> None:
    assert trading("holdings", "--as-of", "yesterday").code == exits.USAGE == 2
    assert trading("holdings", "--nonsense").code == 2
    assert custody("nonsense").code == 2


def test_3_proven_bad(trading: Harbour, tmp_path: Path) -> None:
    trading("bundle", "export", tmp_path / "q").ok()
    entries = next(path for path in (tmp_path / "q/tile/entries").rglob("*") if path.is_file())
    data = bytearray(entries.read_bytes())
    data[99] ^= 1
    entries.write_bytes(data)
    said = custody("audit", tmp_path / "q", "--trust", trading.root / "trust")
    assert said.code == exits.PROVEN_BAD == 3


def test_4_key_or_authority(working: Harbour, tmp_path: Path) -> None:
    draft = working.json(*PURCHASE, "--author", "aigerim")["file"]
    wrong = tmp_path / "wrong"
    wrong.write_text("not it\n", encoding="utf-8")
    wrong.chmod(0o600)
    key = ("--key", working.key("aigerim"), "--yes")
    said = working("sign", draft, *key, "--passphrase-file", wrong)
    assert said.code == exits.AUTHORITY == 4
    assert said.err.endswith(
        f"error: the passphrase is wrong or the file is damaged (at {working.key('aigerim')})\n"
    )
    stranger = working.root / "stranger.key"
    working("key", "new", stranger, "--passphrase-file", working.passphrase).ok()
    secret = ("--passphrase-file", working.passphrase)
    signed = working("sign", draft, "--key", stranger, *secret, "--yes").ok().out.strip()
    assert working("submit", signed).code == 4
    shutil.copy(working.root / signed, working.root / "bad.signed.json")
    officer = working.sign(working.json(*PURCHASE, "--author", "aigerim")["file"], "bolat")
    assert working("submit", officer).code == 4, "signed by another than the author"


def test_5_refused(working: Harbour) -> None:
    assert working.act(*purchase("1", "1600000000 USD"), by=("aigerim",)).code == exits.REFUSED == 5


def test_6_conflict(working: Harbour) -> None:
    first, second = (signed_purchase(working, "aigerim", "--reference", "IC-1") for _ in range(2))
    assert working("submit", first).code == 0
    said = working("submit", second)
    assert said.code == exits.CONFLICT == 6
    assert said.err == (
        "not recorded: the author used this reference for other bytes: IC-1 (reference_used)\n"
        "  hint: Give the event a reference of its own\n"
    )


def test_7_not_found(working: Harbour, tmp_path: Path) -> None:
    assert working("show", "IC-9").code == exits.NOT_FOUND == 7
    assert custody("holdings", "--workspace", tmp_path / "nowhere").code == 7


def test_8_undecidable(trading: Harbour, tmp_path: Path) -> None:
    trading("bundle", "export", tmp_path / "q").ok()
    (tmp_path / "q" / "manifest.json").unlink()
    said = custody("audit", tmp_path / "q", "--trust", trading.root / "trust")
    assert said.code == exits.UNDECIDABLE == 8


def test_8_a_kind_of_a_newer_version(working: Harbour) -> None:
    signer = read_key_file(working.key("aigerim"), PASSPHRASE.encode())
    body = {"fund": "test/harbour", "kind": "swap.proposed.v1"}
    envelope = render_envelope(sign_payload(encode(body), [signer]))  # type: ignore[arg-type] # text
    (working.root / "new.signed.json").write_bytes(envelope)
    said = working("submit", "new.signed.json")
    assert said.code == 8
    assert said.err.startswith("error: unknown kind 'swap.proposed.v1'")


def test_130_interrupted(working: Harbour) -> None:
    draft = working.json(*PURCHASE, "--author", "aigerim")["file"]
    sign = ("sign", draft, "--key", working.key("aigerim"))
    said = custody_at_terminal(*sign, at=working.root, prompt="to sign:", typed=None)
    assert said.code == exits.INTERRUPTED == 130
    assert said.out == ""
    assert said.err.endswith("interrupted\n")
