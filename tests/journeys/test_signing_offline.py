"""Signing: no workspace, no network, and what an officer reads is what the bytes say."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ledger.kernel.canonical import encode
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, parse_envelope, verify_envelope
from ledger.signing.key_file import parse_public_key_text
from tests.support.custody_program import (
    PASSPHRASE,
    PURCHASE,
    Harbour,
    Said,
    command,
    custody,
    custody_at_terminal,
    custody_process,
    environment,
    template,
)
from tests.support.fund_simulator import DIGEST

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Harbour:
    """A folder with a key, a passphrase and a draft, and nothing else: a machine without a net."""
    made = template("working")
    folder = tmp_path / "bench"
    (folder / "keys").mkdir(parents=True)
    for name in ("passphrase", "keys/aigerim.key", "keys/daniyar.key"):
        shutil.copy(made.root / name, folder / name)
    at = Harbour(folder)
    shown = made.json(*PURCHASE, "--author", "aigerim", "--cosigner", "daniyar")
    shutil.copy(made.root / shown["file"], folder / "p.draft.json")
    (made.root / shown["file"]).unlink()
    return at


def first_group(said: Said) -> str:
    """The first group of the fingerprint that was shown."""
    (line,) = (line for line in said.err.splitlines() if line.startswith("  fingerprint "))
    return line.split()[1]


def test_it_needs_no_workspace(bench: Harbour) -> None:
    said = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes")
    assert said.code == 0
    assert sorted(
        entry.name for entry in bench.root.iterdir() if entry.suffix == ".json"
    ) == sorted(["p.draft.json", said.out.strip()])
    envelope = parse_envelope((bench.root / said.out.strip()).read_bytes())
    assert envelope.payload == (bench.root / "p.draft.json").read_bytes()
    assert envelope.payload_type == PAYLOAD_TYPE_EVENT
    public = (template("working").root / "keys" / "aigerim.key.pub").read_text(encoding="utf-8")
    key = parse_public_key_text(public.strip())
    assert verify_envelope(envelope, {key.keyid: key}).keyids == (key.keyid,)


def has_no_network() -> bool:
    unshare = shutil.which("unshare")
    return (
        bool(unshare) and subprocess.run([unshare or "", "-n", "true"], check=False).returncode == 0
    )


@pytest.mark.skipif(not has_no_network(), reason="this machine cannot take a network away")
def test_it_needs_no_network(bench: Harbour) -> None:
    arguments = ("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes", "--json")
    done = subprocess.run(
        ["unshare", "-n", *command(*arguments)],
        cwd=bench.root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done
    assert json.loads(done.stdout)["signatures"] == 1


def test_it_loads_no_store_no_policy_and_no_network_client(bench: Harbour) -> None:
    program = """
