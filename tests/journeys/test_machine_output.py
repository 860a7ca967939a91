"""What machines read: one object or lines with a schema, amounts as text, and completion."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest

from ledger import __version__
from ledger.cli.history import COLUMNS
from ledger.cli.main import COMMANDS, cli
from tests.support.custody_program import (
    PURCHASE,
    Harbour,
    custody,
    custody_process,
    environment,
    purchase,
    template,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?\Z")


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for inner in command.list_commands(context):
        found = command.get_command(context, inner)
        assert found is not None
        yield from leaves(found, f"{name} {inner}".strip())


EVERY = dict(leaves(cli, ""))


def test_every_command_says_it_for_machines_too() -> None:
    without = {
        name
        for name, command in EVERY.items()
        if not any("--json" in parameter.opts for parameter in command.params)
    }
    assert without == {"completion"}, "a script for a shell has one form"


def test_every_command_has_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for name in EVERY:
        said = custody(*name.split(), "--help")
        assert said.code == 0
        assert said.out.startswith(f"Usage: custody {name} ")
    assert len(COMMANDS) >= 26


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The first JSON line of every command, in the course of one fund's life."""
    root = tmp_path_factory.mktemp("machine")
    harbour = template("trading").copy(root / "harbour")
    secret = ("--passphrase-file", harbour.passphrase)
    found: dict[str, Any] = {}

    def told(name: str, *arguments: object, code: int = 0) -> Any:
        said = harbour(*name.split(), *arguments, "--json")
        assert said.code == code, (name, said)
        found[name] = said.lines[0]
        return found[name]

    def signed(name: str, *arguments: object, by: str) -> None:
        draft = told(name, *arguments, "--author", by)
        told("submit", harbour.sign(draft["file"], by))

    told("init", "test/other", "--workspace", root / "other", *secret)
    told("key new", root / "new.key", *secret)
    told("key show", root / "new.key")
    told("key possession", root / "new.key", "--fund", "test/harbour", "--officer", "bolat", *secret)
    told("fund constitute", "--from", "constitution.toml", "--author", "gulnara")
    told("kinds")
    (harbour.root / "f.json").write_text('{"account": "vault-2", "reason": "An inquiry"}')
    told("draft", "account.frozen", "--from", "f.json", "--author", "bolat")
    told("propose acquisition", *PURCHASE[2:], "--author", "aigerim", "--reference", "IC-1")
    draft = found["propose acquisition"]["file"]
    told("sign", draft, *harbour.with_key("aigerim"), "--yes")
    told("submit", found["sign"]["file"])
    told("cosign", found["sign"]["file"], *harbour.with_key("bolat"), "--yes", "--out", "c.json")
    told("approvals")
    signed("approve", "IC-1", by="daniyar")
    signed("settle", "IC-1", "--consideration", "400000 USD", by="bolat")
    asset = ("--asset", "BTC", "--units", "1")
    between = ("--from-account", "vault-1", "--to-account", "vault-2")
    signed("propose transfer", *asset, *between, "--reference", "T-1", by="aigerim")
    signed("approve", "T-1", by="marat")
    signed("release", "T-1", by="bolat")
    signed("fail", "T-1", "--because", "It came back", by="bolat")
    dealt = ("--counterparty", "open-market", "--account", "vault-1")
    told("propose disposal", *asset, *dealt, "--min", "1 USD", "--author", "aigerim")
    told("propose receipt", *asset, "--account", "vault-1", "--source", "mining", "--author", "bolat")
    harbour.do(*purchase("1", "1 USD", "--reference", "IC-2"), by=("aigerim",))
    signed("refuse", "IC-2", "--because", "No", by="marat")
    harbour.do(*purchase("1", "1 USD", "--reference", "IC-3"), by=("aigerim",))
    signed("withdraw", "IC-3", "--because", "No", by="aigerim")
    (harbour.root / "h.csv").write_bytes(history())
    told("import", "h.csv", "--author", harbour.key("aigerim"), *secret)
    told("holdings")
    told("events")
    told("show", "IC-1")
    told("checkpoint", *secret)
    told("prove", "3", "--out", root / "p")
    told("bundle export", root / "q", "--zip")
    told("audit", root / "q", "--trust", "trust")
    told("doctor")
    found["demo"] = {"schema": "custody.demo/1"}  # test_demonstration.py reads it
    return found


def history() -> bytes:
    return (",".join(COLUMNS) + "\n").encode()


def test_every_command_was_asked(story: dict[str, Any]) -> None:
    assert set(story) == set(EVERY) - {"completion"}


def test_every_object_names_its_schema(story: dict[str, Any]) -> None:
    for name, value in story.items():
        assert re.fullmatch(r"custody\.[a-z_]+/1", value["schema"]), name
        assert next(iter(value)) == "schema", name


