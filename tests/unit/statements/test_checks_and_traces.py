"""What every report checks, what every figure rests on, and what differs between two reports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.kernel.errors import InvariantError, UndecidableError
from ledger.statements.differences import between, changes
from ledger.statements.report import check
from ledger.statements.seals import seals_of
from ledger.statements.trace import TraceWatcher, figures_over
from ledger.statements.trial_balance import trial_balance, trial_balance_value
from tests.support.folded_books import Story, asset, hand, stablecoin


def lived(**policy: str) -> Story:
    """Two years with something of everything: two models, a claim, others, foreign money."""
    story = Story()
    story.adopt(
        asset(model="revaluation"), asset("BNB"), stablecoin(credit_loss_rate="0.1"), **policy
    )
    story.cash("2024-02-01", "contribution", 10000)
    story.buys("2024-03-01", 10, 1000)
    story.comes("2024-03-02", "opening", 10, 500, asset="BNB", carrying=("JPY", 400))
    story.buys("2024-03-03", 100, 95, asset="USDT")
    story.price("2024-12-31", "130")
    story.price("2024-12-31", "45", of="BNB")
    story.measures("2024-12-31")
    story.rate("2025-02-01", "USD", "150")
    story.cash("2025-02-01", "contribution", ("USD", 1000))
    story.sells("2025-05-01", 4, 600)
    story.swaps("2025-05-02", ("vault", "BTC", 1), ("vault", "BNB", 3))
    story.goes("2025-05-03", "delivery", 1, purpose="distribution")
    story.receives("2025-05-04", 1, "staking_reward", 110)
    story.goes("2025-05-05", "fee", 1, asset="BNB")
    story.cash("2025-06-01", "custody_fee", 50, out=True)
    story.posts("2025-06-02", hand("5060", 40), hand("2010", -40))
    story.posts("2025-06-03", hand("2010", -7), hand("3300", 7), word="correction")
    story.rate("2025-12-31", "USD", "140")
    story.price("2025-12-31", "100")
    story.price("2025-12-31", "20", of="BNB")
    return story


# -- checks ---------------------------------------------------------------------------------------


def tampered(*amounts: tuple[str, str, int, str]) -> None:
    """Check a report whose sums were changed behind the journal's back."""
    basis = lived().basis()
    check(basis)
    for account, word, amount, day in amounts:
        basis.books.journal.sums[account, "", word].add(day, amount)
    check(basis)


def test_assets_that_are_not_equity_and_liabilities_are_a_defect() -> None:
    with pytest.raises(InvariantError, match="assets equal equity and liabilities"):
        tampered(("1160", "entry", 5, "2025-06-01"))


def test_cash_that_no_flow_explains_is_a_defect() -> None:
    with pytest.raises(InvariantError, match="cash flows end at cash"):
        tampered(("1000", "unheard_of", 5, "2025-06-01"), ("2010", "entry", -5, "2025-06-01"))


def test_equity_that_no_row_explains_is_a_defect() -> None:
    with pytest.raises(InvariantError, match="every change of equity stands in a row"):
        tampered(("1160", "entry", 5, "2025-06-01"), ("3000", "unheard_of", -5, "2025-06-01"))


def test_a_profit_that_the_balance_sheets_deny_is_a_defect() -> None:
    with pytest.raises(InvariantError, match="profit of 2025 is the same"):
        tampered(("1160", "entry", 5, "2024-06-01"), ("1160", "entry", -5, "2025-06-01"))


def test_the_comparative_is_checked_too() -> None:
    with pytest.raises(InvariantError, match="profit of 2024 is the same"):
        tampered(("1160", "entry", 5, "2023-06-01"), ("1160", "entry", -5, "2024-06-01"))


@pytest.mark.parametrize("source", ["airdrop", "donation", "tax_receipt", "redemption_in_kind"])
def test_a_coin_that_is_cash_may_come_from_anywhere(source: str) -> None:
    story = Story()
    terms = stablecoin(classification="cash")
    story.adopt(terms, framework="ipsas", airdrop_policy="fair_value_income")
    story.receives("2025-02-01", 100, source, 100, asset="USDT")
    report = story.report()
    row = report.row("cash_flows.closing")
    assert row is not None
    assert [cell.amount for cell in row.cells] == [100]


