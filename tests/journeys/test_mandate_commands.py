"""`custody mandate` on a real workspace: books, adoption, questions, cases, and bad input."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from ledger.cli import wiring
from ledger.cli.commands.mandate_questions import shipped_scenarios
from ledger.kernel.instants import add_days
from policies.book import shipped_books
from tests.support.custody_program import PURCHASE, Harbour, Said, custody, purchase

if TYPE_CHECKING:
    from pathlib import Path

GOVERNORS = ("gulnara", "nurlan")
NAMED = ("--author", "gulnara", "--cosigner", "nurlan")
BOOK = """
book = "house-law"
title = "A law of the house"
version = "1"
status = "in_force"
source = "Tests"

[[rules]]
id = "H.ACT.1"
rule_type = "approval"
effect = "allow_only_if"
trigger = ["any_instruction", "any_fact", "any_registration"]
params = { initiator_roles = ["TreasuryOfficer", "CustodyOfficer"] }
origin = "policy"
citation = "House law 1"

[[rules]]
id = "H.SHARE.1"
rule_type = "cap_pct"
effect = "deny"
trigger = ["purchase"]
params = { pct = "0.05", comparison = "<=", base_funds = ["reserves"], base_unit = "USD" }
origin = "policy"
citation = "House law 2"

[[rules]]
id = "H.LIMIT.1"
rule_type = "cap_absolute"
effect = "deny"
trigger = ["purchase"]
params = { amount = "300000", unit = "USD", measure = "transaction_cost" }
origin = "policy"
citation = "House law 3"
text = "No purchase costs more than USD 300,000."

[[rules]]
id = "H.FLOW.1"
rule_type = "cap_absolute"
effect = "deny"
trigger = ["purchase"]
params = { amount = "9000000", unit = "USD", measure = "cumulative_purchase_cost", window = { kind = "rolling_days", days = 30 } }
origin = "policy"
citation = "House law 4"
"""  # noqa: E501 - a rule's parameters stand on one line
LINES = {name: BOOK[: BOOK.index(f'id = "{name}"')].count("\n") + 1 for name in (
    "H.ACT.1", "H.SHARE.1", "H.LIMIT.1", "H.FLOW.1")}  # fmt: skip


def written(harbour: Harbour, name: str = "law.toml", **changed: str) -> str:
    """The book in a file, with texts replaced: `old=new` by pairs under any names."""
    text = BOOK
    for pair in changed.values():
        old, _, new = pair.partition(" => ")
        assert old in text
        text = text.replace(old, new, 1)
    (harbour.root / name).write_text(text, encoding="utf-8")
    return name


def adopt(harbour: Harbour, *books: str, **options: str) -> tuple[dict[str, Any], list[str]]:
    """Draft an adoption; the draft, and the drafts of the books that the log lacks."""
    before = {*(harbour.root / "drafts").glob("*.json")}
    more = [part for name, value in options.items() for part in (f"--{name}", value)]
    draft = harbour.json("mandate", "adopt", *books, "--mandate", "next", "--version", "2",
                         *more, *NAMED)  # fmt: skip
    made = {*(harbour.root / "drafts").glob("*.json")} - before
    return draft, [str(one) for one in made if one.name != draft["file"].rpartition("/")[2]]


def govern(harbour: Harbour, *drafts: str) -> list[dict[str, Any]]:
    """Sign drafts by two governors and submit them."""
    signed = [harbour.sign(draft, *GOVERNORS) for draft in drafts]
    return [harbour.json("submit", one, "--accept-clock-jump") for one in signed]


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Let the clock of the command line stand that many days later, at noon."""
    day = add_days(wiring.now()[:10], days)
    monkeypatch.setattr(wiring, "now", lambda: f"{day}T12:00:00.000000Z")


# -- books --------------------------------------------------------------------------------------


def test_list_shows_what_ships_and_what_the_log_has(working: Harbour, tmp_path: Path) -> None:
    rows = custody("mandate", "list", "--json", at=tmp_path).ok().json["books"]
    assert [row["name"] for row in rows] == shipped_books()
    assert {row["where"] for row in rows} == {"ships"}
    here = working.json("mandate", "list")["books"]
    assert here[:-1] == rows
    assert (here[-1]["name"], here[-1]["position"]) == ("reference", 10)
    text = working("mandate", "list").ok().out
    assert text.count("\n") == len(here) + 2
    assert here[-1]["where"] in text
    nowhere = custody("mandate", "list", "--workspace", tmp_path / "none")
    assert nowhere.code == 7, "a workspace that was named must be there"


