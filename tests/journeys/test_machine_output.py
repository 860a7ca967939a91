"""What machines read: one object or lines with a schema, amounts as text, and completion."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from ledger import __version__
from ledger.cli.history import COLUMNS
from ledger.cli.main import COMMANDS, cli
from ledger.cli.observations import COLUMNS as OBSERVED
from tests.support.books_journey import adopt_policy
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


class Story:
    """A fund's life in which every command is asked to speak to machines."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.fund = template("trading").copy(root / "harbour")
        self.secret = ("--passphrase-file", self.fund.passphrase)
        self.found: dict[str, Any] = {}

    def told(self, name: str, *arguments: object) -> Any:
        """The first JSON line of a command, kept under its name."""
        said = self.fund(*name.split(), *arguments, "--json").ok()
        self.found[name] = said.lines[0]
        return self.found[name]

    def signed(self, name: str, *arguments: object, by: str) -> None:
        """A draft by one officer, signed and submitted."""
        draft = self.told(name, *arguments, "--author", by)
        self.told("submit", self.fund.sign(draft["file"], by))

    def begins(self) -> None:
        new, possession = self.root / "new.key", ("--fund", "test/harbour", "--officer", "bolat")
        self.told("init", "test/other", "--workspace", self.root / "other", *self.secret)
        self.told("key new", new, *self.secret)
        self.told("key show", new)
        self.told("key possession", new, *possession, *self.secret)
        self.told("fund constitute", "--from", "constitution.toml", "--author", "gulnara")
        self.told("kinds")
        source = self.fund.root / "f.json"
        source.write_text('{"account": "vault-2", "reason": "An inquiry"}', encoding="utf-8")
        self.told("draft", "account.frozen", "--from", source, "--author", "bolat")

    def buys(self) -> None:
        named = ("--author", "aigerim", "--reference", "IC-1")
        draft = self.told("propose acquisition", *PURCHASE[2:], *named)["file"]
        signed = self.told("sign", draft, *self.fund.with_key("aigerim"), "--yes")["file"]
        self.told("submit", signed)
        cosigner = self.fund.with_key("bolat")
        self.told("cosign", signed, *cosigner, "--yes", "--out", "c.json")
        self.told("approvals")
        self.signed("approve", "IC-1", by="daniyar")
        self.signed("settle", "IC-1", "--consideration", "400000 USD", by="bolat")

    def moves(self) -> None:
        asset = ("--asset", "BTC", "--units", "1")
        between = ("--from-account", "vault-1", "--to-account", "vault-2", "--reference", "T-1")
        self.signed("propose transfer", *asset, *between, by="aigerim")
        self.signed("approve", "T-1", by="marat")
        self.signed("release", "T-1", by="bolat")
        self.signed("fail", "T-1", "--because", "It came back", by="bolat")
        sold = ("--counterparty", "open-market", "--account", "vault-1", "--min", "1 USD")
        self.told("propose disposal", *asset, *sold, "--author", "aigerim")
        mined = ("--account", "vault-1", "--source", "mining")
        self.told("propose receipt", *asset, *mined, "--author", "bolat")

    def answers(self) -> None:
        for name in ("IC-2", "IC-3"):
            self.fund.do(*purchase("1", "1 USD", "--reference", name), by=("aigerim",))
        self.signed("refuse", "IC-2", "--because", "No", by="marat")
        self.signed("withdraw", "IC-3", "--because", "No", by="aigerim")
        history = self.fund.root / "h.csv"
        history.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
        self.told("import", history, "--author", self.fund.key("aigerim"), *self.secret)

    def is_read(self) -> None:
        self.told("holdings")
        self.told("events")
        self.told("show", "IC-1")
        self.told("checkpoint", *self.secret)
        self.told("prove", "3", "--out", self.root / "p")
        self.told("bundle export", self.root / "q", "--zip")
        self.told("audit", self.root / "q", "--trust", "trust")
        self.told("doctor")
        self._of_the_mandate()
        self._of_the_books()
        self.found["demo"] = {"schema": "custody.demo/1"}  # test_demonstration.py reads it

    def _of_the_books(self) -> None:
        day = self.told("holdings")["as_of"]
        year = day[:4]
        adopt_policy(self.fund, effective_from=f"{year}-01-01")
        seen = self.fund.register(
            "price.observed", by=("bolat",), asset="BTC", currency="USD", price="41000",
            observed_at=f"{day}T00:00:00.000000Z", source="A", market="A",
        )  # fmt: skip
        self.fund.register(
            "valuation.adopted", by=("aigerim", "daniyar", "marat"), asset="BTC", currency="USD",
            fair_value="41000", level="1", method="Last", prices=[seen["event"]],
        )  # fmt: skip
        of = ("--period", year)
        self.told("journal")
        self.told("trial-balance")
        self.told("lots", "BTC")
        shown = self.told("statement show", *of)
        self.told("statement diff", *of, "--from", shown["known_at"])
        self.told("trace", "position.digital_assets", *of)
        self.told("chart", "value")
        self.told("period close", str(int(year) - 1), "--author", "aigerim")
        cases = Path(__file__).parents[2] / "policies" / "accounting_cases"
        self.told("accounting check", cases / "el_salvador_2021_2022.json")

    def _of_the_mandate(self) -> None:
        self.told("mandate list")
        self.told("mandate show")
        self.told("mandate check", "indonesia")
        self.told("mandate diff", "brazil-resbit", "brazil-resbit-2026")
        self.told("mandate headroom")
        self.told("mandate obligations", "--within", "30d")
        self.told("mandate monitor")
        self.told("mandate explain", "IC-1")
        self.told("mandate what-if", "new-hampshire-hb302")
        named = ("--mandate", "next", "--version", "2", "--author", "gulnara", "--cosigner")
        self.told("mandate adopt", "new-hampshire-hb302", *named, "saule")
        day = self.told("holdings")["as_of"]
        stated = self.fund.root / "s.csv"
        stated.write_text(f"account,asset,units,as_of\nvault-2,BTC,0,{day}\n", encoding="utf-8")
        self.told("reconcile", stated)
        self.told("freeze", "vault-2", "--because", "A doubt", "--author", "gulnara")
        self.told("exceptions")
        seen = self.fund.root / "o.csv"
        seen.write_text(",".join(OBSERVED) + "\n", encoding="utf-8")
        key = ("--author", self.fund.key("aigerim"), *self.secret)
        self.told("import-observations", seen, *key)
        self.told("stress")
        brazil = Path(__file__).parents[2] / "policies" / "scenarios" / "brazil.toml"
        self.told("mandate test", brazil)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The first JSON line of every command, in the course of one fund's life."""
    life = Story(tmp_path_factory.mktemp("machine"))
    life.begins()
    life.buys()
    life.moves()
    life.answers()
    life.is_read()
    return life.found


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
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
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
        *(
            "schema",
            "event",
            "position",
            "recorded_at",
            "repeated",
            "verdict",
            "findings",
            "effects",
        ),
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
    *(
        "ssl",
        "ledger.domain",
        "ledger.store",
        "ledger.service",
        "ledger.audit",
        "policies",
        "asyncio",
    ),
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