# -- traces ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("framework", ["ifrs", "ipsas"])
@pytest.mark.parametrize("profile", ["ias1", "ifrs18"])
def test_the_lines_behind_every_figure_add_up_to_it(framework: str, profile: str) -> None:
    story = lived(framework=framework)
    report = story.report(profile=profile)
    cells = [
        (row.ref, cell)
        for table in report.tables
        for row in table.rows
        for cell in row.cells
        if cell.selectors
    ]
    assert len(cells) > 150
    watchers = [TraceWatcher(cell.selectors) for _, cell in cells]
    story.basis(watch=lambda books: [books.journal.watch(one) for one in watchers] and None)
    wrong = [
        (ref, cell.amount, watcher.total)
        for (ref, cell), watcher in zip(cells, watchers, strict=True)
        if cell.amount != watcher.total
    ]
    assert wrong == []
    assert sum(len(watcher.steps) for watcher in watchers) > 300


def test_impairment_under_the_cost_model_is_carrying_amount_less_cost() -> None:
    story = lived()
    row = story.report().row("cost_model.BNB.impairment")
    assert row is not None
    accounts = {account for one in row.cells[0].selectors for account in one.accounts}
    assert {"1110", "1119", "9010"} <= accounts


def test_an_event_is_walked_up_to_the_figures_that_it_is_behind() -> None:
    story = lived()
    sold = next(one for one in story.history.occurrences if one.day == "2025-05-01").event_id
    report = story.report()
    story.books(measured=True)
    entries = [one for one in (*story.entries, *story.memos) if one.event_id == sold]
    found = {row.ref: amount for row, amount in figures_over(report, entries)}
    # Four of ten that stand at 1300 and cost 1000, for 600.
    assert found["position.cash"] == 600
    assert found["position.digital_assets"] == -520
    assert found["performance.disposal"] == 80
    assert found["units.BTC.disposal"] == -4
    assert found["revaluation.BTC.surplus"] == -120
    assert "performance.custody" not in found
    assert "cash_flows.purchases" not in found


# -- trial balance --------------------------------------------------------------------------------


def plain_years() -> Story:
    """2024: 300 of surplus and 70 of income. 2025: four of ten sold at 600, a fall to cost."""
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.cash("2024-02-01", "contribution", 10000)
    story.cash("2024-02-01", "interest", 70)
    story.buys("2024-03-01", 10, 1000)
    story.price("2024-12-31", "130")
    story.measures("2024-12-31")
    story.sells("2025-05-01", 4, 600)
    story.price("2025-12-31", "100")
    story.measures("2025-12-31")
    return story


def balances(story: Story, day: str) -> dict[str, int]:
    found = trial_balance(story.books(day), day)
    return {f"{one.account} {one.dimension}".strip(): one.amount for one in found}


def test_earlier_years_stand_in_equity() -> None:
    story = plain_years()
    assert balances(story, "2024-12-31") == {
        "1000 JPY": 9070, "1100 BTC": 1300, "3000": -10000, "4080": -70, "6000 BTC": -300,
    }  # fmt: skip
    # The surplus of 300 less 120 of what was sold; the income of 70 and those 120 retained.
    assert balances(story, "2025-12-31") == {
        "1000 JPY": 9670, "1100 BTC": 600, "3000": -10000, "3100 BTC": -180, "3300": -190,
        "4000 BTC": -80, "6000 BTC": 180,
    }  # fmt: skip
    assert balances(story, "2026-01-01") == {
        "1000 JPY": 9670, "1100 BTC": 600, "3000": -10000, "3300": -270,
    }  # fmt: skip


def test_a_trial_balance_balances_and_is_in_order() -> None:
    story = lived()
    for day in ("2024-06-30", "2024-12-31", "2025-06-30", "2025-12-31"):
        found = trial_balance(story.books(day, measured=True), day)
        assert sum(one.amount for one in found) == 0
        keys = [(one.account, one.dimension) for one in found]
        assert keys == sorted(set(keys))


def test_a_sealed_balance_is_a_debit_or_a_credit_and_never_negative() -> None:
    story = plain_years()
    said = trial_balance_value(story.books("2024-12-31"), "test/harbour", "2024-12-31")
    shown = said["balances"]
    assert isinstance(shown, list)
    assert shown[0] == {
        "account": "1000", "name": "Cash", "dimension": "JPY", "debit": "9070",
    }  # fmt: skip
    assert shown[2] == {
        "account": "3000", "name": "Capital contributed by the State", "dimension": "",
        "credit": "10000",
    }  # fmt: skip


# -- seals ----------------------------------------------------------------------------------------


