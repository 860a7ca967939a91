"""The rim: settings, passphrases, published totals, exit codes, the clock."""

from __future__ import annotations

import inspect
import os
import re
from typing import TYPE_CHECKING

import click
import pytest

from ledger.cli import exits, lazy_group, main, wiring
from ledger.cli.exits import exit_of, exit_of_rejection
from ledger.cli.passphrases import read_passphrase
from ledger.cli.published import compared, published
from ledger.cli.workspace import find_workspace, make_workspace
from ledger.domain.holdings import Leg, UnitPosting
from ledger.domain.rejections import REJECTIONS
from ledger.kernel import errors
from ledger.kernel.errors import (
    InputError,
    KeyFileError,
    LedgerError,
    NotFoundError,
    ParseError,
    ValueFormError,
)
from ledger.kernel.instants import check_instant
from ledger.projections.holdings import HoldingsProjection
from ledger.signing.key_file import write_key_file
from ledger.signing.signer import MemorySigner

if TYPE_CHECKING:
    from pathlib import Path


# -- workspaces


def test_a_workspace_is_made_and_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_workspace(tmp_path / "a" / "b", "test/harbour")
    assert find_workspace(str(made.root)) == made
    assert made.keys.stat().st_mode & 0o777 == 0o700
    assert made.log_key_path == made.root / "keys" / "log.key"
    monkeypatch.setenv("CUSTODY_WORKSPACE", str(made.root))
    assert find_workspace(None) == made
    monkeypatch.setenv("CUSTODY_WORKSPACE", "")
    monkeypatch.chdir(made.root)
    assert find_workspace(None).fund == "test/harbour"


def test_a_workspace_is_not_made_over_another(tmp_path: Path) -> None:
    make_workspace(tmp_path, "test/harbour")
    with pytest.raises(InputError, match="there is a workspace already"):
        make_workspace(tmp_path, "test/other")


@pytest.mark.parametrize(
    "fund", ["", "harbour", "test/", "prod/x", "test/X", "test/x\n", "test/../x"]
)
def test_a_workspace_has_the_name_of_a_fund(tmp_path: Path, fund: str) -> None:
    with pytest.raises(ValueFormError):
        make_workspace(tmp_path / "new", fund)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (b"\xff", ParseError),
        (b"fund = [", InputError),
        (b"", ValueFormError),
        (b'fund = "test/x"\nother = 1', InputError),
        (b"fund = 1", ValueFormError),
    ],
)
def test_wrong_settings_are_our_errors(
    tmp_path: Path, settings: bytes, error: type[LedgerError]
) -> None:
    (tmp_path / "custody.toml").write_bytes(settings)
    with pytest.raises(error):
        find_workspace(str(tmp_path))


def test_the_log_key_lies_where_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "custody.toml").write_text('fund = "test/x"\nlog_key = "/safe/log.key"')
    assert str(find_workspace(str(tmp_path)).log_key_path) == "/safe/log.key"


# -- passphrases


def secret_file(tmp_path: Path, data: bytes, mode: int = 0o600) -> str:
    path = tmp_path / "secret"
    path.write_bytes(data)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    ("data", "passphrase"),
    [
        (b"one\n", b"one"),
        (b"one", b"one"),
        (b"one\r\n", b"one"),
        (b"one\ntwo\n", b"one"),
        ("пароль é".encode(), "пароль é".encode()),
        (b" spaces stay ", b" spaces stay "),
        (b"x" * 1_023 + b"\n", b"x" * 1_023),
    ],
)
def test_the_first_line_is_the_passphrase(tmp_path: Path, data: bytes, passphrase: bytes) -> None:
    assert read_passphrase("k", file=secret_file(tmp_path, data)) == passphrase
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    assert read_passphrase("k", descriptor=reader) == passphrase
    os.close(reader)


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n", b"\nsecond", b"x" * 2_000])
def test_an_empty_or_endless_passphrase_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KeyFileError, match="empty or too long"):
        read_passphrase("k", file=secret_file(tmp_path, data))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_passphrase_file_is_its_owners_only(tmp_path: Path, mode: int) -> None:
    with pytest.raises(KeyFileError, match="others may read the passphrase file"):
        read_passphrase("k", file=secret_file(tmp_path, b"one\n", mode))


def test_no_error_holds_what_was_read(tmp_path: Path) -> None:
    for data in (b"\ncanary-in-the-second-line", b"canary" * 500):
        with pytest.raises(KeyFileError) as caught:
            read_passphrase("k", file=secret_file(tmp_path, data))
        assert "canary" not in f"{caught.value!r} {caught.value} {caught.value.diagnostics()}"


