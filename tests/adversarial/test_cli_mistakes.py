"""What people type by mistake: each gets our message and exit code, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support.custody_program import (
    PASSPHRASE,
    PURCHASE,
    Harbour,
    cheap_keys,
    command,
    constitution,
    custody,
    environment,
    purchase,
    template,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ME = ("--author", "aigerim")
SECRET = ("--passphrase-file", "passphrase")
KEY = ("--key", "keys/aigerim.key", *SECRET, "--yes")


@pytest.fixture(scope="module", autouse=True)
def _cheap_keys() -> Iterator[None]:
    with cheap_keys():
        yield


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    """A workspace with every wrong file that somebody might name. No test here changes the log."""
    harbour = template("working").copy(tmp_path_factory.mktemp("messy") / "harbour")
    root = harbour.root
    (root / "folder").mkdir()
    texts = {
        "broken.toml": "a = [",
        "list.json": "[1]",
        "deep.toml": "a = " + "[" * 5_000,
        "deep.json": "[" * 100_000,
        "huge.json": '{"scale":' + "9" * 5_000 + "}",
        "fund.json": '{"fund": "test/other"}',
        "cosigners.json": '{"cosigners": 5}',
        "names.json": '{"cosigners": [1, "a"]}',
        "expires.json": '{"expires": 5}',
        "float.json": '{"asset": 1.5}',
        "escape.json": json.dumps({"asset": "\x1b[31mred"}),
        "day.toml": "asset = 2020-01-01",
        "public": PASSPHRASE + "\n",
        "wrong": "not the passphrase\n",
        "empty": "",
        "long": "x" * 2_000,
        "text": "hello",
        "c-founders.toml": "founders = 3",
        "c-founder.toml": 'founders = ["x"]',
        "c-keys.toml": '[[founders]]\nofficer = "aigerim"\nkeys = 3',
        "c-charter.toml": constitution(charter='charter = "x"\n'),
        "c-offset.toml": constitution(charter='[charter]\nutc_offset_minutes = "x"\n'),
        "c-fund.toml": "fund = 'test/other'\n" + constitution(),
        "c-key.toml": constitution().replace("keys/aigerim.key.pub", "keys/none.pub"),
        "c-private.toml": constitution().replace("keys/aigerim.key.pub", "keys/aigerim.key"),
    }
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    for name in ("wrong", "empty", "long"):
        (root / name).chmod(0o600)
    (root / "public").chmod(0o644)
    (root / "latin").write_bytes(b"a = '\xe9'\x00\x1b[31m")
    key = (root / "keys" / "aigerim.key").read_bytes()
    (root / "open.key").write_bytes(key)
    (root / "open.key").chmod(0o644)
    (root / "link.key").symlink_to("keys/aigerim.key")
    (root / "cut.key").write_bytes(key[: len(key) // 2])
    (root / "cut.key").chmod(0o600)
    draft = harbour.json(*PURCHASE, *ME, "--out", "p.draft.json")
    assert draft["file"] == "p.draft.json"
    harbour(
        "sign", "p.draft.json", *harbour.with_key("aigerim"), "--yes", "--out", "p.signed.json"
    ).ok()
    return harbour


@dataclass(frozen=True)
class Mistake:
    """What was typed, and how it must be answered."""

    code: int
    message: str
    arguments: tuple[str, ...]


def typed(code: int, message: str, *arguments: object) -> Mistake:
    return Mistake(code, message, tuple(map(str, arguments)))


def draft_from(name: str) -> tuple[str, ...]:
    return ("draft", "asset.listed", "--from", name, *ME)


def constitute(name: str) -> tuple[str, ...]:
    return ("fund", "constitute", "--from", name, *ME)


MISTAKES = [
    # no such command, flag, file, name
    typed(2, "No such command 'setle'", "setle"),
    typed(2, "No such option '--jsn'", "holdings", "--jsn"),
    typed(2, "Missing argument 'SIGNED...'", "submit"),
    typed(2, "Missing option '--author'", *PURCHASE),
    typed(2, "Missing option '--because'", "refuse", "IC-1", *ME),
    typed(7, "no workspace at nowhere", "holdings", "--workspace", "nowhere"),
    typed(7, "no workspace at folder", "events", "--workspace", "folder"),
    typed(2, "is a file", "holdings", "--workspace", "text"),
    typed(7, "no file none: No such file or directory", "sign", "none", *KEY),
    typed(7, "no file none: No such file or directory", "submit", "none"),
    typed(7, "no file none: No such file or directory", "import", "none", "--author", "k"),
    typed(
        7, "no kind of event is named asset.burned", "draft", "asset.burned", "--from", "text", *ME
    ),
    typed(7, "no book named none", "draft", "book.recorded", "--from", "none", *ME),
    typed(7, "no open proposal named IC-9", "approve", "IC-9", *ME),
    typed(7, "no open proposal named abcdef", "settle", "abcdef", *ME),
    typed(7, "no event named IC-9", "show", "IC-9"),
    typed(7, "no event named 99; the log ends at 11", "show", "99"),
    typed(7, "no event named ", "show", ""),
    typed(7, "no event named a", "show", "a"),
    typed(7, "the log ends at position 11", "holdings", "--known-at", "12"),
    typed(7, "no checkpoint covers position 1", "prove", "1"),
    typed(7, "there is no checkpoint yet", "bundle", "export", "q"),
    typed(7, "no document nofile", *PURCHASE, *ME, "--evidence", "nofile"),
    # a folder where a file is wanted, and the other way round
    typed(2, "File 'folder' is a directory", "sign", "folder", *KEY),
    typed(2, "File 'folder' is a directory", "submit", "folder"),
    typed(2, "File 'folder' is a directory", *draft_from("folder")),
    typed(1, "Is a directory (at folder)", *PURCHASE, *ME, "--out", "folder"),
    typed(1, "(at text", *PURCHASE, *ME, "--out", "text/x"),
    typed(2, "the file exists and is another (at text)", *PURCHASE, *ME, "--out", "text"),
    typed(1, "Is a directory (at folder)", "sign", "p.draft.json", *KEY, "--out", "folder"),
    typed(
        1,
        "No such file or directory (at no/where)",
        "sign",
        "p.draft.json",
        *KEY,
        "--out",
        "no/where",
    ),
    typed(1, "Not a directory (at text/x", "init", "test/x", "--workspace", "text/x", *SECRET),
    # values of no form
    typed(2, "'2026-13-01' is not a real day", "holdings", "--as-of", "2026-13-01"),
    typed(2, "'yesterday' is not a day", "holdings", "--as-of", "yesterday"),
    typed(2, "0 is not in the range", "holdings", "--known-at", "0"),
    typed(2, "'400000' is not an amount of money", *purchase("1", "400000"), *ME),
    typed(2, "(at max_consideration.currency)", *purchase("1", "4 ÄÄÄ"), *ME),
    typed(2, "(at units)", *purchase("1e3"), *ME),
    typed(2, "(at units)", *purchase("1,000"), *ME),
    typed(2, "'5x' is not an instant", *PURCHASE, *ME, "--expires", "5x"),
    typed(2, "'x=1' is not name=true or name=false", *PURCHASE, *ME, "--fact", "x=1"),
    typed(2, "the author is not a cosigner", *PURCHASE, *ME, "--cosigner", "aigerim"),
    typed(2, "(at author)", *PURCHASE, "--author", "Aigerim K."),
    typed(
        2, "'nonsense' is not the name of a fund", "init", "nonsense", "--workspace", "new", *SECRET
    ),
    typed(2, "there is a workspace already (at .)", "init", "test/harbour", *SECRET),
    typed(
        *(2, "'x y' is not the name of a fund", "key", "possession", "keys/bolat.key"),
        *("--fund", "x y", "--officer", "bolat", *SECRET),
    ),
    typed(2, "is not a key name", "key", "show", "keys/bolat.key", "--vkey", "a b"),
    # files of no form
    typed(2, "(at broken.toml)", *draft_from("broken.toml")),
    typed(2, "(at latin, byte 5)", *draft_from("latin")),
    typed(2, "(at deep.toml)", *draft_from("deep.toml")),
    typed(2, "(at deep.json)", *draft_from("deep.json")),
    typed(2, "(at huge.json)", *draft_from("huge.json")),
    typed(2, "a table of members was expected (at list.json)", *draft_from("list.json")),
    typed(2, "fund is filled in and not given (at fund.json)", *draft_from("fund.json")),
    typed(2, "a list of officers was expected (at cosigners)", *draft_from("cosigners.json")),
    typed(2, "a list of officers was expected (at cosigners)", *draft_from("names.json")),
    typed(2, "(at expires)", *draft_from("expires.json")),
    typed(2, "(at asset)", *draft_from("float.json")),
    typed(2, "(at asset)", *draft_from("day.toml")),
    typed(2, "(at asset)", *draft_from("escape.json")),
    typed(2, "(at deep.toml)", "draft", "book.recorded", "--from", "deep.toml", *ME),
    typed(2, "(at offset 0)", "sign", "text", *KEY),
    typed(2, "(at offset 0)", "sign", "latin", *KEY),
    typed(2, "error: ", "sign", "p.signed.json", *KEY),
    typed(2, "error: ", "cosign", "p.draft.json", *KEY),
    typed(2, "not JSON", "submit", "text"),
    typed(2, "not JSON", "submit", "latin"),
    typed(2, "error: ", "submit", "p.draft.json"),
    typed(
        2,
        "the header is another (at line 1)",
        "import",
        "text",
        "--author",
        "keys/aigerim.key",
        *SECRET,
    ),
    typed(2, "not UTF-8 (at byte 5)", "import", "latin", "--author", "keys/aigerim.key", *SECRET),
    # a constitution
    typed(2, "write founders as tables, [[founders]]", *constitute("c-founders.toml")),
    typed(2, "write founders as tables, [[founders]]", *constitute("c-founder.toml")),
    typed(2, "error: ", *constitute("c-keys.toml")),
    typed(2, "(at charter", *constitute("c-charter.toml")),
    typed(2, "(at charter", *constitute("c-offset.toml")),
    typed(2, "fund is filled in and not given", *constitute("c-fund.toml")),
    typed(7, "no public key file keys/none.pub", *constitute("c-key.toml")),
    typed(2, "not a public key", *constitute("c-private.toml")),
    typed(
        2,
        "nobody is not among the founders",
        "fund",
        "constitute",
        "--from",
        "constitution.toml",
        "--author",
        "nobody",
    ),
    typed(2, "(at deep.toml)", *constitute("deep.toml")),
    # keys and passphrases
    typed(
        4,
        "cannot read the passphrase file: No such file",
        "checkpoint",
        "--passphrase-file",
        "none",
    ),
    typed(
        4,
        "others may read the passphrase file (at public)",
        "checkpoint",
        "--passphrase-file",
        "public",
    ),
    typed(
        4,
        "the passphrase is wrong or the file is damaged",
        "checkpoint",
        "--passphrase-file",
        "wrong",
    ),
    typed(
        4,
        "the passphrase is empty or too long (at empty)",
        "checkpoint",
        "--passphrase-file",
        "empty",
    ),
    typed(
        4,
        "the passphrase is empty or too long (at long)",
        "checkpoint",
        "--passphrase-file",
        "long",
    ),
    typed(
        4, "cannot read the passphrase: Bad file descriptor", "checkpoint", "--passphrase-fd", "99"
    ),
    typed(
        2,
        "give --passphrase-file or --passphrase-fd, not both",
        "checkpoint",
        *SECRET,
        "--passphrase-fd",
        "0",
    ),
    typed(2, "no passphrase for keys/log.key, and no terminal", "checkpoint"),
    typed(
        4,
        "cannot be opened: No such file",
        "sign",
        "p.draft.json",
        "--key",
        "none",
        *SECRET,
        "--yes",
    ),
    typed(
        4,
        "others than its owner can use the file",
        "sign",
        "p.draft.json",
        "--key",
        "open.key",
        *SECRET,
        "--yes",
    ),
    typed(
        4,
        "Name the file itself, not a symbolic link",
        "sign",
        "p.draft.json",
        "--key",
        "link.key",
        *SECRET,
        "--yes",
    ),
    typed(
        4,
        "not an encrypted PKCS#8 key",
        "sign",
        "p.draft.json",
        "--key",
        "cut.key",
        *SECRET,
        "--yes",
    ),
    typed(4, "the public part exists already", "key", "new", "keys/aigerim.key", *SECRET),
    typed(4, "cannot be opened: No such file", "key", "new", "no/where", *SECRET),
    typed(4, "cannot read the public part (at none.pub)", "key", "show", "none"),
    # audits
    typed(2, "whom do you trust?", "audit", "folder"),
    typed(2, "'key' is not a verifier key", "audit", "folder", "--vkey", "key"),
    typed(7, "no file none: No such file", "audit", "folder", "--trust", "none"),
    typed(2, "not UTF-8 (at latin, byte 5)", "audit", "folder", "--trust", "latin"),
    typed(
        2,
        "--first-leaf goes with --vkey",
        "audit",
        "folder",
        "--trust",
        "text",
        "--first-leaf",
        "0" * 64,
    ),
    # what does not fit together
    typed(2, "'tcsh' is not one of", "completion", "tcsh"),
    typed(2, "'rsa' is not one of", "key", "new", "k", "--algorithm", "rsa", *SECRET),
]


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=[f"{n}-{m.arguments[0]}" for n, m in enumerate(MISTAKES)]
)
def test_a_mistake_is_answered(messy: Harbour, mistake: Mistake) -> None:
    said = messy(*mistake.arguments)
    assert said.code == mistake.code, said
    assert mistake.message in said.err, said.err
    assert said.out == ""
    assert "Traceback" not in said.err
    assert all(character.isprintable() or character == "\n" for character in said.err)


def test_the_mistakes_changed_nothing(messy: Harbour) -> None:
    for mistake in MISTAKES[::7]:
        messy(*mistake.arguments)
    assert len(messy("events", "--json").lines) == 11
    assert not (messy.root / "new").exists()


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        ("fund = [", 2, "(at custody.toml)"),
        ("", 2, "'' is not the name of a fund"),
        ("fund = 5", 2, "'5' is not the name of a fund"),
        ('fund = "test/harbour"\nlogkey = "x"', 2, "unknown setting logkey"),
        ('fund = "test/other"', 1, "test/other"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, settings: str, code: int, message: str) -> None:
    harbour = template("working").copy(tmp_path / "harbour")
    (harbour.root / "custody.toml").write_text(settings, encoding="utf-8")
    said = harbour("holdings")
    assert (said.code, message in said.err) == (code, True), said


@pytest.mark.parametrize("damage", ["garbage", "empty", "folder", "cut"])
def test_a_damaged_store_is_named(tmp_path: Path, damage: str) -> None:
    harbour = template("working").copy(tmp_path / "harbour")
    store = harbour.root / "ledger.db"
    data = store.read_bytes()
    store.unlink()
    if damage == "folder":
        store.mkdir()
    else:
        store.write_bytes({"garbage": b"not a database", "empty": b"", "cut": data[:9_000]}[damage])
    for arguments in (["holdings"], ["events"], ["show", "1"], ["doctor"]):
        said = harbour(*arguments)
        assert said.code in {1, 3}, (arguments, said)
        assert "Traceback" not in said.err


def test_a_workspace_without_records_says_so(tmp_path: Path) -> None:
    harbour = template("founded").copy(tmp_path / "harbour")
    for arguments in (["holdings"], ["events"], ["approvals"], ["show", "1"], [*PURCHASE, *ME]):
        said = harbour(*arguments)
        assert said.code in {1, 7}
        assert said.err.startswith("error: ")
    assert harbour("doctor").code == 0


# -- outputs that fail: these need a process of their own


def in_shell(harbour: Harbour, line: str) -> subprocess.CompletedProcess[str]:
    program = " ".join(f"'{part}'" for part in command())
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line.replace('custody', program, 1)}"],
        cwd=harbour.root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "codes", "message"),
    [
        ("custody kinds | head -n 1", {0, 1}, ""),
        ("custody events --json | true", {0, 1}, ""),
        ("custody kinds > /dev/full", {1}, "error: No space left on device\n"),
        ("custody kinds --json > /dev/full", {1}, "error: No space left on device\n"),
        ("custody --version > /dev/full", {1}, "error: No space left on device\n"),
        ("custody kinds >&-", {0}, ""),
        ("custody holdings --json >&- 2>&-", {0}, ""),
    ],
)
def test_an_output_that_fails_is_no_crash(
    messy: Harbour, line: str, codes: set[int], message: str
) -> None:
    done = in_shell(messy, line)
    assert done.returncode in codes, done
    assert done.stderr == message


def test_a_name_that_is_not_text_is_written_out(messy: Harbour) -> None:
    name = os.fsdecode(b"caf\xe9.draft.json")
    for more in ((), ("--json",)):
        said = custody("sign", name, "--key", "k", *more, at=messy.root)
        assert said.code == 7
        assert "\\u{dce9}" in said.out + said.err
