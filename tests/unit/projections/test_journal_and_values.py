"""The journal's sums and the values of days, taken by themselves."""

from __future__ import annotations

import pytest

from ledger.kernel.errors import InvariantError
from ledger.projections.journal import MEMO, Entry, Journal, Line
from ledger.projections.occurrences import ExchangeRate, FairValue
from ledger.projections.values import Adopted, DailyValues, Values, ratio
from tests.support.folded_books import Story


def test_an_entry_that_does_not_balance_is_a_defect() -> None:
    with pytest.raises(InvariantError, match="position 7, sale"):
        Journal().post("2025-01-01", 7, "e", "sale", [Line("1000", "", 1, "w")])


def test_lines_of_nothing_are_left_out_and_an_entry_of_none_is_none() -> None:
    journal = Journal()
    seen: list[Entry] = []
    journal.watch(seen.append)
    nothing = Line("1000", "JPY", 0, "w")
    lines = [Line("1000", "JPY", 5, "w"), nothing, Line("3000", "", -5, "w")]
    journal.post("2025-01-01", 1, "e1", "cash", lines)
    journal.post("2025-01-01", 2, "e2", "cash", [nothing])
    assert journal.entries == 1
    assert [(one.event_id, len(one.lines)) for one in seen] == [("e1", 2)]


def test_foreign_money_counts_even_where_it_is_worth_nothing() -> None:
    journal = Journal()
    journal.post("2025-01-01", 1, "e1", "cash", [Line("1000", "USD", 0, "w", 40)])
    assert journal.entries == 1
    assert journal.foreign["USD"].until("2025-01-01") == 40
    assert journal.balance("1000", "USD", "2025-01-01") == 0


def test_sums_are_kept_by_day_and_can_be_read_in_the_middle_of_one() -> None:
    journal = Journal()
    days = (("2025-01-01", 5, 5), ("2025-01-01", 7, 12), ("2025-01-02", -12, 0))
    for day, amount, total in days:
        lines = [Line("1000", "JPY", amount, "a"), Line("3000", "", -amount, "a")]
        journal.post(day, 1, "e", "cash", lines)
        assert journal.balance("1000", "JPY", "2025-12-31") == total
    assert [journal.balance("1000", "JPY", f"2025-01-0{day}") for day in (1, 2)] == [12, 0]
    assert journal.sums["1000", "JPY", "a"].between("2025-01-02", "2025-01-02") == -12


def test_what_a_day_takes_back_leaves_no_trace() -> None:
    journal = Journal()
    for amount in (5, -5):
        lines = [Line("1000", "JPY", amount, "a"), Line("3000", "", -amount, "a")]
        journal.post("2025-01-01", 1, "e", "cash", lines)
    assert dict(journal.sums) == {}


def test_memo_lines_are_apart_and_balance_nothing() -> None:
    journal = Journal()
    seen: list[Entry] = []
    journal.watch(seen.append)
    line, nothing = Line("9300", "BTC", 3, "w"), Line("9010", "BTC", 0, "w")
    journal.note("2025-01-01", 1, "e1", (line, nothing))
    journal.note("2025-01-02", 2, "e2", (line,))
    assert [(one.why, one.event_id) for one in seen] == [(MEMO, "e1"), (MEMO, "e2")]
    assert dict(journal.sums) == {}
    assert set(journal.memo) == {("9300", "BTC", "w")}
    assert journal.memo["9300", "BTC", "w"].until("2025-01-01") == 3
    assert journal.memo["9300", "BTC", "w"].until("2025-01-02") == 6


def test_values_in_a_fold_say_nothing_by_themselves() -> None:
    books = Story().books()
    books.fold([FairValue("2025-01-02", 1, "e1", "BTC", "JPY", "1", "1")])
    assert (books.gaps, books.journal.entries) == ([], 0)


def adopted(day: str, position: int) -> Adopted:
    return Adopted(day, position, f"e{position}", (position, 1), "JPY", "")


def test_of_several_values_for_a_day_the_last_recorded_counts_in_any_order() -> None:
    for order in ((1, 2, 3), (3, 2, 1), (2, 3, 1)):
        series = DailyValues()
        for position in order:
            series.put(adopted("2025-01-05", position))
        found = series.at("2025-01-05")
        assert found is not None
        assert found.position == 3


def test_a_value_counts_until_the_next_and_never_before_its_day() -> None:
    series = DailyValues()
    for day, position in (("2025-01-09", 2), ("2025-01-05", 1), ("2025-01-20", 3)):
        series.put(adopted(day, position))
    found = [series.at(f"2025-01-{day:02}") for day in (4, 5, 8, 9, 19, 20)]
    assert [one.position if one else 0 for one in found] == [0, 1, 1, 2, 2, 3]
    assert [one.position for one in series.between("2025-01-05", "2025-01-09")] == [1, 2]


@pytest.mark.parametrize(
    ("text", "number"), [("12", (12, 1)), ("0.25", (25, 100)), ("1.50", (150, 100))]
)
def test_a_decimal_is_an_exact_ratio(text: str, number: tuple[int, int]) -> None:
    assert ratio(text) == number


def test_worth_is_rounded_once_half_to_even() -> None:
    values = Values("JPY")
    assert [values.worth(units, 0, (1, 2), (1, 1)) for units in (1, 3, 5, 7)] == [0, 2, 2, 4]
    # 3 x 1.5 x 1.5 is 6.75; rounded at each step it would be 8 (4.5 is 4, 6) or 7.
    assert values.worth(3, 0, (3, 2), (3, 2)) == 7
    assert Values("USD").worth(250, 2, (10, 1), (1, 1), (9, 10)) == 2250


def test_money_is_worth_itself_in_its_own_currency_and_nothing_without_a_rate() -> None:
    values = Values("JPY")
    assert values.convert("JPY", 7, "2025-01-01", "Anybody") == 7
    assert values.convert("USD", 7, "2025-01-01", None) is None
    values.put_rate(ExchangeRate("2025-01-02", 1, "e1", "USD", "JPY", "150", "S"))
    assert values.convert("USD", 100, "2025-01-01", None) is None
    assert values.convert("USD", 100, "2025-01-02", "S") == 150
    assert values.convert("USD", 100, "2025-01-02", "T") is None
    assert values.convert("EUR", 100, "2025-01-02", None) is None


def test_an_asset_of_which_nothing_was_adopted_has_no_price() -> None:
    values = Values("JPY")
    assert (values.price("BTC", "2025-01-01"), values.prices("BTC", "", "9")) == (None, [])
    values.put_price(FairValue("2025-01-02", 1, "e1", "BTC", "USD", "1.5", "2"))
    assert values.price("BTC", "2025-01-01") is None
    found = values.price("BTC", "2025-01-02")
    assert found == Adopted("2025-01-02", 1, "e1", (15, 10), "USD", "2")
    assert values.prices("BTC", "2025-01-01", "2025-01-02") == [found]