def test_a_descriptor_stays_open_for_its_owner(tmp_path: Path) -> None:
    with (tmp_path / "p").open("w+b") as file:
        file.write(b"one\n")
        file.seek(0)
        read_passphrase("k", descriptor=file.fileno())
        os.fstat(file.fileno())


# -- published totals


def test_published_totals_are_shown_beside_the_ledgers_own() -> None:
    points = published("el-salvador")
    assert len(points) + len(published("strategy")) == 51
    assert published("nobody") == []
    projection = HoldingsProjection()
    found = [compared(point, projection) for point in points]
    assert all(own == "0" for own, _ in found)
    assert found[0] == ("0", "-400")


def test_a_difference_carries_its_sign() -> None:
    point = published("el-salvador")[0]
    projection = HoldingsProjection()
    posting = UnitPosting("2021-09-06", "vault-1", "BTC", Leg.HELD, 401 * 10**8, "opening")
    projection.fold(1, (posting,))
    assert compared(point, projection) == ("401", "+1")


# -- exit codes


def every_error() -> list[type[LedgerError]]:
    return [
        found
        for _, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, LedgerError)
    ]


def test_every_error_has_an_exit_code() -> None:
    codes = {
        "AuthorityError": 4,
        "BodyError": 2,
        "ClockError": 1,
        "ConflictError": 6,
        "InputError": 2,
        "InvariantError": 1,
        "KeyFileError": 4,
        "LedgerError": 1,
        "NotFoundError": 7,
        "ProofError": 3,
        "SignatureError": 4,
        "StoreCorruptError": 3,
        "StoreError": 1,
        "StoreLockedError": 1,
        "StoreStoppedError": 1,
        "UndecidableError": 8,
        "UnknownRuleError": 8,
        "ValueFormError": 2,
        "WeakKeyError": 4,
    }
    for found in every_error():
        error = found("x", offset=1) if found is errors.CanonicalError else found("x")
        wanted = codes.get(found.__name__, 2)
        assert exit_of(error) == wanted, found
        assert (wanted == 2) is (isinstance(error, InputError) and found is not NotFoundError)


def test_every_rejection_has_an_exit_code() -> None:
    found = {code: exit_of_rejection(code) for code in REJECTIONS}
    assert {code for code, number in found.items() if number == 4} == {
        "unknown_key",
        "key_not_good",
        "signers_differ",
    }
    assert [code for code, number in found.items() if number == 6] == ["reference_used"]
    assert set(found.values()) == {1, 4, 6}


def test_the_page_of_exit_codes_is_the_table_of_the_code() -> None:
    stated = {
        int(number)
        for number in re.findall(r"\| (\d+) \|", (exits.__doc__ or "").replace("| |", "| | |"))
    }
    constants = {value for value in vars(exits).values() if isinstance(value, int)}
    assert stated == constants == {0, 1, 2, 3, 4, 5, 6, 7, 8, 130}


# -- the program's last resort


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (NotFoundError("no such thing"), 7, "error: no such thing\n"),
        (
            FileNotFoundError(2, "No such file or directory", "x"),
            1,
            "error: No such file or directory (at x)\n",
        ),
        (OSError("strange"), 1, "error: strange\n"),
        (OSError(28, "No space left on device"), 1, "error: No space left on device\n"),
        (BrokenPipeError(), 1, ""),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (click.Abort(), 130, "interrupted\n"),
    ],
)
def test_what_a_command_raises_becomes_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
    message: str,
) -> None:
    def fails() -> None:
        raise raised

    monkeypatch.setattr(
        lazy_group.LazyGroup, "get_command", lambda *_: click.Command("x", callback=fails)
    )
    assert main.run(["x"]) == code
    assert capsys.readouterr().err.lstrip("\n") == message


def test_a_defect_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback is for us; every mistake of a user has a message instead."""

    def fails() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(
        lazy_group.LazyGroup, "get_command", lambda *_: click.Command("x", callback=fails)
    )
    with pytest.raises(ZeroDivisionError):
        main.run(["x"])


def test_every_command_of_the_table_is_there() -> None:
    context = click.Context(main.cli)
    for name in main.COMMANDS:
        assert isinstance(main.cli.get_command(context, name), click.Command), name
    assert main.cli.get_command(context, "nothing") is None


# -- the time, and keys


def test_now_is_an_instant_of_ours() -> None:
    first, second = wiring.now(), wiring.now()
    assert check_instant(first) <= check_instant(second)


def test_a_key_file_is_a_signer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.signing.pkcs8.SCRYPT_N", 2)
    signer = MemorySigner.generate()
    write_key_file(tmp_path / "k", signer, b"one")
    file = secret_file(tmp_path, b"one\n")
    found = wiring.signer_from(str(tmp_path / "k"), file=file, descriptor=None)
    assert found.public_key == signer.public_key
    assert wiring.key_members(signer.public_key)["algorithm"] == "ed25519"