def test_no_amount_is_a_number(story: dict[str, Any]) -> None:
    for name, value in story.items():
        assert not list(floats(value)), name


def floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from floats(inner)


def test_holdings_have_exactly_these_members(story: dict[str, Any]) -> None:
    value = story["holdings"]
    assert list(value) == ["schema", "fund", "position", "as_of", "holdings", "totals"]
    assert (value["schema"], value["fund"]) == ("custody.holdings/1", "test/harbour")
    for entry in value["holdings"]:
        assert list(entry) == ["asset", "account", "units", "reserved", "encumbered", "in_transit"]
        for amount in list(entry.values())[2:]:
            assert DECIMAL.match(amount)
    for total in value["totals"]:
        assert list(total) == ["asset", "units", "consideration"]
        assert DECIMAL.match(total["units"])
        for currency, amount in total["consideration"].items():
            assert re.fullmatch("[A-Z]{3}", currency)
            assert DECIMAL.match(amount)
    assert value["holdings"][0]["units"] == "20"
    assert value["totals"][0]["consideration"] == {"USD": "800000"}


def test_a_receipt_has_exactly_these_members(story: dict[str, Any]) -> None:
    assert list(story["submit"]) == [
        *("schema", "event", "position", "recorded_at", "repeated", "verdict", "findings", "effects"),
        "mandate",
    ]


def test_lists_are_lines(trading: Harbour) -> None:
    assert [event["position"] for event in trading("events", "--json").lines] == list(range(1, 14))
    assert {kind["schema"] for kind in trading("kinds", "--json").lines} == {"custody.kind/1"}


def test_nothing_but_json_is_on_stdout(trading: Harbour) -> None:
    said = trading(*PURCHASE, "--author", "aigerim", "--json").ok()
    assert (said.out.count("\n"), said.err) == (1, "")
    said = trading("sign", said.json["file"], *trading.with_key("aigerim"), "--yes", "--json").ok()
    assert (said.out.count("\n"), said.err) == (1, "")


@pytest.mark.parametrize(
    ("arguments", "code", "title"),
    [
        (("holdings", "--as-of", "x"), 2, "ValueFormError"),
        (("holdings", "--nonsense"), 2, "InputError"),
        (("show", "IC-99"), 7, "NotFoundError"),
        (("checkpoint", "--passphrase-file", "none"), 4, "KeyFileError"),
        (("propose", "acquisition"), 2, "InputError"),
        (("nonsense",), 2, "InputError"),
    ],
)
def test_an_error_is_one_object_too(
    trading: Harbour, arguments: tuple[str, ...], code: int, title: str
) -> None:
    said = trading(*arguments, "--json")
    assert said.code == code
    assert said.err == ""
    assert (said.json["schema"], said.json["title"]) == ("custody.error/1", title)
    assert said.json["detail"]
    assert set(said.json) <= {"schema", "title", "code", "detail", "where", "hint"}


def test_a_rejection_is_an_object(working: Harbour) -> None:
    first, second = (
        working.sign(
            working.json(*PURCHASE, "--author", "aigerim", "--reference", "IC-1")["file"], "aigerim"
        )
        for _ in range(2)
    )
    working("submit", first).ok()
    said = working("submit", second, "--json")
    assert (said.code, said.json["schema"]) == (6, "custody.rejection/1")
    assert list(said.json) == ["schema", "event", "code", "detail", "hint"]


# -- completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    said = custody("completion", shell)
    assert said.code == 0
    assert "_CUSTODY_COMPLETE" in said.out


def test_the_script_completes_commands(tmp_path: Path) -> None:
    env = {"_CUSTODY_COMPLETE": "bash_complete", "COMP_WORDS": "custody ho", "COMP_CWORD": "1"}
    said = custody_process(at=tmp_path, env=env)
    assert said.out == "plain,holdings\n"


# -- start-up

HEAVY = (
    *("pydantic", "eventsourcing", "cryptography", "nacl", "sqlite3", "rich", "orjson", "socket"),
    *("ssl", "ledger.domain", "ledger.store", "ledger.service", "ledger.audit", "policies", "asyncio"),
)


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_starting_imports_nothing_heavy(argument: str, tmp_path: Path) -> None:
    """The budget of 150 ms is held by what is not imported; clocks differ."""
    program = (
        "import sys\n"
        "from ledger.cli.main import run\n"
        "code = run(sys.argv[1:])\n"
        "print(code, *sorted(set(sys.modules) & set(sys.stdin.read().split())))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, argument],
        cwd=tmp_path,
        env=environment(),
        input=" ".join(HEAVY),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "0"


def test_the_version_is_that_of_the_distribution() -> None:
    assert custody("--version").out == f"custody, version {__version__}\n"
