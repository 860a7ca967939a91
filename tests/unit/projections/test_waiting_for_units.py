"""Within a day, what needs units waits for those that come later that day; nothing is guessed."""

from __future__ import annotations

from tests.support.folded_books import Story, asset, stablecoin


def test_a_sale_waits_for_a_purchase_that_is_known_later_that_day() -> None:
    story = Story()
    story.adopt(asset())
    sold = story.sells("2025-03-01", 4, 500)
    bought = story.buys("2025-03-01", 10, 1000)
    assert story.lots() == [(bought, 6, 600, 600)]
    assert [one.event_id for one in story.entries] == [bought, sold]
    assert story.entry(sold) == {"1000 JPY": 500, "1110 BTC": -400, "4000 BTC": -100}
    assert story.gaps() == []


def test_what_waits_waits_through_several_arrivals() -> None:
    story = Story()
    story.adopt(asset(), asset("BNB"))
    story.price("2025-03-01", "150")
    first = story.sells("2025-03-01", 30, 3000)
    second = story.swaps("2025-03-01", ("vault", "BTC", 5), ("vault", "BNB", 7))
    story.buys("2025-03-01", 6, 600)
    story.buys("2025-03-01", 29, 2900)
    assert story.gaps() == []
    assert [one.event_id for one in story.entries] == ["e5", second, "e6", first]
    assert story.lots("BNB") == [(second, 7, 750, 750)]
    assert story.lots() == []


def test_a_measurement_ends_its_day_and_takes_what_waited_first() -> None:
    story = Story()
    story.adopt(asset(model="revaluation"), asset("BNB"))
    story.price("2025-03-01", "200")
    story.measures("2025-03-01")
    story.swaps("2025-03-01", ("vault", "BNB", 1), ("vault", "BTC", 10))
    story.price("2025-03-01", "900", of="BNB")
    story.buys("2025-03-01", 1, 500, asset="BNB")
    assert story.lots() == [("e4", 10, 900, 2000)]
    assert story.gaps() == []


def test_two_that_wait_for_one_another_s_units_come_out_in_the_order_that_works() -> None:
    """The chain A to B to C is known backwards; each frees the next."""
    story = Story()
    story.adopt(asset(), asset("BNB"), asset("ETH"))
    story.price("2025-01-01", "100")
    story.price("2025-01-01", "50", of="BNB")
    story.sells("2025-03-01", 3, 777, asset="ETH")
    story.swaps("2025-03-01", ("vault", "BNB", 2), ("vault", "ETH", 3))
    story.swaps("2025-03-01", ("vault", "BTC", 1), ("vault", "BNB", 2))
    story.buys("2025-02-01", 1, 40)
    assert story.gaps() == []
    assert [one.event_id for one in story.entries] == ["e7", "e6", "e5", "e4"]
    # 100 for the BTC, so the BNB cost 100 and are given at 2 x 50; the ETH cost 100.
    assert story.ledger() == {"1000 JPY": 737, "4000 BTC": -60, "4000 ETH": -677}


def test_units_that_never_come_are_a_gap_and_nothing_is_posted() -> None:
    story = Story()
    story.adopt(asset())
    story.buys("2025-03-01", 3, 300)
    story.sells("2025-03-02", 4, 500)
    story.buys("2025-03-03", 10, 1000)
    assert story.gaps() == [("units_missing", "2025-03-02", "e3")]
    assert story.ledger() == {"1000 JPY": -1300, "1110 BTC": 1300}


def test_units_that_are_missing_at_a_measurement_are_named_once() -> None:
    story = Story()
    story.adopt(asset())
    story.sells("2025-03-01", 1, 5)
    story.price("2025-03-01", "9")
    story.measures("2025-03-01")
    assert story.gaps() == [("units_missing", "2025-03-01", "e2")]


def test_fees_in_units_are_needed_with_what_leaves() -> None:
    """Nine are there, and eight with a fee of two need ten: the sale waits for the tenth."""
    story = Story()
    story.adopt(asset())
    story.price("2025-01-01", "100")
    story.buys("2025-02-01", 9, 900)
    fee = (("vault", "BTC", 2),)
    sold = story.sells("2025-03-01", 8, 1000, asset_fees=fee)
    assert story.gaps() == [("units_missing", "2025-03-01", sold)]
    story.buys("2025-03-01", 1, 100)
    assert story.gaps() == []
    assert story.lots() == []


def test_a_purchase_whose_fee_is_paid_in_units_waits_for_these() -> None:
    story = Story()
    story.adopt(asset(), asset("BNB"))
    story.price("2025-01-01", "7", of="BNB")
    bought = story.buys("2025-03-01", 10, 1000, asset_fees=(("vault", "BNB", 3),))
    assert story.gaps() == [("units_missing", "2025-03-01", bought)]
    story.buys("2025-03-01", 3, 12, asset="BNB")
    assert story.gaps() == []
    assert story.lots() == [(bought, 10, 1021, 1021)]


def test_without_a_policy_nothing_is_taken_and_one_gap_says_so() -> None:
    story = Story()
    story.buys("2025-03-01", 10, 1000)
    story.encumbers("2025-03-02", 1)
    story.cash("2025-03-03", "contribution", 5)
    assert story.gaps() == [("policy_missing", "2025-03-01", "")]
    assert story.ledger() == {}
    assert list(story.books(measured=True).held()) == []


def test_the_day_s_prices_and_rates_count_whenever_they_are_known() -> None:
    story = Story()
    story.adopt(asset(), stablecoin(currency="USD"))
    bought = story.buys("2025-03-01", 10, ("USD", 100), asset="USDT")
    story.rate("2025-03-01", "USD", "150")
    assert story.gaps() == []
    assert story.entry(bought) == {"1000 USD": -150, "1140 USDT": 150}
