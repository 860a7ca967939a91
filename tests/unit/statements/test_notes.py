"""Notes: what is restricted, what came after, what was corrected, how rules were met."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from ledger.kernel.errors import NotFoundError
from ledger.statements.render_json import table_value
from ledger.statements.report import table_named
from tests.support.folded_books import Story, amounts, asset, hand, stablecoin

if TYPE_CHECKING:
    from ledger.statements.tree import Report


def held() -> Story:
    """Ten for 1000, worth as much."""
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-12-31", "100")
    return story


def said(report: Report, table: str) -> dict[str, str]:
    found = table_named(report, table)
    return {row.ref.partition(".")[2]: row.label for row in found.rows}


# -- what is restricted ---------------------------------------------------------------------------


def test_restricted_units_have_their_share_of_the_carrying_amount() -> None:
    story = held()
    story.buys("2025-01-11", 3, 301)
    story.encumbers("2025-02-01", 4)
    story.encumbers("2025-02-02", 2, "lock")
    story.encumbers("2025-03-01", -1)
    report = story.report()
    # 1300 of fair value below 1301 of cost: three of thirteen carry 300.
    assert amounts(report, "restricted.BTC.pledge.units") == [3]
    assert amounts(report, "restricted.BTC.pledge") == [300]
    assert amounts(report, "restricted.BTC.lock.units") == [2]
    assert amounts(report, "restricted.BTC.lock") == [200]


def test_what_is_free_again_is_restricted_no_more() -> None:
    story = held()
    story.encumbers("2025-02-01", 4)
    story.encumbers("2025-03-01", -4)
    assert story.report().table("restricted") is None
    assert amounts(story.report(as_of="2025-02-28"), "restricted.BTC.pledge.units") == [4]


def test_restricted_units_that_have_left_carry_nothing() -> None:
    story = held()
    story.encumbers("2025-02-01", 4)
    story.sells("2025-03-01", 10, 1000)
    assert amounts(story.report(), "restricted.BTC.pledge") == [0]


# -- names ----------------------------------------------------------------------------------------


def test_an_asset_is_shown_with_its_name_and_class() -> None:
    story = Story()
    story.adopt(asset(class_id="payment-tokens"))
    story.history.reader.assets["BTC"] = SimpleNamespace(name="Bitcoin")
    story.buys("2025-01-10", 10, 1000)
    assert said(story.report(), "units")["of.BTC"] == "BTC (Bitcoin), class payment-tokens"
    assert said(story.report(), "policies")["asset.BTC"].startswith("BTC: intangible, cost, class")


def test_holdings_without_a_fair_value_say_so_and_give_no_figure() -> None:
    story = Story()
    story.adopt(stablecoin())
    story.buys("2025-01-10", 100, 100, asset="USDT")
    report = story.report()
    assert said(report, "fair_value") == {"USDT": "USDT: no fair value is adopted"}
    assert amounts(report, "holdings.USDT.fair_value") == [None]
    rows = table_value(table_named(report, "holdings"))["rows"]
    assert isinstance(rows, list)
    assert [row["amounts"] for row in rows if isinstance(row, dict)] == [["100"], ["100"], [""]]
    assert report.is_complete


def test_a_fair_value_says_when_and_in_which_money_it_was_adopted() -> None:
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-12-30", "0.8", currency="USD")
    assert said(story.report(), "fair_value") == {"BTC": "BTC: no fair value is adopted"}
    story.rate("2025-12-30", "USD", "150")
    report = story.report()
    assert amounts(report, "fair_value.BTC") == [1200]
    assert said(report, "fair_value") == {
        "BTC": "BTC, level 1", "BTC.rests_on": "adopted for 2025-12-30 at position 3 in USD",
    }  # fmt: skip
    assert amounts(report, "holdings.BTC.fair_value") == [1200]


def test_holdings_are_added_up_by_class_of_external_statistics() -> None:
    story = Story()
    story.adopt(
        asset(bpm7_class="nonproduced_nonfinancial"),
        asset("BNB", bpm7_class="equity_like"),
        asset("ETH", bpm7_class="nonproduced_nonfinancial"),
    )
    for code, money in (("BTC", 1000), ("BNB", 20), ("ETH", 3)):
        story.buys("2025-01-10", 10, money, asset=code)
        story.price("2025-12-31", "100", of=code)
    report = story.report()
    assert amounts(report, "statistics.nonproduced_nonfinancial") == [1003]
    assert amounts(report, "statistics.equity_like") == [20]
    assert report.row("statistics.none") is None
    assert said(report, "statistics")["nonproduced_nonfinancial"].endswith(": BTC, ETH")


def test_custody_shares_the_carrying_amount_and_the_last_takes_the_rest() -> None:
    """Ten for 1000: three in the vault carry 300 (of 1000), seven elsewhere the rest."""
    story = held()
    story.buys("2025-01-11", 1, 50)
    story.moves("2025-02-01", 7, "vault", "vault>")
    story.moves("2025-02-02", 5, "vault>", "second")
    report = story.report()
    # 1050 over eleven: 5/11 is 477.27; in transit they count where they left.
    assert amounts(report, "custody.second.BTC.units") == [5]
    assert amounts(report, "custody.second.BTC") == [477]
    assert amounts(report, "custody.vault.BTC.units") == [6]
    assert amounts(report, "custody.vault.BTC") == [573]
    assert amounts(report, "custody.total") == [1050]


def test_choices_are_told_as_they_were_made() -> None:
    review = "2026-06-30"
    story = Story()
    story.adopt(
        asset(model="revaluation", active_market_review=review), asset("BNB"),
        surplus_transfer="never", cost_formula="weighted_average",
    )  # fmt: skip
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-12-31", "100")
    report = story.report()
    judged = said(report, "judgements")
    assert judged["unit_of_account"].endswith(": holding")
    assert judged["market.BTC"] == "Market of BTC: active, reviewed by 2026-06-30"
    assert judged["market.BNB"] == "Market of BNB: not active"
    shown = said(report, "revaluation")
    assert shown["dates"] == "Effective dates of revaluation: 2025-12-31"
    assert "neither distributed nor transferred" in shown["restriction"]
    assert "cost_model" not in {table.name for table in report.tables}


def test_the_policy_shown_is_that_of_the_last_day() -> None:
    story = held()
    second = story.adopt(
        asset(), since="2025-07-01", change="change_of_estimate", disposal_cost_rate="0.1"
    )
    story.adopt(asset(), since="2026-01-01", change="change_of_estimate", disposal_cost_rate="0.2")
    assert said(story.report(), "policies")["event"] == f"Adopted at position 4: {second}"


# -- what came after, what was corrected, how rules were met --------------------------------------


def test_what_happened_after_the_period_is_told_in_its_order() -> None:
    story = held()
    story.price("2026-01-05", "90.5")
    story.swaps("2026-01-04", ("vault", "BTC", 1), ("vault", "BNB", 7))
    story.sells("2026-01-03", 2, ("USD", 12345))
    story.receives("2026-01-02", 3, "mining")
    story.cash("2026-01-01", "contribution", 5)
    assert said(story.report(), "events_after") == {
        "1": "2026-01-02, position 7: receipt of 3 BTC",
        "2": "2026-01-03, position 6: disposal of 2 BTC for 123.45 USD",
        "3": "2026-01-04, position 5: 1 BTC given for 7 BNB",
        "4": "2026-01-05, position 4: fair value of BTC 90.5 JPY",
    }


def test_of_many_later_events_fifty_are_told_and_the_rest_counted() -> None:
    story = held()
    for day in range(1, 29):
        story.price(f"2026-01-{day:02}", "100")
        story.price(f"2026-02-{day:02}", "100")
    shown = said(story.report(), "events_after")
    assert len(shown) == 51
    assert shown["50"].startswith("2026-02-22")
    assert shown["more"] == "and 6 more"


def test_nothing_after_and_nothing_corrected_are_no_notes() -> None:
    report = held().report()
    absent = ("events_after", "corrections", "others", "non_cash", "restricted", "asc_roll_forward")
    assert [report.table(name) for name in absent] == [None] * len(absent)
    with pytest.raises(NotFoundError, match="no table 'others'"):
        table_named(report, "others")


def test_corrections_say_what_they_restate_and_correct() -> None:
    story = held()
    lines = (hand("1110", 8, "BTC", adjusts_cost=True), hand("1000", -8, "JPY"))
    story.posts("2025-03-01", *lines, explanation="An invoice")
    story.posts("2025-03-01", *lines, word="correction", restates=("2025Q1", "2025"))
    story.posts("2025-03-02", *lines, word="correction", restates=("2025Q1",), corrects="a" * 64)
    report = story.report()
    assert said(report, "corrections") == {
        "5": "2025-03-01, position 5: A reason (restates 2025Q1, 2025)",
        "6": f"2025-03-02, position 6: A reason (restates 2025Q1; corrects {'a' * 12}…)",
    }
    assert amounts(report, "roll_forward.BTC.corrections") == [24]
    assert amounts(report, "cash_flows.entries") == [-24]


def test_corrections_of_equity_stand_apart_from_entries() -> None:
    story = held()
    story.posts("2025-03-01", hand("2010", -30), hand("3300", 30), word="correction")
    story.posts("2025-03-01", hand("2010", -4), hand("3000", 4))
    report = story.report()
    assert amounts(report, "equity.corrections") == [0, 0, 0, -30, -30]
    assert amounts(report, "equity.entries") == [-4, 0, 0, 0, -4]
    assert amounts(report, "position.payables") == [34]


def test_rules_that_events_of_the_period_met_are_counted() -> None:
    story = held()
    conduct = story.history.conduct
    for day in ("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"):
        conduct["R.1", "flag"].add(day, 1)
    conduct["R.1", "deny"].add("2025-06-01", 3)
    conduct["R.2", "needs_approval"].add("2025-06-01", 5)
    conduct["R.3", "allow"].add("2025-06-01", 7)
    conduct["R.4", "flag"].add("2026-06-01", 9)
    assert said(story.report(), "compliance") == {"mandate": "Mandate last adopted: none"} | {
        "R.1.deny": "R.1: refused",
        "R.1.flag": "R.1: flagged",
        "R.2.needs_approval": "R.2: asked for approvals",
        "R.3.allow": "R.3: allow",
    }
    assert amounts(story.report(), "compliance.R.1.flag") == [2]
    assert amounts(story.report(), "compliance.R.1.deny") == [3]
    story.history.reader.mandates.append((2, SimpleNamespace(mandate="first")))
    story.history.reader.mandates.append((3, SimpleNamespace(mandate="second")))
    assert said(story.report(), "compliance")["mandate"].endswith(": second, position 3")
