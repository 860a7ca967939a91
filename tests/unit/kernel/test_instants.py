"""Instants and days: one spelling each, and day arithmetic that never leaves the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ledger.kernel.errors import ValueFormError
from ledger.kernel.instants import (
    add_days,
    add_days_to_instant,
    check_day,
    check_instant,
    days_between,
    local_day,
    local_time,
    parse_day,
    parse_instant,
    render_instant,
)


def test_an_instant() -> None:
    text = "2026-11-22T10:00:00.000001Z"
    assert parse_instant(text) == datetime(2026, 11, 22, 10, 0, 0, 1, tzinfo=UTC)
    assert render_instant(parse_instant(text)) == text == check_instant(text)


def test_a_day() -> None:
    assert parse_day("2024-02-29") == date(2024, 2, 29)
    assert check_day("2024-02-29") == "2024-02-29"


@pytest.mark.parametrize("text", ["2026-11-22", "", "x", "2026-11-22T10:00:00Z"])
def test_no_instant(text: str) -> None:
    with pytest.raises(ValueFormError, match="not an instant"):
        parse_instant(text)


@pytest.mark.parametrize(
    "text",
    ["2026-02-30T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z", "2026-01-01T00:00:60.000000Z"],
)
def test_no_real_instant(text: str) -> None:
    with pytest.raises(ValueFormError, match="not a real"):
        check_instant(text)


@pytest.mark.parametrize("text", ["2026-02-29", "0000-01-01", "2026-13-01", "2026-00-10"])
def test_no_real_day(text: str) -> None:
    with pytest.raises(ValueFormError, match="not a real day"):
        check_day(text)


def test_a_time_in_another_zone_is_written_in_utc() -> None:
    astana = timezone(timedelta(hours=5))
    moment = datetime(2026, 11, 22, 15, 0, tzinfo=astana)
    assert render_instant(moment) == "2026-11-22T10:00:00.000000Z"


def test_a_naive_time_is_no_instant() -> None:
    with pytest.raises(ValueFormError, match="without a zone"):
        render_instant(datetime(2026, 11, 22, 10))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("year", [1, 999, 1000, 2026, 9999])
def test_every_year_is_written_with_four_digits(year: int) -> None:
    text = f"{year:04d}-03-01T12:00:00.000000Z"
    assert render_instant(parse_instant(text)) == text


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
    ],
    ids=["before the first year", "after the last year"],
)
def test_a_time_beyond_the_calendar_is_our_error(moment: datetime) -> None:
    with pytest.raises(ValueFormError):
        render_instant(moment)


@pytest.mark.parametrize(
    ("instant", "offset", "day"),
    [
        ("2026-11-22T00:00:00.000000Z", 0, "2026-11-22"),
        ("2026-11-22T23:59:59.999999Z", 0, "2026-11-22"),
        ("2026-11-22T18:59:59.999999Z", 300, "2026-11-22"),
        ("2026-11-22T19:00:00.000000Z", 300, "2026-11-23"),
        ("2026-11-22T04:59:59.999999Z", -300, "2026-11-21"),
        ("2026-11-22T05:00:00.000000Z", -300, "2026-11-22"),
        ("2026-02-28T23:59:00.000000Z", 1, "2026-03-01"),
        ("2024-02-28T23:59:00.000000Z", 1, "2024-02-29"),
        ("2026-12-31T10:00:00.000000Z", 840, "2027-01-01"),
        ("2026-01-01T11:59:59.000000Z", -720, "2025-12-31"),
    ],
)
def test_the_local_day(instant: str, offset: int, day: str) -> None:
    assert local_day(instant, offset) == day


@pytest.mark.parametrize(
    ("instant", "offset", "day"),
    [
        ("9999-12-31T23:59:59.000000Z", 300, "9999-12-31"),
        ("0001-01-01T00:00:00.000000Z", -300, "0001-01-01"),
    ],
)
def test_the_local_day_is_clipped_at_the_ends_of_the_calendar(
    instant: str, offset: int, day: str
) -> None:
    """As `add_days` is. A record of such a time must be refused, not end the auditor's program."""
    assert local_day(instant, offset) == day


@pytest.mark.parametrize(
    ("instant", "offset", "there"),
    [
        ("2026-11-22T00:00:00.000000Z", 0, "2026-11-22T00:00:00.000000"),
        ("2026-11-22T18:59:59.999999Z", 300, "2026-11-22T23:59:59.999999"),
        ("2026-11-22T19:00:00.000000Z", 300, "2026-11-23T00:00:00.000000"),
        ("2026-11-22T04:59:59.000001Z", -300, "2026-11-21T23:59:59.000001"),
        ("2024-02-28T23:59:00.000000Z", 1, "2024-02-29T00:00:00.000000"),
        ("9999-12-31T23:59:59.000000Z", 300, "9999-12-31T23:59:59.000000"),
        ("0001-01-01T00:00:00.000000Z", -300, "0001-01-01T00:00:00.000000"),
    ],
)
def test_the_local_time(instant: str, offset: int, there: str) -> None:
    """Clipped at the ends of the calendar, as the day is."""
    assert local_time(instant, offset) == there
    assert there.startswith(local_day(instant, offset))


def test_adding_days() -> None:
    assert add_days("2026-12-31", 1) == "2027-01-01"
    assert add_days("2024-03-01", -1) == "2024-02-29"
    assert add_days("2026-01-01", 0) == "2026-01-01"
    assert add_days("9999-12-31", 1) == "9999-12-31"
    assert add_days("0001-01-01", -1) == "0001-01-01"
    assert add_days("2026-01-01", 10**9) == "9999-12-31"
    assert add_days("2026-01-01", -(10**9)) == "0001-01-01"
    assert days_between("2026-01-01", "2027-01-01") == 365
    assert days_between("2026-01-02", "2026-01-01") == -1
    assert add_days_to_instant("2026-12-31T23:59:59.999999Z", 1) == "2027-01-01T23:59:59.999999Z"
