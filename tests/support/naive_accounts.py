"""Entries posted by hand and issued statements, with the chart of accounts, as they are specified.

Pages: chart-of-accounts.md, entry.posted.v1, entry.reversed.v1, statement.issued.v1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledger.kernel.currencies import MINOR_UNIT_DIGITS
from tests.support.naive_records import NOTHING, Body, Proposal
from tests.support.naive_units import Laws, deny, digits_of, money_laws, units_laws

if TYPE_CHECKING:
    from tests.support.naive_story import Story

BY_CURRENCY = ["1000", "1030"]
BY_ASSET = [
    *("1100", "1105", "1110", "1119", "1120", "1130", "1140", "1149", "1150", "1210"),
    *("3100", "3110", "4000", "4010", "4020", "4030", "4040", "4050", "4060"),
    *("5000", "5010", "5020", "5030", "5080", "6000"),
]
PLAIN = [
    *("1160", "1200", "1290", "2000", "2010", "2100", "3000", "3200", "3300", "3310"),
    *("4070", "4080", "4090", "5040", "5045", "5050", "5060", "5070", "5090", "6100"),
]
SURPLUS = ("3100", "3110")
INCOME_AND_EXPENSE = ("4", "5")
"""How the numbers of profit or loss begin."""


def posted_laws(story: Story, event: Proposal) -> Laws:
    lines = event.body["lines"]
    digits = MINOR_UNIT_DIGITS[story.currency]
    fitting = []
    for line in lines:
        yield from _line(story, line)
        if digits_of(line["amount"]) > digits:
            yield deny("amount_scale")
        else:
            fitting.append(line)
    if sum((_signed(line) for line in fitting), NOTHING):
        yield deny("entry_does_not_balance")
    numbers = [line["account"] for line in lines]
    if any(number in SURPLUS for number in numbers) and any(
        number.startswith(INCOME_AND_EXPENSE) and number in BY_ASSET + PLAIN for number in numbers
    ):
        yield deny("surplus_never_through_profit_or_loss")
    yield from _restatement(story, event.body)


def _signed(line: Body) -> Fraction:
    return Fraction(line["amount"]) * (1 if line["side"] == "debit" else -1)


def _line(story: Story, line: Body) -> Laws:
    number = line["account"]
    if number not in BY_CURRENCY + BY_ASSET + PLAIN:
        yield deny("account_not_in_chart")
        return
    if "asset" in line:
        yield from units_laws(story, line["asset"])
    if number in BY_ASSET and "asset" not in line:
        yield deny("entry_line_incomplete")
    if number in BY_CURRENCY and "currency" not in line:
        yield deny("entry_line_incomplete")
    if "foreign_amount" not in line:
        return
    if "currency" in line:
        yield from money_laws({"currency": line["currency"], "amount": line["foreign_amount"]})
    else:
        yield deny("entry_line_incomplete")


def _restatement(story: Story, body: Body) -> Laws:
    if not body.get("restates"):
        return
    named = [one for one in story.periods if one["period"] in body["restates"]]
    for name in body["restates"]:
        if name not in [one["period"] for one in named]:
            yield deny("period_unknown")
    if not any(one["starts_on"] <= body["value_date"] <= one["ends_on"] for one in named):
        yield deny("period_unknown")


def reversed_laws(story: Story, event: Proposal) -> Laws:
    name = event.body["entry"]
    if name not in story.entries:
        yield deny("entry_unknown")
    elif name in story.taken_back:
        yield deny("entry_reversed_already")
    elif event.body["value_date"] < story.entries[name]["value_date"]:
        yield deny("value_date_before_reference")


def issued_laws(story: Story, event: Proposal) -> Laws:
    body = event.body
    ends = [period["ends_on"] for period in story.periods if period["period"] == body["period"]]
    if not ends:
        yield deny("period_unknown")
    elif body["as_of"] not in ends:
        yield deny("statement_day_differs")
    if body["known_at"] > story.position:
        yield deny("position_in_future")
    if body["document"] in story.issued:
        yield deny("statement_issued_already")


def posted(story: Story, told: Proposal) -> None:
    story.entries[told.event_id] = told.body


def taken_back(story: Story, told: Proposal) -> None:
    story.taken_back.add(told.body["entry"])


def issued(story: Story, told: Proposal) -> None:
    story.issued.add(told.body["document"])
