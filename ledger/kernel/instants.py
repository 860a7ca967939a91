"""Instants and calendar days, each in exactly one spelling.

An instant is UTC with microseconds, `2026-11-22T10:00:00.000000Z`; a day is `2026-11-22`. Both
sort as text in the order of time, so the core compares them as they were signed and parses only
where it must count days.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from ledger.kernel.errors import ValueFormError

INSTANT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

_MINUTES_A_DAY: Final = 24 * 60
_INSTANT = re.compile(INSTANT, re.ASCII)
_DAY = re.compile(DAY, re.ASCII)


def check_instant(text: str) -> str:
    """The same text, if it is a real instant in the one spelling."""
    parse_instant(text)
    return text


def check_day(text: str) -> str:
    """The same text, if it is a real day in the one spelling."""
    parse_day(text)
    return text


def parse_instant(text: str) -> datetime:
    """The instant as an aware `datetime` in UTC."""
    if _INSTANT.fullmatch(text) is None:
        raise ValueFormError(
            f"{text[:40]!r} is not an instant", hint="Write it as 2026-11-22T10:00:00.000000Z"
        )
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueFormError(f"{text!r} is not a real date and time") from None


def render_instant(moment: datetime) -> str:
    """The one spelling of an aware `datetime`."""
    if moment.tzinfo is None:
        raise ValueFormError("a time without a zone is not an instant")
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        raise ValueFormError("the time lies outside the years 0001 to 9999") from None
    return there.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_day(text: str) -> date:
    """The day as a `date`."""
    if _DAY.fullmatch(text) is None:
        raise ValueFormError(f"{text[:40]!r} is not a day", hint="Write it as 2026-11-22")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueFormError(f"{text!r} is not a real day") from None


def local_day(instant: str, utc_offset_minutes: int) -> str:
    """The calendar day on which an instant falls in a fund's time zone (a fixed offset)."""
    minutes = int(instant[11:13]) * 60 + int(instant[14:16]) + utc_offset_minutes
    if 0 <= minutes < _MINUTES_A_DAY:
        return instant[:10]
    try:
        there = date.fromisoformat(instant[:10]) + timedelta(days=minutes // _MINUTES_A_DAY)
    except OverflowError:
        return instant[:10]
    return there.isoformat()


def local_time(instant: str, utc_offset_minutes: int) -> str:
    """The date and time of an instant in a fund's time zone: `2026-12-31T23:59:59.000000`."""
    there = parse_instant(instant).replace(tzinfo=None)
    try:
        there += timedelta(minutes=utc_offset_minutes)
    except OverflowError:
        return instant[:-1]
    return there.isoformat(timespec="microseconds")


@lru_cache(maxsize=4_096)
def add_days(day: str, days: int) -> str:
    """The day that many days later (or earlier); clipped to the years 0001 to 9999."""
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except OverflowError:
        return date.max.isoformat() if days > 0 else date.min.isoformat()


def days_between(first: str, last: str) -> int:
    """How many days `last` is after `first`."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def add_days_to_instant(instant: str, days: int) -> str:
    """The same time of day that many days later; clipped to the last instant of the year 9999."""
    day = add_days(instant[:10], days)
    clipped = days > 0 and days_between(instant[:10], day) < days
    return day + ("T23:59:59.999999Z" if clipped else instant[10:])


def add_months(day: str, months: int) -> str:
    """The same day of another month, or its last one if that month is shorter; clipped."""
    moment = parse_day(day)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max.isoformat() if months > 0 else date.min.isoformat()
    return date(year, month + 1, min(moment.day, monthrange(year, month + 1)[1])).isoformat()