import sys
from ledger.cli.main import run
code = run(sys.argv[1:])
loaded = {name.partition(".")[0] if not name.startswith("ledger") else name for name in sys.modules}
print(code, *sorted(loaded & {"sqlite3", "eventsourcing", "policies", "ssl", "http", "urllib3",
    "requests", "httpx", "rich", "ledger.store", "ledger.service", "ledger.audit"}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "sign", "p.draft.json"]
        + [str(part) for part in bench.with_key("aigerim")]
        + ["--yes"],
        cwd=bench.root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0"


# -- what you see is what you sign


def test_every_member_of_the_bytes_is_shown_before_signing(bench: Harbour) -> None:
    body = json.loads((bench.root / "p.draft.json").read_bytes())
    said = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").ok()
    shown = said.err
    assert shown.startswith("Acquire 10 BTC for at most 400,000 USD from open-market")
    for name, value in leaves(body):
        assert any(line.split() == [name, *value.split()] for line in shown.splitlines()), name


def leaves(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Every scalar of a body with its path, as an officer must be able to read it."""
    if isinstance(value, dict):
        return [
            leaf
            for name, item in value.items()
            for leaf in leaves(item, f"{path}.{name}".lstrip("."))
        ]
    if isinstance(value, list):
        return [leaf for at, item in enumerate(value, 1) for leaf in leaves(item, f"{path}[{at}]")]
    return [(path, str(value))]


def test_words_come_from_the_bytes_and_not_from_the_name(bench: Harbour) -> None:
    body = json.loads((bench.root / "p.draft.json").read_bytes())
    (bench.root / "p.draft.json").write_bytes(encode(body | {"units": "1000"}))
    said = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").ok()
    assert said.err.startswith("Acquire 1,000 BTC for at most 400,000 USD")


def test_a_cosigner_reads_the_bytes_that_are_in_the_envelope(bench: Harbour) -> None:
    signed = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").ok().out.strip()
    first = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").err
    said = bench("cosign", signed, *bench.with_key("daniyar"), "--yes").ok()
    assert said.err.splitlines()[:-1] == first.splitlines()[:-1]
    assert len(parse_envelope((bench.root / signed).read_bytes()).signatures) == 2


TYPE_IT = "Type the first group of the fingerprint to sign:"


def test_the_fingerprint_is_typed_at_a_terminal(bench: Harbour) -> None:
    sign = ("sign", "p.draft.json", *bench.with_key("aigerim"))
    wrong = custody_at_terminal(*sign, at=bench.root, prompt=TYPE_IT, typed="0000\n")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err.endswith("error: that is not the fingerprint; nothing was signed\n")
    assert list(bench.root.glob("*.signed.json")) == []
    right = custody_at_terminal(
        *sign, at=bench.root, prompt=TYPE_IT, typed=f"{first_group(wrong)}\n"
    )
    (signed,) = bench.root.glob("*.signed.json")
    assert (right.code, right.out) == (0, f"{signed.name}\n")


def test_an_end_of_input_signs_nothing(bench: Harbour) -> None:
    sign = ("sign", "p.draft.json", *bench.with_key("aigerim"))
    said = custody_at_terminal(*sign, at=bench.root, prompt=TYPE_IT, typed="\x04")
    assert (said.code, said.out) == (130, "")
    assert said.err.endswith("interrupted\n")
    assert list(bench.root.glob("*.signed.json")) == []


def test_a_passphrase_is_typed_at_a_terminal_unseen(bench: Harbour) -> None:
    sign = ("sign", "p.draft.json", "--key", "keys/aigerim.key", "--yes")
    asked = "Passphrase for keys/aigerim.key: "
    said = custody_at_terminal(*sign, at=bench.root, prompt=asked, typed=f"{PASSPHRASE}\n")
    assert said.code == 0
    assert PASSPHRASE not in said.err + said.out


def test_without_a_terminal_somebody_must_say_yes(bench: Harbour) -> None:
    said = bench("sign", "p.draft.json", *bench.with_key("aigerim"))
    assert said.code == 2
    assert said.err.endswith(
        "error: nobody is there to compare the fingerprint\n  hint: Use --yes\n"
    )
    typed = custody_process(
        "sign", "p.draft.json", *bench.with_key("aigerim"), at=bench.root, typed="yes\n"
    )
    assert typed.code == 2
    assert list(bench.root.glob("*.signed.json")) == []


class Terminal:
    """A stdin at which somebody sits."""

    def __init__(self, typed: str) -> None:
        self._typed = typed

    def isatty(self) -> bool:
        return True

    def readline(self, *_: object) -> str:
        return self._typed


def test_json_hides_nothing_from_whoever_types(
    bench: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fingerprint is never asked for words that were not shown."""
    monkeypatch.setattr(sys, "stdin", Terminal("0000\n"))
    said = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--json")
    assert said.code == 2
    assert said.err.startswith("Acquire 10 BTC for at most 400,000 USD")


# -- hostile drafts


def hostile(bench: Harbour, **members: Any) -> Path:
    body = json.loads((bench.root / "p.draft.json").read_bytes()) | members
    target = bench.root / "hostile.draft.json"
    target.write_bytes(
        json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    return target


@pytest.mark.parametrize(
    "members",
    [
        {"counterparty": "open-market\x1b[2K\rpay nobody"},
        {"counterparty": "open\u202emarket"},
        {"reference": "IC-1\nunits 1"},
        {"reference": "\x07"},
        {"units": "10\u200b"},
        {"purpose": "\u2066x"},
        {"max_consideration": {"currency": "USD", "amount": "4\u0660"}},
        {"extra\x1b[31m": "x"},
        {"evidence": ["\x1b]0;title\x07"]},
        {"kind": "acquisition.proposed.v1\x1b[8m"},
    ],
)
def test_hostile_text_is_refused_or_written_out(bench: Harbour, members: dict[str, Any]) -> None:
    said = bench("sign", hostile(bench, **members), *bench.with_key("aigerim"), "--yes")
    assert said.code == 2
    assert all(character.isprintable() or character == "\n" for character in said.err)
    assert list(bench.root.glob("*.signed.json")) == []


def test_a_book_of_hostile_text_is_shown_escaped(bench: Harbour) -> None:
    """A book is kept as it is, whatever is in it; its text is written out for whoever signs."""
    body = json.loads((bench.root / "p.draft.json").read_bytes())
    common = {name: body[name] for name in ("fund", "value_date", "valid_until", "reference")}
    book: Any = {"book": "x\x1b[2J\u202e", "title": "line\nbreak", "\u0061a": ["\u200b"]}
    draft = encode(
        {**common, "kind": "book.recorded.v1", "author": "gulnara", "cosigners": [], "book": book}
    )
    (bench.root / "b.draft.json").write_bytes(draft)
    said = bench("sign", "b.draft.json", *bench.with_key("aigerim"), "--yes")
    assert all(character.isprintable() or character == "\n" for character in said.err)
    assert said.code == 0
    assert "\\u{1b}[2J\\u{202e}" in said.err
    assert "line\\u{a}break" in said.err


@pytest.mark.parametrize("value", ["payload", "text"])
def test_an_envelope_is_no_draft_and_a_draft_no_envelope(bench: Harbour, value: str) -> None:
    signed = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").ok().out.strip()
    if value == "payload":
        said = bench("sign", signed, *bench.with_key("aigerim"), "--yes")
    else:
        said = bench("cosign", "p.draft.json", *bench.with_key("aigerim"), "--yes")
    assert said.code == 2
    assert said.err.startswith("error: ")


# -- no signature is lost


def test_signing_again_does_not_lose_a_cosignature(bench: Harbour) -> None:
    signed = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").ok().out.strip()
    bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").ok()
    bench("cosign", signed, *bench.with_key("daniyar"), "--yes").ok()
    kept = (bench.root / signed).read_bytes()
    said = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes")
    assert said.code == 2
    assert "Add a signature with `custody cosign`" in said.err
    assert (bench.root / signed).read_bytes() == kept


def test_nobody_signs_twice(bench: Harbour) -> None:
    signed = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").ok().out.strip()
    kept = (bench.root / signed).read_bytes()
    said = bench("cosign", signed, *bench.with_key("aigerim"), "--yes")
    assert said.code == 2
    assert said.err.splitlines()[-1].startswith("error: two signatures of one key (at key ")
    assert (bench.root / signed).read_bytes() == kept


def test_cosigning_can_leave_the_first_file_alone(bench: Harbour) -> None:
    signed = bench("sign", "p.draft.json", *bench.with_key("aigerim"), "--yes").ok().out.strip()
    kept = (bench.root / signed).read_bytes()
    bench("cosign", signed, *bench.with_key("daniyar"), "--yes", "--out", "two.json").ok()
    assert (bench.root / signed).read_bytes() == kept
    assert len(parse_envelope((bench.root / "two.json").read_bytes()).signatures) == 2


def test_a_workspace_keeps_signed_events_apart(working: Harbour) -> None:
    draft = working.json(*PURCHASE, "--author", "aigerim")["file"]
    assert draft.startswith("drafts/")
    said = working("sign", draft, *working.with_key("aigerim"), "--yes").ok()
    assert said.out.startswith("signed/")


def test_a_draft_of_evidence_names_the_document_by_its_digest(working: Harbour) -> None:
    (working.root / "contract.pdf").write_bytes(b"a document")
    evidence = ("--evidence", "contract.pdf", "--evidence", "0" * 64)
    shown = working.json(*PURCHASE, "--author", "aigerim", *evidence)
    body = json.loads((working.root / shown["file"]).read_bytes())
    assert body["evidence"] == [DIGEST, "0" * 64]


def test_the_same_request_twice_is_two_events(working: Harbour) -> None:
    first, second = (working.json(*PURCHASE, "--author", "aigerim") for _ in range(2))
    assert first["event"] != second["event"]


def test_custody_alone_shows_what_it_can_do() -> None:
    said = custody("--help")
    assert said.code == 0
    assert "sign a draft; needs no workspace and no network" in said.out
