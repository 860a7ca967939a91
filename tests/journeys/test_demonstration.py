"""The demonstration: two funds in one command, sealed, audited, held against what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.cli import wiring
from ledger.cli.commands import demo
from tests.support.custody_program import Said, cheap_keys, custody, plain

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """The demonstration as a person sees it, built once."""
    folder = tmp_path_factory.mktemp("demonstration")
    with cheap_keys():
        said = custody("demo", "--into", "here", at=folder)
    return folder / "here", said


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first scene, for what is about folders and not about figures."""
    monkeypatch.setattr(demo, "SCENES", demo.SCENES[:1])


def test_it_ends_well_and_says_each_step(shown: tuple[Path, Said]) -> None:
    _, said = shown
    assert said.code == 0
    lines = plain(said.err).splitlines()
    assert lines[0] == "demo/el-salvador: Demonstration after El Salvador, 2021 to 2022"
    for part in (
        "  constituted with 8 officers; reference mandate in force (position 11)",
        "  10 purchases proposed, cosigned and settled (position 31)",
        "  imported again: 10 rows recorded before, nothing changed",
        "  19 purchases proposed, cosigned and settled (position 49)",
        "  sealed and audited: 44 records, valid",
        "  sealed and audited: 58 records, valid",
    ):
        assert part in lines
    refused = [line for line in lines if "refused at position" in line]
    assert len(refused) == 4
    assert "REF.LIMIT.1" in refused[0]


@pytest.mark.parametrize(
    "line",
    [
        "BTC vault-1 2,331 0 0 0",
        "BTC 2,381 104,613,860 USD",
        "2022-06-30 units 2,381 2,381 0 BTC running total of the source",
        "2022-06-30 cost 103,900,000 104,613,860 +713,860 USD total as the source prints it",
        "2026-02-15 units 7,565 2,381 -5,184 BTC later",
        "BTC 124,392 3,751,589,470 USD",
        "2021-12-29 units 124,391 124,392 +1 BTC filing",
        "audit of here/el-salvador/bundle.evidence.zip: valid, 44 records",
        "audit of here/strategy/bundle.evidence.zip: valid, 58 records",
        "Digital assets 63,154,150.00",
        "8 lines add up to the figure; the signed events:",
        "Impairment loss -9,567,860.00",
    ],
)
def test_it_shows_what_ties_and_what_does_not(shown: tuple[Path, Said], line: str) -> None:
    assert line in [" ".join(shown_line.split()) for shown_line in shown[1].out.splitlines()]


def test_it_replays_the_quarters_that_were_reported(shown: tuple[Path, Said]) -> None:
    told = [" ".join(line.split()) for line in shown[1].out.splitlines()]
    purchases, impairment = "425,000,000.00 425,000,000.00", "44,241,918.60 44,242,000.00"
    assert f"2020Q3 {purchases} {impairment} 380,758,081.40 380,758,000.00" in told


def test_what_it_tells_to_try_next_works(shown: tuple[Path, Said], tmp_path: Path) -> None:
    root, said = shown
    told = [line.split() for line in said.out.splitlines() if line.startswith("  custody ")]
    assert len(told) == 7
    for _, *command in told:
        moved = [part if part != "receipt.tlog-proof" else str(tmp_path / part) for part in command]
        custody(*moved, at=root.parent).ok()


def test_its_files_lie_where_it_says(shown: tuple[Path, Said]) -> None:
    root, _ = shown
    for name in ("el-salvador", "strategy"):
        there = {entry.name for entry in (root / name).iterdir()}
        assert {"bundle", "bundle.evidence.zip", "checkpoint", "custody.toml", "trust"} <= there
        assert (root / name / "keys").stat().st_mode & 0o777 == 0o700
        assert (root / name / "keys" / "passphrase").stat().st_mode & 0o777 == 0o600
        for path in (root / name / "keys").glob("*.key"):
            assert path.stat().st_mode & 0o777 == 0o600


def test_a_store_of_it_stays_a_working_fund(shown: tuple[Path, Said], tmp_path: Path) -> None:
    root, _ = shown
    fund = root / "el-salvador"
    secret = ("--passphrase-file", fund / "keys" / "passphrase")
    draft = (
        custody(
            *("propose", "acquisition", "--asset", "BTC", "--units", "1", "--max", "40000 USD"),
            *("--counterparty", "open-market", "--account", "vault-1", "--author", "investment-1"),
            *("--workspace", fund, "--out", tmp_path / "d.draft.json", "--json"),
        )
        .ok()
        .json["file"]
    )
    key = fund / "keys" / "investment-1.key"
    signed = custody("sign", draft, "--key", key, *secret, "--yes", "--json").ok().json["file"]
    receipt = custody("submit", signed, "--workspace", fund, "--dry-run", "--json").ok().json
    assert receipt["verdict"] == "pending"


