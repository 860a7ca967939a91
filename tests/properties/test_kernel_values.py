"""Laws of values: rendering and parsing are inverse, days and amounts keep their order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.kernel.amounts import AMOUNT, parse_amount, render_amount
from ledger.kernel.errors import LedgerError, ValueFormError
from ledger.kernel.identifiers import check_form, check_lei
from ledger.kernel.instants import (
    add_days,
    check_day,
    check_instant,
    days_between,
    local_day,
    parse_day,
    parse_instant,
    render_instant,
)
from ledger.kernel.limits import AMOUNT_CHARS_MAX
from ledger.kernel.money import Money
from ledger.kernel.quantity import Quantity
from ledger.kernel.text import check_text
from tests.support.strategies import base_units, days, instants, moments, recent_days, scales


@given(base_units, scales)
def test_an_amount_is_what_it_was(units: int, scale: int) -> None:
    text = render_amount(units, scale)
    assume(len(text) <= AMOUNT_CHARS_MAX)
    assert parse_amount(text, scale) == units
    assert check_form(text, AMOUNT, "an amount") == text


@given(st.from_regex(AMOUNT, fullmatch=True), scales)
def test_every_amount_of_the_pattern_is_the_only_spelling_of_its_value(
    text: str, scale: int
) -> None:
    try:
        units = parse_amount(text, scale)
    except ValueFormError:
        assert len(text) > AMOUNT_CHARS_MAX or len(text.partition(".")[2]) > scale
        return
    assert render_amount(units, scale) == text


@given(st.text("0123456789.-+eE_, ", max_size=12), scales)
def test_any_other_text_of_an_amount_s_characters_is_refused(text: str, scale: int) -> None:
    try:
        units = parse_amount(text, scale)
    except ValueFormError:
        return
    assert render_amount(units, scale) == text


@given(base_units, base_units)
def test_money_and_quantities_add_as_integers(first: int, second: int) -> None:
    assert (Money("USD", first) + Money("USD", second)).minor_units == first + second
    assert (Quantity("BTC", first) - Quantity("BTC", second)).base_units == first - second
    assert -Money("USD", first) == Money("USD", -first)
    with pytest.raises(ValueFormError):
        Money("USD", first) + Money("EUR", second)
    with pytest.raises(ValueFormError):
        Quantity("BTC", first) - Quantity("BNB", second)


@given(instants)
def test_an_instant_is_what_it_was(text: str) -> None:
    assert check_instant(text) == text
    assert render_instant(parse_instant(text)) == text


@given(moments, moments)
def test_instants_sort_as_text_in_the_order_of_time(first: object, second: object) -> None:
    assert isinstance(first, type(second))
    texts = render_instant(first), render_instant(second)  # type: ignore[arg-type] # datetimes
    assert (texts[0] < texts[1]) == (first < second)  # type: ignore[operator] # datetimes


@given(days, days)
def test_days_sort_as_text_and_count(first: str, second: str) -> None:
    assert check_day(first) == first
    assert parse_day(first).isoformat() == first
    assert (first < second) == (parse_day(first) < parse_day(second))
    assert add_days(first, days_between(first, second)) == second


@given(recent_days, st.integers(-5_000, 5_000))
def test_adding_days_is_the_calendar_s(day: str, count: int) -> None:
    expected = (date.fromisoformat(day) + timedelta(days=count)).isoformat()
    assert add_days(day, count) == expected
    assert days_between(day, expected) == count


@given(moments, st.integers(-720, 840))
def test_the_local_day_is_that_of_the_shifted_clock(moment: object, offset: int) -> None:
    text = render_instant(moment)  # type: ignore[arg-type] # a datetime
    assume("1001" < text[:4] < "9999")
    shifted = parse_instant(text) + timedelta(minutes=offset)
    assert local_day(text, offset) == shifted.date().isoformat()


@given(st.text(max_size=40))
def test_text_is_taken_unchanged_or_refused(text: str) -> None:
    try:
        assert check_text(text) == text
    except ValueFormError:
        return
    assert text.isprintable() or not text.isascii()
    assert text == text.strip()


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18))
def test_every_stem_has_exactly_one_pair_of_check_digits(stem: str) -> None:
    good = []
    for number in range(2, 99):
        try:
            good.append(check_lei(f"{stem}{number:02d}"))
        except LedgerError:
            continue
    assert len(good) == 1


@given(st.text(max_size=30))
def test_no_text_crashes_a_checker(text: str) -> None:
    for check in (check_day, check_instant, check_lei, check_text):
        try:
            assert check(text) == text
        except ValueFormError:
            continue
