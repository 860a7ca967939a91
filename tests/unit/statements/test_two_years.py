"""Two years of one holding, every figure worked out by hand beside its comparative."""

from __future__ import annotations

import pytest

from ledger.statements.performance import every_account_once
from tests.support.folded_books import Story, amounts, asset


def two_years(**policy: str) -> Story:
    """2024: 10000 of capital, ten for 1000, worth 1300. 2025: four for 600, a fee, worth 600."""
    story = Story()
    story.adopt(asset(model="revaluation"), **policy)
    story.cash("2024-02-01", "contribution", 10000)
    story.buys("2024-03-01", 10, 1000)
    story.price("2024-12-31", "130")
    story.measures("2024-12-31")
    story.sells("2025-05-01", 4, 600)
    story.cash("2025-06-01", "custody_fee", 50, out=True)
    story.price("2025-12-31", "100")
    return story


FIGURES: dict[str, list[int]] = {
    "position.cash": [9550, 9000],
    "position.digital_assets": [600, 1300],
    "position.assets": [10150, 10300],
    "position.liabilities": [0, 0],
    "position.contributed_capital": [10000, 10000],
    "position.revaluation_surplus": [0, 300],
    "position.retained_earnings": [150, 0],
    "position.equity": [10150, 10300],
    "position.equity_and_liabilities": [10150, 10300],
    "performance.disposal": [80, 0],
    "performance.custody": [-50, 0],
    "performance.result": [30, 0],
    "performance.oci_revaluation": [-180, 300],
    "performance.oci": [-180, 300],
    "performance.comprehensive": [-150, 300],
    "equity.opening": [10000, 300, 0, 0, 10300],
    "equity.result": [0, 0, 0, 30, 30],
    "equity.oci": [0, -180, 0, 0, -180],
    "equity.transfer": [0, -120, 0, 120, 0],
    "equity.closing": [10000, 0, 0, 150, 10150],
    "equity.opening.before": [0, 0, 0, 0, 0],
    "equity.contributions_in_cash.before": [10000, 0, 0, 0, 10000],
    "equity.oci.before": [0, 300, 0, 0, 300],
    "equity.closing.before": [10000, 300, 0, 0, 10300],
    "cash_flows.running": [-50, 0],
    "cash_flows.operating": [-50, 0],
    "cash_flows.purchases": [0, -1000],
    "cash_flows.proceeds": [600, 0],
    "cash_flows.investing": [600, -1000],
    "cash_flows.contributions": [0, 10000],
    "cash_flows.financing": [0, 10000],
    "cash_flows.net": [550, 9000],
    "cash_flows.opening": [9000, 0],
    "cash_flows.closing": [9550, 9000],
    "roll_forward.BTC.opening": [1300, 0],
    "roll_forward.BTC.additions": [0, 1000],
    "roll_forward.BTC.disposals": [-520, 0],
    "roll_forward.BTC.revaluation_oci": [-180, 300],
    "roll_forward.BTC.closing": [600, 1300],
    "units.BTC.opening": [10, 0],
    "units.BTC.purchase": [0, 10],
    "units.BTC.disposal": [-4, 0],
    "units.BTC.closing": [6, 10],
    "revaluation.BTC.amount": [600, 1300],
    "revaluation.BTC.under_cost_model": [600, 1000],
    "revaluation.BTC.surplus": [0, 300],
    "fair_value.BTC": [600],
    "custody.vault.BTC.units": [6],
    "custody.vault.BTC": [600],
    "custody.total": [600],
    "reserve.contributions": [0, 10000],
    "reserve.sources": [0, 10000],
    "reserve.result": [30, 0],
    "reserve.oci": [-180, 300],
    "reserve.performance": [-150, 300],
    "statistics.none": [600],
    "holdings.BTC.units": [6],
    "holdings.BTC.cost": [600],
    "holdings.BTC.fair_value": [600],
}


def test_every_figure_of_two_years() -> None:
    report = two_years().report()
    shown = {
        row.ref: [cell.amount for cell in row.cells]
        for table in report.tables
        for row in table.rows
        if row.cells
    }
    assert shown == FIGURES
    assert (report.is_complete, report.concerns) == (True, ())
    heads = {table.name: table.heads for table in report.tables}
    assert heads["position"] == ("2025-12-31", "2024-12-31")
    assert heads["performance"] == ("2025", "2024")


def test_rewards_and_grants_of_one_year_stand_beside_nothing_of_the_other() -> None:
    story = two_years()
    story.receives("2025-07-01", 1, "staking_reward", 110)
    story.receives("2025-07-01", 1, "donation", 120)
    story.receives("2025-07-01", 1, "contribution", 130)
    report = story.report()
    rows = {
        "non_cash.reward": [110, 0], "non_cash.grant": [120, 0],
        "non_cash.contribution_in_kind": [130, 0], "performance.rewards": [110, 0],
        "performance.other_income": [120, 0], "equity.contributions_in_kind": [130, 0, 0, 0, 130],
        "reserve.revenue": [120, 0], "reserve.in_kind": [130, 0], "reserve.sources": [250, 10000],
    }  # fmt: skip
    assert {ref: amounts(report, ref) for ref in rows} == rows


