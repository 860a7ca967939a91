"""A policy takes over on its first day; a change of policy replays everything before it."""

from __future__ import annotations

from tests.support.folded_books import Story, asset


def test_adopting_revaluation_moves_accounts_at_what_they_stand_at() -> None:
    """Cost 1000, impaired to 700: both accounts close into one, and profit is untouched."""
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-03-31", "70")
    story.measures("2025-03-31")
    changed = story.adopt(
        asset(model="revaluation"), since="2025-07-01", change="revaluation_adopted"
    )
    assert story.ledger("2025-06-30") == {
        "1000 JPY": -1000, "1110 BTC": 1000, "1119 BTC": -300, "5030 BTC": 300,
    }  # fmt: skip
    # The change is posted when the first later day is folded.
    story.price("2025-09-30", "120")
    story.measures("2025-09-30")
    after = story.ledger("2025-09-30")
    assert story.entry(changed) == {"1100 BTC": 700, "1110 BTC": -1000, "1119 BTC": 300}
    # 700 to 1200: 300 reverse the loss in profit or loss, 200 are surplus.
    assert after == {
        "1000 JPY": -1000, "1100 BTC": 1200, "5030 BTC": 300, "4010 BTC": -300, "6000 BTC": -200,
    }  # fmt: skip


def test_back_to_cost_a_surplus_is_lost_before_profit_is() -> None:
    """1000 stand at 1300, and fall to 900 at cost: 300 of surplus, 100 of loss (IAS 36.61)."""
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-03-31", "130")
    story.measures("2025-03-31")
    changed = story.adopt(asset(), since="2025-04-01", change="reclassification")
    story.price("2025-06-30", "90")
    measured = story.measures("2025-06-30")
    story.books()
    assert story.entry(changed) == {"1100 BTC": -1300, "1110 BTC": 1300}
    assert story.entry(measured) == {"1119 BTC": -400, "6000 BTC": 300, "5030 BTC": 100}
    assert story.lots() == [("e2", 10, 1000, 900)]


def test_back_at_cost_a_surplus_from_before_is_kept_and_never_grows() -> None:
    story = Story()
    story.adopt(asset(model="revaluation"))
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-03-31", "130")
    story.measures("2025-03-31")
    story.adopt(asset(), since="2025-04-01", change="reclassification")
    story.price("2025-06-30", "200")
    measured = story.measures("2025-06-30")
    sold = story.sells("2025-07-01", 5, 700)
    story.books()
    assert story.entry(measured) == {}
    assert story.entry(sold) == {
        "1000 JPY": 700, "1110 BTC": -650, "4000 BTC": -50, "3100 BTC": 150, "3300": -150,
    }  # fmt: skip


def test_only_accounts_that_change_move() -> None:
    story = Story()
    story.adopt(asset(), asset("BNB"))
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-01-10", 10, 500, asset="BNB")
    changed = story.adopt(
        asset(), asset("BNB", "revaluation"), since="2025-07-01", change="revaluation_adopted"
    )
    story.cash("2025-08-01", "contribution", 1)
    story.books()
    assert story.entry(changed) == {"1100 BNB": 500, "1110 BNB": -500}


def test_a_change_of_the_estimate_of_costs_counts_from_its_day() -> None:
    """Fair value 1000 less a tenth, then less a fifth."""
    story = Story()
    terms = asset(classification="inventory_broker_trader", model="fvlcts_pl")
    story.adopt(terms, disposal_cost_rate="0.1")
    story.buys("2025-01-10", 10, 1000)
    story.price("2025-01-10", "100")
    first = story.measures("2025-03-31")
    story.adopt(terms, since="2025-04-01", change="change_of_estimate", disposal_cost_rate="0.2")
    second = story.measures("2025-04-01")
    story.books()
    assert story.entry(first) == {"1130 BTC": -100, "5020 BTC": 100}
    assert story.entry(second) == {"1130 BTC": -100, "5020 BTC": 100}


def test_a_change_of_policy_replays_the_past_under_the_new_formula() -> None:
    """First in first out: 4 of the lot at 100. Weighted average: 4 of 20 for 3000, 150 each."""
    story = Story()
    story.adopt(asset())
    first = story.buys("2025-01-10", 10, 1000)
    second = story.buys("2025-01-11", 10, 2000)
    sold = story.sells("2025-02-01", 4, 1000)
    assert story.lots() == [(first, 6, 600, 600), (second, 10, 2000, 2000)]
    assert story.entry(sold)["4000 BTC"] == -600
    story.adopt(
        asset(), since="2025-06-01", change="change_of_policy", cost_formula="weighted_average"
    )
    assert story.lots() == [("pool", 16, 2400, 2400)]
    assert story.entry(sold) == {"1000 JPY": 1000, "1110 BTC": -600, "4000 BTC": -400}
    assert all("reclass" not in entry.why for entry in story.entries)


def test_what_was_known_before_a_change_of_policy_stays_as_it_was() -> None:
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-01-11", 10, 2000)
    sold = story.sells("2025-02-01", 4, 1000)
    position = story.position
    story.adopt(
        asset(), since="2025-06-01", change="change_of_policy", cost_formula="weighted_average"
    )
    then = story.history.known_at(position)
    assert [lot.cost for lot in then.books("2025-12-31", measured=False).lots("BTC")] == [600, 2000]
    assert then.position == position
    assert sold == f"e{position}"


def test_an_asset_that_a_new_policy_leaves_out_stands_in_clearing_and_is_a_gap() -> None:
    story = Story()
    story.adopt(asset(), asset("BNB"))
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-01-10", 10, 500, asset="BNB")
    changed = story.adopt(asset(), since="2025-07-01", change="reclassification")
    story.cash("2025-08-01", "contribution", 1)
    assert story.gaps() == [("asset_unclassified", "2025-07-01", "BNB")]
    assert story.entry(changed) == {"1110 BNB": -500, "1290 BNB": 500}
    assert not story.report().is_complete
