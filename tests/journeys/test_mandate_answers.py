"""What people read of the mandate is what machines read: figures, rules, citations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.kernel.instants import add_days
from policies.book import shipped_book, shipped_books
from tests.support.custody_program import ROOT, Harbour, custody, purchase

if TYPE_CHECKING:
    from pathlib import Path

BRAZIL = ROOT / "policies" / "scenarios" / "brazil.toml"
TOO_MUCH = purchase("1", "9999999999 USD", "--reference", "BIG")
NEXT = ("--mandate", "next", "--version", "2", "--author", "gulnara", "--cosigner", "nurlan")


def words(text: str) -> list[list[str]]:
    """Every line as its words."""
    return [line.split() for line in text.splitlines()]


def test_books_that_ship_are_listed_without_a_workspace(tmp_path: Path) -> None:
    said = custody("mandate", "list", at=tmp_path).ok()
    rows = custody("mandate", "list", "--json", at=tmp_path).ok().json["books"]
    assert [row["name"] for row in rows] == list(shipped_books())
    for row, shown in zip(rows, words(said.out)[2:], strict=True):
        assert row["rules"] == len(shipped_book(row["name"])["rules"])
        assert shown[:3] == [row["name"], row["version"], row["status"]]
        assert str(row["rules"]) in shown


def test_a_book_is_shown_with_every_rule_and_citation(tmp_path: Path) -> None:
    name = "texas-strategic-bitcoin-reserve"
    shown = custody("mandate", "show", name, at=tmp_path).ok().out
    told = custody("mandate", "show", name, "--json", at=tmp_path).ok().json
    assert (told["name"], told["book"]) == (name, shipped_book(name))
    for rule in told["book"]["rules"]:
        assert f"\n{rule['id']}  {rule['rule_type']}  {rule['effect']}  on " in shown
        assert f"[{rule['citation']}; " in shown


def test_a_bill_is_checked_with_what_it_lacks(tmp_path: Path) -> None:
    said = custody("mandate", "check", "brazil-resbit", at=tmp_path).ok()
    told = custody("mandate", "check", "brazil-resbit", "--json", at=tmp_path).ok().json
    assert "its status is bill: it is adopted only with a stated override" in said.out
    (finding,) = told["findings"]
    assert (told["rules"], finding["rule"]) == (5, "DESIGN.STATUS.1")
    for member in ("rule", "found", "citation"):
        assert finding[member] in said.out


def test_two_books_differ_in_the_same_lines(tmp_path: Path) -> None:
    pair = ("brazil-resbit", "brazil-resbit-2026")
    lines = custody("mandate", "diff", *pair, at=tmp_path).ok().out.splitlines()
    told = custody("mandate", "diff", *pair, "--json", at=tmp_path).ok().json
    assert (told["first"], told["second"], told["changes"]) == (*pair, lines)
    gone = {f"- {rule['id']}" for rule in shipped_book(pair[0])["rules"]}
    new = {f"+ {rule['id']}" for rule in shipped_book(pair[1])["rules"]}
    assert {line.partition(":")[0] for line in lines} == gone | new


def test_an_adoption_too_early_says_from_when_it_can_be(working: Harbour) -> None:
    early = ("mandate", "adopt", "reference", *NEXT, "--effective-from", "2026-01-01")
    first = add_days(working.json("holdings")["as_of"], 10)
    (found,) = [
        one for one in working.json(*early)["findings"] if one["rule"] == "notice_too_short"
    ]
    assert (found["expected"], found["found"]) == (f"not before {first}", "2026-01-01")
    assert f"expected {found['expected']}; found {found['found']}" in working(*early).ok().out


def test_a_mandate_ahead_is_told_with_its_changes(working: Harbour) -> None:
    draft = working.json("mandate", "adopt", "reference", *NEXT)
    told = working.json("submit", working.sign(draft["file"], "gulnara", "nurlan"))
    assert told["verdict"] == "effective"
    (ahead,) = working.json("mandate", "show")["ahead"]
    first = add_days(working.json("holdings")["as_of"], 10)
    assert (ahead["mandate"], ahead["effective_from"], ahead["changes"]) == ("next", first, [])
    shown = working("mandate", "show").ok().out
    assert f"ahead: next from {first}" in shown
    book = ahead["book_events"][0][:12]
    assert f"custody mandate what-if {book}" in shown
    assert working.json("mandate", "what-if", book)["differences"] == []


def test_limits_are_the_same_figures(trading: Harbour) -> None:
    rows = {row["rule"]: row for row in trading.json("mandate", "headroom")["limits"]}
    lines = {line[0]: line for line in words(trading("mandate", "headroom").ok().out) if line}
    assert [rows["REF.LIMIT.2"][name] for name in ("limit", "used", "reserved", "left")] == [
        *("4000000000", "400000", "0", "3999600000"),
    ]
    assert lines["REF.LIMIT.2"][3:7] == ["4,000,000,000", "400,000", "0", "3,999,600,000"]
    assert lines["REF.LIMIT.1"][3:] == ["1,500,000,000", "each", "transaction"]
    assert rows["REF.LIMIT.1"]["citation"] == "CCSS 1.04 (spend limits)"


def test_without_a_fund_there_is_nothing_to_ask_about(founded: Harbour) -> None:
    for command in ("show", "headroom", "obligations", "monitor"):
        said = founded("mandate", command)
        assert (said.code, said.out) == (7, "")
        assert "nothing is recorded in this workspace yet" in said.err
        assert "hint: Constitute the fund first" in said.err


def test_a_refusal_is_explained_by_position_reference_and_id(trading: Harbour) -> None:
    assert trading.act(*TOO_MUCH, by=("aigerim", "daniyar")).code == 5
    told = trading.json("mandate", "explain", "BIG")
    assert (told["position"], told["recorded"], told["verdict"]) == (14, "refused", "deny")
    for name in ("14", told["event"][:10]):
        assert trading.json("mandate", "explain", name) == told
    assert {one["rule"]: one["found"] for one in told["denied"]} == {
        "REF.LIMIT.1": "9999999999 USD",
        "REF.LIMIT.2": "10000399999 USD",
    }
    (asked,) = told["asked"]
    assert (asked["rule"], asked["needed"], asked["counted"]) == ("REF.APPR.2", 2, 1)
    shown = trading("mandate", "explain", "BIG").ok().out
    assert "position 14, acquisition.proposed.v1: recorded as refused" in shown
    assert "2 of ChiefInvestmentOfficer or RiskOfficer, 1 so far" in shown
    for one in told["denied"]:
        assert f"expected {one['expected']}; found {one['found']}  [{one['citation']}]" in shown
    for one in told["kept"]:
        assert f"[{one['citation']}]" in shown


def test_the_history_under_another_book_differs_by_the_same_reasons(trading: Harbour) -> None:
    told = trading.json("mandate", "what-if", "new-hampshire-hb302")
    assert {one["position"]: (one["was"], one["would_be"]) for one in told["differences"]} == {
        12: ("effective", "refused"),
        13: ("effective", "pending"),
    }
    shown = trading("mandate", "what-if", "new-hampshire-hb302").ok().out
    assert shown.startswith("2 events asked about, 2 would have been decided otherwise\n")
    for one in told["differences"]:
        assert f"position {one['position']}  {one['value_date']}  {one['kind']}" in shown
        for finding in one["findings"]:
            assert f"found {finding['found']}  [{finding['citation']}]" in shown


def test_scenarios_that_ship_are_listed_as_they_are_told(tmp_path: Path) -> None:
    said = custody("mandate", "test", BRAZIL, "--all", at=tmp_path).ok()
    rows = custody("mandate", "test", BRAZIL, "--json", at=tmp_path).ok().lines
    assert said.out.endswith(f"\n{len(rows)} scenarios, {len(rows)} as expected, 0 not\n")
    shown = [line[:3] for line in words(said.out)]
    for row in rows:
        assert (row["passed"], row["verdict"]) == (True, row["expected"])
        assert ["as", "expected", row["id"]] in shown