def test_the_other_layout_has_the_same_result_by_category() -> None:
    report = two_years().report(profile="ifrs18")
    rows = {
        "performance.operating": [-50, 0], "performance.disposal": [80, 0],
        "performance.before_financing": [30, 0], "performance.result": [30, 0],
        "performance.comprehensive": [-150, 300],
    }  # fmt: skip
    assert {ref: amounts(report, ref) for ref in rows} == rows
    refs = [row.ref for row in report.tables[1].rows]
    assert refs.index("performance.operating") < refs.index("performance.of_investing")
    assert refs.index("performance.of_investing") < refs.index("performance.disposal")


def test_who_invests_for_a_living_has_no_investing_category() -> None:
    story = two_years(main_business_activity="invests_in_assets")
    report = story.report(profile="ifrs18")
    assert amounts(report, "performance.operating") == [30, 0]
    assert report.row("performance.of_investing") is None
    assert amounts(report, "performance.before_financing") == [30, 0]


def test_interest_paid_comes_after_the_subtotal() -> None:
    story = two_years()
    story.cash("2025-08-01", "interest", 7, out=True)
    report = story.report(profile="ifrs18")
    assert amounts(report, "performance.before_financing") == [30, 0]
    assert amounts(report, "performance.finance_costs") == [-7, 0]
    assert amounts(report, "performance.result") == [23, 0]
    assert amounts(report, "cash_flows.interest_paid") == [-7, 0]


def test_every_account_of_profit_or_loss_stands_in_one_row() -> None:
    assert every_account_once()


def test_ipsas_has_its_own_titles_and_no_other_comprehensive_income() -> None:
    report = two_years(framework="ipsas").report()
    titles = [table.title for table in report.tables[:3]]
    assert titles == [
        "Statement of financial position",
        "Statement of financial performance",
        "Statement of changes in net assets/equity",
    ]
    result = report.row("performance.result")
    assert result is not None
    assert (result.label, [cell.amount for cell in result.cells]) == ("Surplus or deficit", [30, 0])
    assert report.row("performance.oci") is None
    assert report.row("performance.comprehensive") is None
    assert amounts(report, "equity.revaluation") == [0, -180, 0, 0, -180]
    assert amounts(report, "equity.revaluation.before") == [0, 300, 0, 0, 300]
    assert amounts(report, "reserve.direct") == [-180, 300]
    retained = report.row("position.retained_earnings")
    assert retained is not None
    assert retained.label == "Accumulated surpluses or deficits"
    assert "equity.oci" not in {row.ref for table in report.tables for row in table.rows}


@pytest.mark.parametrize(
    ("framework", "title", "label"),
    [
        ("us_gaap", "Statement of operations", "Net income"),
        ("gasb", "Statement of profit or loss and other comprehensive income",
         "Change in net position"),
    ],
)  # fmt: skip
def test_other_frameworks_call_profit_by_their_names(
    framework: str, title: str, label: str
) -> None:
    story = Story()
    story.adopt(asset(model="fv_net_income"), framework=framework)
    story.cash("2025-02-01", "contribution", 10)
    report = story.report()
    result = report.row("performance.result")
    assert result is not None
    assert (report.tables[1].title, result.label) == (title, label)


def test_the_roll_forward_of_us_standards_has_a_column_for_each_asset() -> None:
    """BTC: ten for 1000, four sold at 600, six worth 780. BNB: five for 500, one at 60, 280."""
    story = Story()
    terms = (asset("BNB", "fv_net_income"), asset(model="fv_net_income"), asset("ETH"))
    story.adopt(*terms, framework="us_gaap")
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-01-10", 5, 500, asset="BNB")
    story.sells("2025-05-01", 4, 600)
    story.sells("2025-05-01", 1, 60, asset="BNB")
    story.price("2025-12-31", "130")
    story.price("2025-12-31", "70", of="BNB")
    report = story.report()
    table = report.table("asc_roll_forward")
    assert table is not None
    assert table.heads == ("BNB", "BTC", "Total")
    shown = {row.ref.rpartition(".")[2]: [cell.amount for cell in row.cells] for row in table.rows}
    assert shown == {
        "opening": [0, 0, 0],
        "additions": [500, 1000, 1500],
        "dispositions": [-60, -600, -660],
        "gains": [0, 380, 380],
        "losses": [-160, 0, -160],
        "closing": [280, 780, 1060],
        "of_realised": [],
        "realised_gains": [None, None, 200],
        "realised_losses": [None, None, -40],
    }
    assert amounts(report, "performance.fair_value") == [60]  # 180 of the BTC less 120 of the BNB


def test_us_standards_without_such_assets_have_no_roll_forward() -> None:
    story = Story()
    story.adopt(asset(), framework="us_gaap")
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-12-31", "100")
    assert story.report().table("asc_roll_forward") is None
