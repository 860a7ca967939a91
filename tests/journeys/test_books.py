"""Books through the command line: statements, closes, a restatement, traces, and bad input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.books_journey import (
    CUSTODY,
    OTHER_DIGEST,
    TREASURY,
    adopt_policy,
    buy,
    close,
    contribute,
    sell,
    two_quarters,
    value,
)
from tests.support.custody_program import template

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.custody_program import Harbour


@pytest.fixture
def fund(tmp_path: Path) -> Harbour:
    return template("free").copy(tmp_path / "fund")


def offered(fund: Harbour, kind: str, **members: Any) -> list[str]:
    """The rules by which an event of the treasury is refused."""
    source = fund.root / "offered.json"
    source.write_text(json.dumps(members), encoding="utf-8")
    said = fund.act("draft", kind, "--from", source, by=TREASURY)
    assert (said.code, said.json["verdict"]) == (5, "refused"), said
    return [one["rule"] for one in said.json["findings"]]


def amounts(shown: Any, ref: str) -> list[str]:
    rows = [row for table in shown["tables"] for row in table["rows"] if row["ref"] == ref]
    assert len(rows) == 1, ref
    return list(rows[0]["amounts"])


def explained(fund: Harbour, known_at: int, event: str) -> None:
    """The restatement is explained event by event: only one changed the second quarter."""
    told = fund.json("statement", "diff", "--period", "2025Q2", "--from", known_at)
    assert [event["event"] for event in told["events"]] == [event]
    changed = {one["ref"]: one["difference"] for one in told["changes"]}
    assert changed["performance.disposal"] == "-160"
    assert "performance.custody" not in changed
    text = fund("statement", "diff", "--period", "2025Q2", "--from", known_at).ok().out
    assert "correction" in text
    assert "Costs of the purchase" in text


def test_two_quarters_are_closed_issued_and_restated(fund: Harbour, tmp_path: Path) -> None:
    known_at = two_quarters(fund)
    issued = fund.json("statement", "show", "--period", "2025Q2", "--known-at", known_at)
    assert issued["complete"]
    assert amounts(issued, "position.digital_assets")[0] == "400000"
    assert amounts(issued, "performance.disposal")[0] == "10000"
    assert amounts(issued, "performance.oci_revaluation")[0] == "40000"
    assert amounts(issued, "equity.transfer") == ["0", "-10000", "0", "10000", "0"]

    # In the third quarter: a fee of May was never recorded, and a purchase cost was left out.
    late = fund.register(
        "cash.recorded", by=TREASURY, direction="out", category="custody_fee",
        amount={"currency": "USD", "amount": "1000"}, occurred_on="2025-05-31",
        value_date="2025-07-01",
    )  # fmt: skip
    assert late["verdict"] == "effective"
    money = {"currency": "USD", "amount": "1000"}
    dated = {"direction": "out", "category": "custody_fee", "value_date": "2025-05-31"}
    assert offered(fund, "cash.recorded", amount=money, **dated) == ["period_shut"]
    value(fund, "52000", "2025-09-30")
    lines = [
        {"account": "1100", "side": "debit", "amount": "800", "asset": "BTC"},
        {"account": "1000", "side": "credit", "amount": "800", "currency": "USD"},
    ]
    said = {"lines": lines, "explanation": "Costs of the purchase", "value_date": "2025-05-01"}
    assert offered(fund, "entry.posted", **said) == ["period_shut"]
    restated = fund.register("entry.posted", by=TREASURY, restates=["2025Q2"], **said)
    assert restated["verdict"] == "effective"

    # The issued statement is reproduced from its position, to the digest.
    again = fund.json("statement", "show", "--period", "2025Q2", "--known-at", known_at)
    assert again["digest"] == issued["digest"]
    now = fund.json("statement", "show", "--period", "2025Q2")
    assert now["digest"] != issued["digest"]
    assert amounts(now, "performance.disposal")[0] == "9840"
    assert "Costs of the purchase" in str(now["tables"])

    explained(fund, known_at, restated["event"])

    # The late fee is the third quarter's.
    third = fund.json("statement", "show", "--period", "2025Q3")
    assert amounts(third, "performance.custody")[0] == "-1000"
    assert "cash.recorded of 2025-05-31, valued on 2025-07-01" in str(third["tables"])
    closed = close(fund, "2025Q3")
    assert closed["verdict"] == "effective"

    fund("checkpoint", "--passphrase-file", fund.passphrase).ok()
    bundle = tmp_path / "evidence.zip"
    fund("bundle", "export", bundle).ok()
    assert "VALID" in fund("audit", bundle, "--trust", "trust").ok().out


def test_a_false_seal_is_proven_bad(fund: Harbour, tmp_path: Path) -> None:
    adopt_policy(fund)
    contribute(fund, "1000", "2025-01-05")
    sealed = fund.register(
        "period.closed", by=TREASURY, period="2025Q1", starts_on="2025-01-01",
        ends_on="2025-03-31", trial_balance=OTHER_DIGEST, statements=[OTHER_DIGEST],
    )  # fmt: skip
    assert sealed["verdict"] == "effective"
    fund("checkpoint", "--passphrase-file", fund.passphrase).ok()
    bundle = tmp_path / "evidence.zip"
    fund("bundle", "export", bundle).ok()
    said = fund("audit", bundle, "--trust", "trust", "--json")
    assert said.code == 3
    codes = [one["code"] for one in said.json["findings"] if one["result"] == "proven_bad"]
    assert codes == ["statements_differ", "trial_balance_differs"]


def test_a_figure_is_walked_down_and_an_event_up(fund: Harbour) -> None:
    adopt_policy(fund)
    contribute(fund, "2000000", "2025-01-05")
    bought = buy(fund, "10", "400000", "2025-01-10", fee="800")
    sold = sell(fund, "2.5", "125000", "2025-02-10")
    value(fund, "45000", "2025-03-31")
    close(fund, "2025Q1")
    down = fund.json("trace", "position.digital_assets", "--period", "2025Q1")
    assert down["amount"] == "337500"
    assert {line["why"] for line in down["lines"]} == {"acquisition", "disposal", "close"}
    assert {event["event"] for event in down["events"]} >= {bought["event"], sold["event"]}
    assert all(event["keyids"] for event in down["events"])
    up = fund.json("trace", bought["event"][:12], "--period", "2025Q1")
    assert up["lot"] == [
        {"asset": "BTC", "units": "7.5", "cost": "300600", "carrying_amount": "337500"}
    ]
    assert [one["event"] for one in up["left_by"]] == [sold["event"]]
    assert "position.digital_assets" in {one["ref"] for one in up["figures"]}
    units = fund.json("trace", "units.BTC.closing", "--period", "2025Q1")
    assert units["amount"] == "7.5"
    text = fund("trace", "performance.disposal", "--period", "2025Q1").ok().out
    assert "lines add up to the figure" in text
    assert "signed by bolat" in text


def test_nothing_is_given_silently_incomplete(fund: Harbour) -> None:
    assert fund("statement", "show", "--period", "2025").code == 8
    adopt_policy(fund)
    contribute(fund, "2000000", "2025-01-05")
    buy(fund, "10", "400000", "2025-01-10")
    said = fund("statement", "show", "--period", "2025Q1")
    assert said.code == 8
    assert "fair_value_missing BTC on 2025-03-31" in said.out
    assert "IFRS 13.9" in said.out
    assert "400,000" not in said.out
    assert fund("statement", "show", "--period", "2025Q1", "--incomplete").code == 0
    refused = fund("period", "close", "2025Q1", "--author", "aigerim")
    assert refused.code == 8
    assert "fair_value_missing" in refused.err


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("statement", "show", "--period", "2025Q5"), 2, "is not a period"),
        (("statement", "show", "profit", "--period", "2025"), 2, "no statement is called"),
        (("statement", "show", "--period", "2025Q1", "--as-of", "2026-01-01"), 2, "no day of"),
        (("statement", "diff", "--period", "2025Q1", "--from", "99999"), 2, "lies after"),
        (("trace", "position.gold", "--period", "2025Q1"), 7, "has no figure"),
        (("trace", "policies.framework", "--period", "2025Q1"), 2, "columns"),
        (("trace", "fair_value.BTC", "--period", "2025Q1"), 2, "not a sum of the journal"),
        (("journal", "--account", "12"), 7, "the chart has no account"),
        (("lots", "GOLD"), 7, "no asset"),
        (("chart", "value", "--out", "x.gif"), 2, "a picture is"),
        (("accounting", "check"), 2, "name a file"),
        (("accounting", "check", "nowhere.json"), 7, "cannot be read"),
    ],
)
def test_mistakes_are_told(fund: Harbour, command: tuple[str, ...], code: int, words: str) -> None:
    adopt_policy(fund)
    contribute(fund, "2000000", "2025-01-05")
    buy(fund, "10", "400000", "2025-01-10")
    value(fund, "45000", "2025-03-31")
    said = fund(*command)
    assert (said.code, words in said.err) == (code, True), said


def test_what_an_old_measurement_lacked_is_told_and_stops_nothing(fund: Harbour) -> None:
    adopt_policy(fund)
    contribute(fund, "2000000", "2023-01-05")
    buy(fund, "10", "400000", "2023-01-10")
    members = {"occasion": "interim", "value_date": "2023-06-30"}
    fund.register("measurement.recorded", by=TREASURY, **members)
    for day in ("2024-12-31", "2025-12-31"):
        value(fund, "45000", day)
    assert fund("statement", "show", "--period", "2023").code == 8
    shown = fund.json("statement", "show", "--period", "2025")
    told = [(one["code"], one["day"], one["blocking"]) for one in shown["concerns"]]
    assert told[0] == ("fair_value_missing", "2023-06-30", False)
    assert shown["complete"]


def test_a_restated_comparative_is_told(fund: Harbour) -> None:
    adopt_policy(fund, effective_from="2023-01-01")
    contribute(fund, "2000000", "2024-01-05")
    buy(fund, "10", "400000", "2024-01-10")
    value(fund, "45000", "2024-12-31")
    fund.register(
        "period.closed", by=TREASURY, period="2024", starts_on="2024-01-01",
        ends_on="2024-12-31", statements=[],
    )  # fmt: skip
    shown = fund.json("statement", "show", "--period", "2024")
    fund.register(
        "statement.issued", by=TREASURY, title="financial_statements", period="2024",
        as_of="2024-12-31", known_at=shown["known_at"], document=shown["digest"],
        authorised_by="The board",
    )  # fmt: skip
    value(fund, "45000", "2025-12-31")
    codes = [one["code"] for one in fund.json("statement", "show", "--period", "2025")["concerns"]]
    assert codes == []
    lines = [
        {"account": "5060", "side": "debit", "amount": "700"},
        {"account": "1000", "side": "credit", "amount": "700", "currency": "USD"},
    ]
    fund.register(
        "entry.posted", by=TREASURY, lines=lines, explanation="An invoice of March",
        restates=["2024"], value_date="2024-03-01",
    )  # fmt: skip
    shown = fund.json("statement", "show", "--period", "2025")
    assert [one["code"] for one in shown["concerns"]] == ["comparatives_restated"]
    assert "statement diff --period 2024" in shown["concerns"][0]["hint"]
    assert amounts(shown, "performance.administration") == ["0", "-700"]


def test_a_close_waits_for_what_is_open(fund: Harbour) -> None:
    adopt_policy(fund)
    contribute(fund, "2000000", "2025-01-05")
    fund.register(
        "acquisition.proposed", by=TREASURY, asset="BTC", units="1",
        max_consideration={"currency": "USD", "amount": "1"}, counterparty="open-market",
        account="vault-1", value_date="2025-01-10",
    )  # fmt: skip
    refused = fund("period", "close", "2025Q1", "--author", "aigerim")
    assert refused.code == 8
    assert "1 settlements are open" in refused.err
    sealed = close(fund, "2025Q1", "--with-open")
    assert sealed["verdict"] == "effective"
    assert [one["rule"] for one in sealed["findings"]] == ["proposal_unsettled"]


def test_the_books_are_shown_as_journal_balance_and_lots(fund: Harbour) -> None:
    adopt_policy(fund)
    contribute(fund, "2000000", "2025-01-05")
    bought = buy(fund, "10", "400000", "2025-01-10")
    sell(fund, "4", "200000", "2025-02-01")
    value(fund, "45000", "2025-03-31")
    entries = fund("journal", "--asset", "BTC", "--json").ok().lines
    assert [entry["why"] for entry in entries] == ["acquisition", "disposal"]
    assert "Gain on disposal" in fund("journal").ok().out
    balance = fund.json("trial-balance", "--as-of", "2025-03-31")
    debits = sum(int(one.get("debit", "0")) for one in balance["balances"])
    assert debits == sum(int(one.get("credit", "0")) for one in balance["balances"])
    lots = fund("lots", "BTC", "--as-of", "2025-03-31", "--json").ok().lines
    assert [(one["lot"], one["units"], one["surplus"]) for one in lots] == [
        (bought["event"], "6", "30000")
    ]
    gone = fund("lots", "--reliefs", "--as-of", "2025-03-31", "--json").ok().lines
    assert [(one["units"], one["gain"], len(one["lots"])) for one in gone] == [("4", "40000", 1)]
    assert gone[0]["lots"][0]["lot"] == bought["event"]


def test_every_table_is_shown_under_both_profiles(fund: Harbour) -> None:
    two_quarters(fund)
    first = fund.json("statement", "show", "--period", "2025Q2")
    second = fund.json("statement", "show", "--period", "2025Q2", "--profile", "ifrs18")
    for ref in ("performance.result", "performance.comprehensive", "position.assets"):
        assert amounts(first, ref) == amounts(second, ref)
    assert amounts(second, "performance.operating")[0] == "0"
    text = fund("statement", "show", "--period", "2025Q2", "--notes", "--refs").ok().out
    for words in ("Custody statement", "Reserve disclosure", "External statistics",
                  "Amount under the cost model", "Significant holdings"):  # fmt: skip
        assert words in text


def test_pictures_are_the_same_bytes_from_the_same_figures(fund: Harbour) -> None:
    two_quarters(fund)
    for name in ("a.svg", "b.svg", "a.png", "b.png"):
        fund("chart", "value", "--as-of", "2025-06-30", "--out", name).ok()
    assert (fund.root / "a.svg").read_bytes() == (fund.root / "b.svg").read_bytes()
    assert (fund.root / "a.png").read_bytes() == (fund.root / "b.png").read_bytes()
    assert (fund.root / "a.svg").read_bytes().startswith(b"<?xml")
    assert (fund.root / "a.png").read_bytes().startswith(b"\x89PNG")
    points = fund("chart", "holdings", "--asset", "BTC", "--json").ok().lines
    assert points[0]["values"][:2] == ["10", "8"]


def test_a_price_of_another_day_is_no_fair_value(fund: Harbour) -> None:
    terms = {
        "principal_market": "A market",
        "price_point": "last",
        "cut_off_time": "12:00:00",
        "max_age_days": 1,
    }
    adopt_policy(fund, fair_value=terms)
    seen = fund.register(
        "price.observed", by=CUSTODY, asset="BTC", currency="USD", price="1",
        observed_at="2025-03-31T07:00:01.000000Z", source="A", market="A",
        value_date="2025-03-31",
    )  # fmt: skip
    members = {
        "asset": "BTC", "currency": "USD", "fair_value": "1", "level": "1", "method": "Last",
        "prices": [seen["event"]],
    }  # fmt: skip
    late = offered(fund, "valuation.adopted", value_date="2025-03-31", **members)
    assert late == ["price_after_cut_off"]
    old = offered(fund, "valuation.adopted", value_date="2025-04-02", **members)
    assert old == ["price_too_old"]


def test_shipped_cases_come_out_exactly(fund: Harbour) -> None:
    said = fund("accounting", "check", "--shipped", "--all").ok()
    assert " 0 not" in said.out
    assert "rej-lifo" in said.out