def test_show_says_every_rule_with_its_place_and_its_doubts(working: Harbour) -> None:
    said = working("mandate", "show", "brazil-resbit").ok().out
    assert said.startswith("Brazil: RESBit bill (PL 4501/2024), first version\n")
    assert said.count("[PL 4501/2024; bill, statute, secondary_source]") == 5
    assert "note: Due days are not stated. A bill, not law." in said
    assert "not published: " in working("mandate", "show", "kazakhstan-alem").ok().out
    value = working.json("mandate", "show", "brazil-resbit")["book"]
    assert value["book"] == "brazil-resbit"
    recorded = working.json("mandate", "list")["books"][-1]["where"]
    assert working.json("mandate", "show", recorded)["book"]["book"] == "reference"
    assert working("mandate", "show", "nothing-like-it").code == 7
    assert working("mandate", "show", "abcdef0123").code == 7


def test_check_names_offices_that_nobody_holds(working: Harbour, tmp_path: Path) -> None:
    plain = working("mandate", "check", written(working)).ok().out
    assert plain == "house-law 1: 4 rules can be executed\n"
    name = written(working, a='"TreasuryOfficer", "CustodyOfficer"] => "Mayor"]',
                   b="initiator_roles => roles_all_of")  # fmt: skip
    said = working("mandate", "check", name)
    assert said.code == 2
    place = f"law.toml: H.ACT.1, line {LINES['H.ACT.1']}"
    assert f"error: nobody holds the office Mayor (at {place})\n" in said.err
    alone = written(working, a='"TreasuryOfficer", "CustodyOfficer"] => "Mayor"]')
    assert "nobody holds the office Mayor" in working("mandate", "check", alone).err
    name = written(working, a='"TreasuryOfficer", "CustodyOfficer"] => "Mayor"]',
                   b="initiator_roles => roles_all_of")  # fmt: skip
    value = working("mandate", "check", name, "--json")
    assert value.code == 2
    assert value.json["unfilled"] == [{"rule": "H.ACT.1", "office": "Mayor", "where": place}]
    assert custody("mandate", "check", working.root / name, at=tmp_path).code == 0, "no fund here"


def test_diff_goes_down_to_the_member_that_changed(working: Harbour) -> None:
    first = written(working)
    second = written(working, "second.toml", a='"300000" => "400000"',
                     b='id = "H.FLOW.1" => id = "H.FLOW.2"')  # fmt: skip
    said = working("mandate", "diff", first, second).ok().out.splitlines()
    assert said == [
        "- H.FLOW.1: cap_absolute",
        "+ H.FLOW.2: cap_absolute",
        "~ H.LIMIT.1.params.amount: 300000 becomes 400000",
    ]
    assert working.json("mandate", "diff", first, second)["changes"] == said
    assert working("mandate", "diff", first, first).ok().out == "no rule differs\n"
    assert working("mandate", "diff", first, "none.toml").code == 7


# -- adoption -----------------------------------------------------------------------------------