def test_seals_do_not_change_with_what_says_nothing_of_the_period() -> None:
    story = plain_years()
    first = seals_of(story.history, "2025")
    story.price("2026-01-05", "1")
    story.buys("2026-01-05", 1, 1)
    story.history.conduct["R.1", "flag"].add("2025-02-01", 1)
    assert seals_of(story.history, "2025") == first
    assert first.statements == [first.primary, first.notes]
    assert len({first.trial_balance, *first.statements}) == 3


def test_seals_change_with_any_figure_of_the_period() -> None:
    story = plain_years()
    first = seals_of(story.history, "2025")
    story.cash("2025-07-01", "custody_fee", 1, out=True)
    second = seals_of(story.history, "2025")
    assert first.trial_balance != second.trial_balance
    assert first.primary != second.primary


def test_what_only_a_note_says_changes_the_seal_of_the_notes_alone() -> None:
    story = plain_years()
    first = seals_of(story.history, "2025")
    story.encumbers("2025-07-01", 2)
    second = seals_of(story.history, "2025")
    assert (first.trial_balance, first.primary) == (second.trial_balance, second.primary)
    assert first.notes != second.notes


def test_nothing_incomplete_is_sealed() -> None:
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    with pytest.raises(UndecidableError, match="fair_value_missing BTC on 2025-12-31"):
        seals_of(story.history, "2025")


# -- differences ----------------------------------------------------------------------------------


def test_no_two_rows_have_one_name_and_every_cell_its_column() -> None:
    tables = lived().report().tables
    refs = [row.ref for table in tables for row in table.rows]
    assert [ref for ref in dict.fromkeys(refs) if refs.count(ref) > 1] == []
    for table in tables:
        assert len(set(table.heads)) == len(table.heads)
        assert {len(row.cells) for row in table.rows} <= {0, len(table.heads)}


def test_nothing_differs_from_itself() -> None:
    assert changes(lived().report(), lived().report()) == []


def test_a_figure_that_appears_or_goes_was_or_is_nothing() -> None:
    story = plain_years()
    earlier = story.report()
    story.cash("2025-07-01", "custody_fee", 45, out=True)
    later = story.report()
    found = {(one.ref, one.column): (one.before, one.after) for one in changes(earlier, later)}
    assert found["performance.custody", "2025"] == (0, -45)
    assert found["position.cash", "2025-12-31"] == (9670, 9625)
    assert found["equity.result", "Total"] == (80, 35)
    assert ("performance.custody", "2024") not in found
    back = changes(later, earlier)
    gone = [one for one in back if one.ref == "performance.custody"]
    assert [(one.column, one.before, one.after, one.difference) for one in gone] == [
        ("2025", -45, 0, 45)
    ]
    assert {(one.ref, one.column): (one.after, one.before) for one in back} == found


def test_columns_are_compared_by_their_names() -> None:
    """A second asset comes: the column of the first is still the first's."""
    story = Story()
    terms = asset(model="fv_net_income"), asset("BNB", "fv_net_income")
    story.adopt(*terms, framework="us_gaap")
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-12-31", "130")
    earlier = story.report()
    story.buys("2025-02-10", 5, 500, asset="BNB")
    story.price("2025-12-31", "90", of="BNB")
    later = story.report()

    def closing(one: object, other: object) -> dict[str, tuple[int, int]]:
        return {
            change.column: (change.before, change.after)
            for change in changes(one, other)  # type: ignore[arg-type] # reports
            if change.ref == "asc_roll_forward.closing"
        }

    assert closing(earlier, later) == {"BNB": (0, 450), "Total": (1300, 1750)}
    assert closing(later, earlier) == {"BNB": (450, 0), "Total": (1750, 1300)}


def test_a_comparative_that_appears_is_a_difference_of_its_column() -> None:
    story = Story()
    story.adopt(asset())
    story.cash("2025-02-01", "contribution", 10)
    earlier = story.report()
    story.cash("2024-02-01", "contribution", 4)
    found = changes(earlier, story.report())
    cash = [(one.column, one.before, one.after) for one in found if one.ref == "position.cash"]
    assert cash == [("2025-12-31", 10, 14), ("2024-12-31", 0, 4)]


def test_only_what_became_known_between_two_positions_explains_a_difference() -> None:
    story = lived()
    told = story.history.occurrences
    known = between(told, 10, 14, "2025-05-03")
    assert [(one.position, one.day) for one in known] == [
        (11, "2025-05-01"), (12, "2025-05-02"), (13, "2025-05-03"),
    ]  # fmt: skip
    assert between([replace(told[0], day="2026-01-01")], 0, 99, "2025-12-31") == []
