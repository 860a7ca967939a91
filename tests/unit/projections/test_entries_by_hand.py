"""Entries posted by hand, what they do to lots, and how they are taken back."""

from __future__ import annotations

from tests.support.folded_books import Story, asset, hand


def two_lots(model: str = "revaluation") -> Story:
    """Ten for 1000, then thirty for 6000."""
    story = Story()
    story.adopt(asset(model=model))
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-01-11", 30, 6000)
    return story


def test_an_entry_that_touches_no_asset_is_posted_as_it_is() -> None:
    story = two_lots()
    entry = story.posts("2025-02-01", hand("5060", 40), hand("2010", -40))
    story.books()
    assert story.entry(entry) == {"5060": 40, "2010": -40}
    assert story.lots() == [("e2", 10, 1000, 1000), ("e3", 30, 6000, 6000)]


def test_a_line_that_names_a_lot_changes_that_lot_alone() -> None:
    story = two_lots()
    entry = story.posts(
        "2025-02-01", hand("1100", 80, "BTC", lot="e2", adjusts_cost=True), hand("2010", -80)
    )
    assert story.lots() == [("e2", 10, 1080, 1080), ("e3", 30, 6000, 6000)]
    assert story.entry(entry) == {"1100 BTC": 80, "2010": -80}
    assert [lot.shadow for lot in story.books().lots("BTC")] == [1080, 6000]


def test_a_line_that_names_none_is_spread_over_all_by_their_units() -> None:
    """82 over ten and thirty: 20 (20.5 rounded down), and the rest."""
    story = two_lots()
    line = hand("1100", 82, "BTC", adjusts_cost=True)
    entry = story.posts("2025-02-01", line, hand("2010", -82))
    assert story.lots() == [("e2", 10, 1020, 1020), ("e3", 30, 6062, 6062)]
    noted = {f"{line.account} {line.amount}" for one in story.memos if one.event_id == entry
             for line in one.lines}  # fmt: skip
    assert noted == {"9010 82", "9000 82"}


def test_a_line_that_leaves_cost_alone_changes_the_surplus() -> None:
    story = two_lots()
    entry = story.posts("2025-02-01", hand("1100", 40, "BTC"), hand("6000", -40, "BTC"))
    assert story.lots() == [("e2", 10, 1000, 1010), ("e3", 30, 6000, 6030)]
    assert [one.event_id for one in story.memos if one.event_id == entry] == []
    sold = story.sells("2025-02-02", 10, 1010)
    story.books()
    assert story.entry(sold, "surplus transfer") == {"3100 BTC": 10, "3300": -10}


def test_accumulated_impairment_never_changes_cost() -> None:
    story = two_lots("cost")
    line = hand("1119", -40, "BTC", adjusts_cost=True)
    story.posts("2025-02-01", line, hand("5030", 40, "BTC"))
    assert story.lots() == [("e2", 10, 1000, 990), ("e3", 30, 6000, 5970)]
    assert story.memos[2:] == []


def test_the_amount_under_the_cost_model_never_falls_below_nothing() -> None:
    story = two_lots()
    story.price("2025-01-31", "1")
    story.measures("2025-01-31")
    line = hand("1100", -30, "BTC", lot="e2", adjusts_cost=True)
    entry = story.posts("2025-02-01", line, hand("2010", 30))
    lots = story.books().lots("BTC")
    assert [(lot.cost, lot.carrying_amount, lot.shadow) for lot in lots] == [
        (970, -20, 0), (6000, 30, 30),
    ]  # fmt: skip
    noted = [line.amount for one in story.memos if one.event_id == entry for line in one.lines]
    assert noted == [-30, -10]


def test_an_entry_on_units_that_have_left_is_a_gap() -> None:
    story = two_lots()
    story.sells("2025-01-31", 10, 1000)
    entry = story.posts("2025-02-01", hand("1100", 80, "BTC", lot="e2"), hand("2010", -80))
    assert story.gaps() == [("lot_gone", "2025-02-01", "e2")]
    assert story.entry(entry) == {"1100 BTC": 80, "2010": -80}
    assert story.lots() == [("e3", 30, 6000, 6000)]


def test_an_entry_on_an_asset_all_of_which_has_left_is_a_gap() -> None:
    story = two_lots()
    story.sells("2025-01-31", 40, 1000)
    story.posts("2025-02-01", hand("1100", 80, "BTC"), hand("2010", -80))
    assert story.gaps() == [("lot_gone", "2025-02-01", "BTC")]


def test_an_entry_on_an_asset_that_never_came_is_a_gap() -> None:
    story = two_lots()
    story.posts("2025-02-01", hand("1100", 80, "BNB"), hand("2010", -80))
    assert story.gaps() == [("lot_gone", "2025-02-01", "BNB")]
    assert story.basis().assets() == ["BNB", "BTC"]


def test_an_entry_on_foreign_cash_changes_what_is_held_of_it() -> None:
    story = two_lots()
    story.rate("2025-01-10", "USD", "150")
    story.cash("2025-01-10", "contribution", ("USD", 1000))
    story.posts("2025-02-01", hand("1000", -300, "USD", foreign=("USD", -200)), hand("5060", 300))
    books = story.books()
    assert books.cash["USD"] == [800, 1200]
    assert books.journal.foreign["USD"].until("2025-12-31") == 800


def test_a_reversal_takes_lots_and_ledger_back() -> None:
    story = two_lots()
    story.rate("2025-01-10", "USD", "150")
    before = (story.lots(), story.ledger())
    said = (
        hand("1100", 82, "BTC", adjusts_cost=True),
        hand("1000", -82, "USD", foreign=("USD", -55)),
    )
    story.posts("2025-02-01", *said)
    assert story.ledger() != before[1]
    back = (
        hand("1100", -82, "BTC", adjusts_cost=True),
        hand("1000", 82, "USD", foreign=("USD", 55)),
    )
    story.posts("2025-02-02", *back, word="reversal")
    assert (story.lots(), story.ledger()) == before
    assert story.books().cash["USD"] == [0, 0]


def test_a_reversal_of_a_named_lot_is_exact() -> None:
    story = two_lots()
    before = story.lots()
    for sign in (1, -1):
        line = hand("1100", sign * 83, "BTC", lot="e2", adjusts_cost=True)
        story.posts("2025-02-01", line, hand("2010", -sign * 83))
    assert story.lots() == before