@pytest.mark.usefixtures("small")
def test_as_json_it_is_one_object(tmp_path: Path) -> None:
    value: Any = custody("demo", "--into", tmp_path / "here", "--json").ok().json
    (fund,) = value["funds"]
    assert value["schema"] == "custody.demo/1"
    assert fund["audit"] == {"verdict": "valid", "records": 44, "findings": []}
    assert fund["totals"] == [
        {"asset": "BTC", "units": "2381", "consideration": {"USD": "104613860"}}
    ]
    assert {
        entry["difference"] for entry in fund["published"] if entry["note"].startswith("running")
    } == {"0"}


@pytest.mark.usefixtures("small")
def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for more in ([], ["--replace"]):
        said = custody("demo", "--into", tmp_path, *more)
        assert said.code == 2
        assert said.err.startswith("error: the folder is not empty (at ")
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("small")
def test_replace_takes_a_demonstration_away_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "here"
    first = custody("demo", "--into", root, "--json").ok().json["funds"][0]
    refused = custody("demo", "--into", root)
    assert refused.code == 2
    assert "add --replace for a demonstration that is there" in refused.err
    (root / "mine.txt").write_text("mine", encoding="utf-8")
    assert custody("demo", "--into", root, "--replace").code == 2
    assert (root / "el-salvador" / "ledger.db").exists()
    (root / "mine.txt").unlink()
    again = custody("demo", "--into", root, "--replace", "--json").ok().json["funds"][0]
    assert again["totals"] == first["totals"]


@pytest.mark.usefixtures("small")
def test_a_folder_of_the_same_name_that_is_no_demonstration_is_kept(tmp_path: Path) -> None:
    (tmp_path / "el-salvador").mkdir()
    (tmp_path / "el-salvador" / "holiday.txt").write_text("mine", encoding="utf-8")
    assert custody("demo", "--into", tmp_path, "--replace").code == 2
    assert (tmp_path / "el-salvador" / "holiday.txt").exists()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "moment",
    ["2026-12-31T23:59:59.000000Z", "2027-01-01T00:00:00.000000Z", "2028-02-29T12:00:00.000000Z"],
)
def test_it_works_on_every_day_of_the_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(wiring, "now", lambda: moment)
    value = custody("demo", "--into", tmp_path / "here", "--json").ok().json
    assert value["funds"][0]["audit"]["verdict"] == "valid"


@pytest.mark.parametrize(
    ("codes", "worst"),
    [((0, 0), 0), ((0, 8), 8), ((8, 3), 3), ((3, 8), 3), ((0, 3), 3), ((8, 0), 8)],
)
def test_proven_bad_wins_over_undecidable(codes: tuple[int, int], worst: int) -> None:
    assert demo._worse(*codes) == worst


def test_the_demonstrations_are_listed() -> None:
    said = custody("demo", "--list").ok()
    assert [line.split()[0] for line in said.out.splitlines()] == list(demo.SCENARIOS)
    assert len(custody("demo", "--list", "--json").ok().json["scenarios"]) == 3


REGIMES = {
    "ALEM": "needs_approval",
    "ALEM-APPROVED": "allow",
    "NBK": "deny",
    "NH": "allow",
    "TX-BEFORE": "deny",
    "TX-AFTER": "allow",
    "US-SBR": "deny",
    "US-STOCKPILE": "deny",
    "SV": "allow",
    "SV-IMF": "deny",
    "SV-ALL-WAYS": "no_lawful_option",
}


def test_one_instruction_has_another_answer_in_each_regime() -> None:
    cases = custody("demo", "--scenario", "regimes", "--json").ok().json["cases"]
    assert {case["id"]: case["verdict"] for case in cases} == REGIMES
    assert all(case["as_documented"] and case["why"] for case in cases)
    said = custody("demo", "--scenario", "regimes").ok()
    for words in ("NO LAWFUL OPTION", "SV.DCA.1, SV.IMF.1.a", "731 days", "489849521203.83 USD"):
        assert words in said.out


def test_the_alem_fund_lives_its_story_and_is_audited(tmp_path: Path) -> None:
    said = custody("demo", "--scenario", "alem", "--into", tmp_path / "demo").ok()
    story = said.out
    for words in (
        "expected 1 of Founder",
        "KZ.ALEM.LIM.1), which is neither zero nor unlimited",
        "1,188,000 of 5,000,000 USD, 3,812,000 left",
        "~ OWN.CAP.1.params.amount: 5000000 becomes 1000000",
        "2 would have been decided otherwise",
        "notice_too_short",
        "1 of 2 so far",
        "records, valid.",
    ):
        assert words in story
    holdings = custody("holdings", "--workspace", tmp_path / "demo" / "alem", "--json").ok().json
    units = {row["account"]: row["units"] for row in holdings["holdings"]}
    assert units == {"vault-1": "899.499979", "vault-2": "300.5"}
    shown = custody("mandate", "show", "--workspace", tmp_path / "demo" / "alem").ok().out
    assert "ahead: alem from" in shown
    assert "+ OWN.DEST.1" in shown
    assert custody("demo", "--scenario", "alem", "--into", tmp_path / "x", "--json").code == 2