def test_an_adoption_is_seen_before_it_governs(
    working: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, books = adopt(working, written(working), "reference")
    assert len(books) == 1, "the log has the book reference already"
    (book,) = govern(working, *books)
    alone = working.sign(draft["file"], "gulnara", "nurlan")
    assert working.json("submit", alone)["verdict"] == "effective"
    shown = working.json("mandate", "show")
    assert shown["in_force"]["mandate"] == "reference"
    (ahead,) = shown["ahead"]
    assert ahead["book_events"][0] == book["event"]
    assert ahead["changes"] == [
        "+ H.ACT.1: approval",
        "+ H.FLOW.1: cap_absolute",
        "+ H.LIMIT.1: No purchase costs more than USD 300,000.",
        "+ H.SHARE.1: cap_pct",
    ]
    said = working("mandate", "show").ok().out
    assert f"ahead: next from {ahead['effective_from']}\n  + H.ACT.1: approval\n" in said
    command = said.rpartition("custody ")[2].split()
    assert command[:2] == ["mandate", "what-if"]
    working(*command).ok()
    assert ahead["effective_from"] == add_days(working.json("holdings")["as_of"], 10)
    assert "REF.LIMIT.1" in working("mandate", "headroom").ok().out
    later(monkeypatch, 11)
    shown = working.json("mandate", "show")
    assert (shown["in_force"]["mandate"], shown["ahead"]) == ("next", [])
    assert [one["book"] for one in shown["in_force"]["books"]] == ["house-law", "reference"]
    rules = [one["rule"] for one in working.json("mandate", "headroom")["limits"]]
    assert rules[0] == "H.SHARE.1", "the mandate begins with its day, not with the next record"
    draft = working.json(*purchase("1", "300001 USD"), "--author", "aigerim")
    assert "H.LIMIT.1" in {finding["rule"] for finding in draft["findings"]}


def test_an_amendment_that_waits_is_seen_with_its_changes(working: Harbour) -> None:
    draft, books = adopt(working, written(working))
    govern(working, *books)
    pending = working.json("draft", "mandate.adopted", "--from", resigned(working, draft),
                           "--author", "gulnara")  # fmt: skip
    receipt = working.json("submit", working.sign(pending["file"], "gulnara"))
    assert receipt["verdict"] == "pending"
    (proposed,) = working.json("mandate", "show")["proposed"]
    assert proposed["event"] == receipt["event"]
    assert "+ H.LIMIT.1: No purchase costs more than USD 300,000." in proposed["changes"]
    assert any(change.startswith("- REF.LIMIT.1: ") for change in proposed["changes"])
    said = working("mandate", "show").ok().out
    assert f"proposed: next from {proposed['effective_from']}\n" in said
    assert "\nahead:" not in said


def resigned(harbour: Harbour, draft: dict[str, Any]) -> str:
    """A file of the members of an adoption, for a draft that one governor signs."""
    members = json.loads((harbour.root / draft["file"]).read_bytes())
    lines = [f"{name} = {members[name]!r}" for name in ("mandate", "version", "effective_from")]
    lines.append(f"books = {members['books']!r}")
    (harbour.root / "again.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "again.toml"


def test_a_bill_is_adopted_only_with_a_reason(working: Harbour) -> None:
    plain, books = adopt(working, "brazil-resbit")
    govern(working, *books)
    (refused,) = [working("submit", working.sign(plain["file"], *GOVERNORS), "--json")]
    assert refused.code == 5
    assert [one["rule"] for one in refused.json["findings"]] == ["book_not_in_force"]
    reasoned, none = adopt(working, "brazil-resbit", override="A trial that parliament asked for")
    assert none == [], "the book is in the log by now"
    assert govern(working, reasoned["file"])[0]["verdict"] == "effective"


# -- how the mandate stands -----------------------------------------------------------------------


def test_headroom_shrinks_by_a_proposal_and_says_what_is_unknown(working: Harbour) -> None:
    adopt_now(working)
    before = limits(working)
    assert before["H.SHARE.1"]["limit"] == before["H.SHARE.1"]["left"] == "unknown"
    assert (before["H.LIMIT.1"]["limit"], before["H.LIMIT.1"]["left"]) == ("300000", "")
    said = working("mandate", "headroom").ok().out
    shares = [line for line in said.splitlines() if line.startswith("H.SHARE.1")]
    assert [line.split()[:4] for line in shares] == [
        ["H.SHARE.1", "cost", "USD", "unknown"],
        ["H.SHARE.1", "market_value", "USD", "unknown"],
    ], "not zero, and no failure"
    (single,) = [line for line in said.splitlines() if line.startswith("H.LIMIT.1")]
    assert re.search(r"USD +300,000 +each transaction\s*\Z", single), "nothing of it is used up"
    observed(working)
    assert limits(working)["H.SHARE.1"]["limit"] == "50000000"
    draft = working.json(*purchase("1", "250000 USD"), "--author", "aigerim")["file"]
    held = limits(working, "--after", draft)
    assert limits(working)["H.FLOW.1"] == before["H.FLOW.1"], "a draft is nothing yet"
    working.json("submit", working.sign(draft, "aigerim"))
    after = limits(working)
    assert after == held
    assert (after["H.FLOW.1"]["reserved"], after["H.FLOW.1"]["left"]) == ("250000", "8750000")
    assert after["H.SHARE.1"]["left"] == "49750000"


def adopt_now(harbour: Harbour) -> None:
    """Put the house law in place of `reference`, and let its notice pass by a new charter."""
    charter = {"governance_offices": ["Governor"], "quorum": 2, "notice_days": 0,
               "max_backdating_days": 30, "utc_offset_minutes": 300}  # fmt: skip
    harbour.register("charter.amended", charter=charter)
    draft, books = adopt(harbour, written(harbour))
    govern(harbour, *books, draft["file"])


def observed(harbour: Harbour, value: str = "1000000000") -> None:
    day = harbour.json("holdings")["as_of"]
    harbour.register("observation.recorded", by=("aigerim",), measure="base", subject="reserves",
                     value=value, unit="USD", observed_on=day, source="A ministry")  # fmt: skip


def limits(harbour: Harbour, *more: object) -> dict[str, dict[str, Any]]:
    return {one["rule"]: one for one in harbour.json("mandate", "headroom", *more)["limits"]}


def test_under_every_book_that_ships_one_can_ask_how_it_stands(trading: Harbour) -> None:
    adopt_now(trading)
    for name in shipped_books():
        draft, books = adopt(trading, name, override="A trial")
        assert [one["verdict"] for one in govern(trading, *books, draft["file"])][-1] == "effective"
        for command in ("show", "headroom", "obligations", "monitor"):
            plain = trading("mandate", command)
            assert (plain.code, plain.err) == (0, ""), (name, command, plain)
            assert trading.json("mandate", command)["schema"].startswith("custody.")
        inside = trading.json("mandate", "show")["in_force"]["books"]
        assert len(inside) == 1
        assert name.startswith(inside[0]["book"])


def test_obligations_are_asked_for_in_days(working: Harbour) -> None:
    assert working.json("mandate", "obligations")["obligations"] == []
    for bad in ("soon", "-1d", "9999999d", "1.5d", "d"):
        said = working("mandate", "obligations", "--within", bad)
        assert (said.code, "is not a number of days" in said.err) == (2, True), bad
    assert working("mandate", "obligations", "--on", "2026-02-30").code == 2


def test_monitor_says_what_is_old_and_what_is_where(trading: Harbour) -> None:
    said = trading("mandate", "monitor").ok().out
    assert "stale price     BTC: no price" in said
    day = trading.json("holdings")["as_of"]
    trading.register("price.observed", by=("aigerim",), asset="BTC", price="50000",
                     currency="USD", source="A source", market="A market",
                     observed_at=f"{add_days(day, -1)}T00:00:00.000000Z")  # fmt: skip
    value = trading.json("mandate", "monitor")
    assert value["stale_prices"] == []
    found = {(one["by"], one["name"]): (one["value"], one["share"])
             for one in value["concentration"]}  # fmt: skip
    assert found["asset", "BTC"] == ("500000", "1")
    assert "500,000" in trading("mandate", "monitor").ok().out
    old = trading.json("mandate", "monitor", "--on", add_days(day, 9))["stale_prices"]
    assert [(one["asset"], one["age"]) for one in old] == [("BTC", "10")]
    moved = trading.do("propose", "transfer", "--asset", "BTC", "--units", "2", "--from-account",
                       "vault-1", "--to-account", "vault-2", by=("aigerim",))  # fmt: skip
    trading.do("approve", moved["event"][:12], "--author", "daniyar", by=("daniyar",))
    trading.do("release", moved["event"][:12], "--author", "bolat", by=("bolat",))
    (under_way,) = trading.json("mandate", "monitor", "--on", add_days(day, 3))["in_transit"]
    assert under_way == {"event": moved["event"], "asset": "BTC", "units": "2", "days": "3"}


# -- decisions taken apart ------------------------------------------------------------------------


def test_explain_names_what_denied_what_is_asked_and_what_was_kept(working: Harbour) -> None:
    asked = working.do(*PURCHASE, by=("aigerim",))
    denied = working.act(*purchase("1", "1600000000 USD"), by=("aigerim",))
    value = working.json("mandate", "explain", asked["event"][:12])
    assert (value["recorded"], value["verdict"]) == ("pending", "needs_approval")
    assert value["asked"] == [
        {
            "rule": "REF.APPR.1",
            "offices": ["ChiefInvestmentOfficer", "RiskOfficer"],
            "needed": 1,
            "counted": 0,
        }
    ]
    assert "REF.LIMIT.1" in {one["rule"] for one in value["kept"]}
    value = working.json("mandate", "explain", denied.json["event"][:12])
    assert (value["recorded"], value["verdict"]) == ("refused", "deny")
    assert [one["rule"] for one in value["denied"]] == ["REF.LIMIT.1"]
    said = working("mandate", "explain", str(denied.json["position"])).ok().out
    assert re.search(r"^  deny +REF\.LIMIT\.1 .*found 1600000000 USD", said, re.MULTILINE)
    assert re.search(r"^  kept +REF\.INIT\.1 ", said, re.MULTILINE)
    assert working("mandate", "explain", "99").code == 7
    assert working("mandate", "explain", "1").ok().out.startswith("position 1, fund.constituted")


def test_explain_says_what_a_kept_rule_rests_on(working: Harbour) -> None:
    adopt_now(working)
    observed(working)
    bought = working.do(*purchase("1", "250000 USD"), by=("aigerim",))
    position = bought["position"] - 1
    value = working.json("mandate", "explain", bought["event"][:12])
    (share,) = [one for one in value["kept"] if one["rule"] == "H.SHARE.1"]
    day = working.json("holdings")["as_of"]
    assert share["inputs"] == [f"base reserves of {day} (position {position})"]
    assert share["inputs"][0] in working("mandate", "explain", bought["event"][:12]).ok().out
    observed(working, "1")
    again = working.json("mandate", "explain", bought["event"][:12])
    assert again == value, "what was recorded later changes no old decision"


def test_what_if_asks_of_days_and_changes_nothing(trading: Harbour) -> None:
    day = trading.json("holdings")["as_of"]
    before = (trading.root / "ledger.db").read_bytes()
    name = written(trading)
    value = trading.json("mandate", "what-if", name)
    assert value["events"] == 2
    (one,) = value["differences"]
    assert (one["kind"], one["was"], one["would_be"]) == (
        "acquisition.proposed.v1", "effective", "refused")  # fmt: skip
    assert {found["rule"] for found in one["findings"]} == {"H.SHARE.1", "H.LIMIT.1"}
    said = trading("mandate", "what-if", name).ok().out
    assert said.startswith("2 events asked about, 1 would have been decided otherwise\n")
    assert f"position {one['position']}  {day}  acquisition.proposed.v1 by aigerim" in said
    assert trading.json("mandate", "what-if", name, "--from", day, "--to", day)["events"] == 2
    tomorrow = ("--from", add_days(day, 1))
    assert trading.json("mandate", "what-if", name, *tomorrow)["events"] == 0
    assert trading.json("mandate", "what-if", name, "--to", add_days(day, -1))["events"] == 0
    assert trading("mandate", "what-if", name, "--from", "yesterday").code == 2
    assert (trading.root / "ledger.db").read_bytes() == before


# -- cases --------------------------------------------------------------------------------------

CASES = """
title = "Two cases"
source = "Tests"

[[scenarios]]
id = "T-1"
text = "A purchase that the house rule allows."
day = "2026-03-01"
ask = { kind = "acquisition.proposed", by = "Clerk", asset = "BTC", units = "1", max_consideration = "1 USD" }
expect = { verdict = "allow" }

[[scenarios]]
id = "T-2"
text = "The same without the house rule."
house = false
day = "2026-03-01"
ask = { kind = "acquisition.proposed", by = "Clerk", asset = "BTC", units = "1", max_consideration = "1 USD" }
expect = { verdict = "deny", denied = ["DESIGN.AUTHORITY.1"] }
"""  # noqa: E501 - an event stands on one line


def test_every_scenario_that_ships_passes_through_this_door(tmp_path: Path) -> None:
    said = custody("mandate", "test", "--shipped", "--json", at=tmp_path).ok()
    lines = said.lines
    assert {line["file"] for line in lines} == {name for name, _ in shipped_scenarios()}
    assert [line["id"] for line in lines if not line["passed"]] == []
    assert len(lines) == sum(data.count(b"[[scenarios]]") for _, data in shipped_scenarios())


def test_a_case_that_differs_is_told_and_ends_with_3(tmp_path: Path) -> None:
    file = tmp_path / "cases.toml"
    file.write_text(CASES, encoding="utf-8")
    said = custody("mandate", "test", file, at=tmp_path).ok()
    assert said.out == "2 scenarios, 2 as expected, 0 not\n"
    assert custody("mandate", "test", file, "--all").ok().out.count("as expected  T-") == 2
    file.write_text(CASES.replace('"allow" }', '"deny", denied = ["X.1"] }'), encoding="utf-8")
    said = custody("mandate", "test", file, at=tmp_path)
    assert said.code == 3
    assert said.out.splitlines()[1:] == [
        "    verdict allow, expected deny",
        "    denied: X.1 is missing",
        "2 scenarios, 1 as expected, 1 not",
    ]
    lines = custody("mandate", "test", file, "--json", at=tmp_path)
    assert lines.code == 3
    assert [(one["id"], one["passed"], one["verdict"]) for one in lines.lines] == [
        ("T-1", False, "allow"),
        ("T-2", True, "deny"),
    ]
    assert custody("mandate", "test", at=tmp_path).code == 2
    assert custody("mandate", "test", "none.toml", at=tmp_path).code == 7


# -- bad input ----------------------------------------------------------------------------------

BAD = {
    "an unknown rule type": ('rule_type = "cap_pct" => rule_type = "cap_lunar"', 8, "H.SHARE.1",
                             "unknown rule type cap_lunar"),
    "an unknown trigger": ('trigger = ["purchase"] => trigger = ["purchases"]', 8, "H.SHARE.1",
                           "unknown trigger purchases"),
    "a mistyped parameter": ("amount = => amuont =", 2, "H.LIMIT.1", "unknown field"),
    "an impossible window": ("days = 30 => days = 0", 2, "H.FLOW.1",
                             "Input should be greater than or equal to 1"),
    "days of a calendar month": ('"rolling_days" => "calendar_month"', 2, "H.FLOW.1",
                                 "days belong to a rolling window, and to no other"),
    "two rules with one id": ('"H.FLOW.1" => "H.LIMIT.1"', 2, "H.FLOW.1",
                              "two rules have one id"),
    "a share without a base": ('base_funds = ["reserves"],  => ', 2, "H.SHARE.1",
                               "a share needs a base"),
    "an amount that is a number": ('"300000" => 300000', 2, "H.LIMIT.1",
                                   "Input should be a valid string"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_book_is_told_with_line_rule_and_reason(name: str, working: Harbour) -> None:
    change, code, rule, reason = BAD[name]
    file = written(working, a=change)
    named = "H.LIMIT.1" if name == "two rules with one id" else rule
    for command in (
        ("mandate", "check", file),
        ("mandate", "show", file),
        ("mandate", "diff", "reference", file),
        ("mandate", "what-if", file),
        ("mandate", "adopt", file, "--mandate", "m", "--version", "1", *NAMED),
    ):
        said = working(*command)
        assert said.code == code, (command, said)
        assert said.out == ""
        assert said.err.startswith(f"error: {reason}"), said.err
        assert f"law.toml: {named}" in said.err
        assert f", line {LINES[rule]})" in said.err
        assert told_without_traceback(said)
    told = working("mandate", "check", file, "--json")
    assert (told.code, told.json["schema"]) == (code, "custody.error/1")
    assert told.json["where"].endswith(f", line {LINES[rule]}")


def told_without_traceback(said: Said) -> bool:
    return "Traceback" not in said.err and "Error(" not in said.err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 2),
        ("book = ", 2),
        ("[[rules]\n", 2),
        ('book = "x"\nrules = "none"\n', 2),
        ("a.b.c = 1\n" * 10, 2),
        ("\x00", 2),
        ("x" * 200_000, 2),
    ],
)
def test_what_is_no_book_is_an_error_and_no_traceback(
    text: str, code: int, working: Harbour
) -> None:
    (working.root / "bad.toml").write_text(text, encoding="utf-8")
    for command in (("check", "bad.toml"), ("what-if", "bad.toml"), ("test", "bad.toml")):
        said = working("mandate", *command)
        assert said.code == code, (command, said)
        assert said.err.startswith("error: ")
        assert told_without_traceback(said)


def test_a_rule_that_has_no_id_is_named_by_its_line(working: Harbour) -> None:
    said = working("mandate", "check", written(working, a='id = "H.LIMIT.1"\n => '))
    assert said.code == 2
    assert f"rules.2.id, rule that begins on line {LINES['H.LIMIT.1'] - 1})" in said.err
    odd = written(
        working, a="id = \"H.LIMIT.1\" =>   id  =  'H.LIMIT.1' # odd", b="amount = => a ="
    )
    assert f"line {LINES['H.LIMIT.1']})" in working("mandate", "check", odd).err
