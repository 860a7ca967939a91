"""Where lots are each account's, they travel with the units, first in, first out."""

from __future__ import annotations

from tests.support.folded_books import Story, asset


def two_lots() -> Story:
    """Ten at 100 and ten at 200 in the vault."""
    story = Story()
    story.adopt(asset(), lot_scope="account")
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-01-11", 10, 2000)
    return story


def places(story: Story) -> dict[str, list[tuple[str, int, int]]]:
    pools = story.books().pools["BTC"]
    found = {name: [(lot.lot_id, lot.units, lot.cost) for lot in pools[name]] for name in pools}
    return {name: lots for name, lots in found.items() if lots}


def test_lots_travel_through_transit_first_in_first_out() -> None:
    story = two_lots()
    story.moves("2025-02-01", 14, "vault", "vault>")
    assert places(story) == {
        "vault": [("e3", 6, 1200)],
        "vault>": [("e2", 10, 1000), ("e3", 4, 800)],
    }
    story.moves("2025-02-02", 12, "vault>", "second")
    assert places(story) == {
        "vault": [("e3", 6, 1200)],
        "vault>": [("e3", 2, 400)],
        "second": [("e2", 10, 1000), ("e3", 2, 400)],
    }
    assert story.gaps() == []


def test_what_fails_to_arrive_comes_back_as_it_was() -> None:
    story = two_lots()
    before = places(story)
    story.moves("2025-02-01", 10, "vault", "vault>")
    story.moves("2025-02-02", 10, "vault>", "vault")
    assert places(story) == before
    assert story.ledger() == {"1000 JPY": -3000, "1110 BTC": 3000}


def test_a_move_makes_no_entry_and_no_relief() -> None:
    story = two_lots()
    moved = story.moves("2025-02-01", 14, "vault", "second")
    story.books()
    assert story.entry(moved) == {}
    assert story.reliefs == []


def test_a_fee_takes_the_lots_of_the_account_that_pays_it() -> None:
    """The older lot is elsewhere: a fee of one from the vault costs 200, worth 150."""
    story = two_lots()
    story.moves("2025-02-01", 10, "vault", "second")
    story.price("2025-02-02", "150")
    paid = story.goes("2025-02-02", "fee", 1)
    story.books()
    assert story.entry(paid) == {"5040": 150, "1110 BTC": -200, "5000 BTC": 50}
    assert places(story)["second"] == [("e2", 10, 1000)]


def test_a_sale_takes_the_lots_of_its_account_alone() -> None:
    story = two_lots()
    story.moves("2025-02-01", 10, "vault", "second")
    sold = story.sells("2025-02-02", 5, 1000)
    story.books()
    assert story.entry(sold) == {"1000 JPY": 1000, "1110 BTC": -1000}
    short = story.sells("2025-02-03", 6, 1)
    assert story.gaps() == [("units_missing", "2025-02-03", short)]


def test_fees_from_several_accounts_need_units_on_each() -> None:
    story = two_lots()
    story.moves("2025-02-01", 10, "vault", "second")
    story.price("2025-02-02", "150")
    both = (("second", "BTC", 10), ("vault", "BTC", 1))
    sold = story.sells("2025-02-02", 9, 2000, asset_fees=both)
    assert story.gaps() == []
    # 9 and 1 of the lot at 200, 10 of the lot at 100; fees of 11 x 150 leave 350 net.
    assert story.entry(sold) == {
        "1000 JPY": 2000, "1110 BTC": -3000, "4000 BTC": -500, "5000 BTC": 1500,
    }  # fmt: skip
    late = story.sells("2025-02-02", 1, 1, asset_fees=(("second", "BTC", 1),))
    assert story.gaps() == [("units_missing", "2025-02-02", late)]


def test_a_move_waits_for_its_units() -> None:
    story = Story()
    story.adopt(asset(), lot_scope="account")
    moved = story.moves("2025-02-01", 4, "vault", "second")
    assert story.gaps() == [("units_missing", "2025-02-01", moved)]
    bought = story.buys("2025-02-01", 4, 400)
    assert story.gaps() == []
    assert places(story) == {"second": [(bought, 4, 400)]}


def test_an_average_travels_as_one_pool() -> None:
    """Twenty for 3000; eight of them take 1200 along, and join ten at 50: 18 for 1700."""
    story = Story()
    story.adopt(asset(), lot_scope="account", cost_formula="weighted_average")
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-01-11", 10, 2000)
    story.buys("2025-01-12", 10, 500, account="second")
    story.moves("2025-02-01", 8, "vault", "second")
    assert places(story) == {"vault": [("pool", 12, 1800)], "second": [("pool", 18, 1700)]}


def test_measured_lots_are_spread_over_all_accounts_in_the_order_they_came() -> None:
    """Twenty at 130 are 2600, 1300 each lot, wherever they are: one gains, one loses."""
    story = Story()
    story.adopt(asset(model="revaluation"), lot_scope="account")
    story.buys("2025-01-10", 10, 1000)
    story.buys("2025-01-11", 10, 2000)
    story.moves("2025-02-01", 10, "vault", "second")
    story.price("2025-03-31", "130")
    measured = story.measures("2025-03-31")
    assert story.lots() == [("e2", 10, 1000, 1300), ("e3", 10, 2000, 1300)]
    assert story.entry(measured) == {"1100 BTC": -400, "6000 BTC": -300, "5010 BTC": 700}


def test_lots_of_the_fund_stay_where_they_are() -> None:
    story = Story()
    story.adopt(asset())
    story.buys("2025-01-10", 10, 1000)
    story.moves("2025-02-01", 10, "vault", "second")
    sold = story.sells("2025-02-02", 4, 400, account="second")
    story.books()
    assert story.entry(sold) == {"1000 JPY": 400, "1110 BTC": -400}
    assert places(story) == {"": [("e2", 6, 600)]}
