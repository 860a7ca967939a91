"""Statements about balances, breaks, and money lent: their laws, and what they leave behind."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.support.naive_records import NOTHING, Body, Proposal
from tests.support.naive_units import Laws, deny, digits_of, units_laws

if TYPE_CHECKING:
    from tests.support.naive_story import Story

STATED = ("custodian_statement.received", "balance.attested")
DIGITS_OF_AN_OBSERVATION = 18


def observation_laws(story: Story, event: Proposal) -> Laws:
    """An observation is of the past, in the unit of its series, with at most 18 digits."""
    body = event.body
    if body["observed_on"] > story.today:
        yield deny("observation_in_future")
    same = [one for one in story.observations if _series(one) == _series(body)]
    if same and same[0]["unit"] != body["unit"]:
        yield deny("observation_unit_differs")
    if digits_of(body["value"]) > DIGITS_OF_AN_OBSERVATION:
        yield deny("amount_scale")


def _series(body: Body) -> tuple[str, str]:
    return body["measure"], body["subject"]


def lent_laws(story: Story, event: Proposal) -> Laws:
    """Money comes back from what was lent, in its currency."""
    name = event.body.get("returns")
    if name is None:
        return
    lent = story.lent.get(name)
    if lent is None or event.body["direction"] != "in":
        yield deny("transfer_not_temporary")
    elif lent["amount"]["currency"] != event.body["amount"]["currency"]:
        yield deny("currency_differs")


def stated_laws(story: Story, event: Proposal) -> Laws:
    body = event.body
    yield from units_laws(story, body["asset"], body["units"])
    if body["account"] not in story.accounts:
        yield deny("account_unknown")
    if body["as_of"] > body["value_date"]:
        yield deny("observation_in_future")


def raised_laws(story: Story, event: Proposal) -> Laws:
    stated = _last_statements(story).get(event.body["statement"])
    if stated is None:
        yield deny("statement_unknown")
        return
    if not difference(story, stated):
        yield deny("break_none")
    if any(_place(entry) == _place(stated) for entry in story.breaks.values()):
        yield deny("break_raised_already")


def resolved_laws(story: Story, event: Proposal) -> Laws:
    if event.body["break_id"] not in story.breaks:
        yield deny("break_unknown")


def is_over(story: Story, event: Proposal) -> bool:
    """Whether what a break or its resolution is about is no longer there."""
    if event.kind == "break.raised":
        return event.body["statement"] not in _last_statements(story)
    return event.kind == "break.resolved" and event.body["break_id"] not in story.breaks


def difference(story: Story, stated: Body) -> Fraction:
    """What is stated less what was held at the end of its day."""
    held = [
        units
        for day, account, asset, units in story.moves
        if (account, asset) == (stated["account"], stated["asset"]) and day <= stated["as_of"]
    ]
    return Fraction(stated["units"]) - sum(held, NOTHING)


def _place(stated: Body) -> tuple[str, str, str]:
    return stated["account"], stated["asset"], stated["as_of"]


def _last_statements(story: Story) -> dict[str, Body]:
    """By event id, the last statement of each account and asset."""
    last = {(one.body["account"], one.body["asset"]): one for one in story.statements}
    return {one.event_id: one.body for one in last.values()}


def observed(story: Story, told: Proposal) -> None:
    story.observations.append(told.body)


def cash_moved(story: Story, told: Proposal) -> None:
    if (told.body["category"], told.body["direction"]) == ("temporary_transfer", "out"):
        story.lent[told.event_id] = told.body


def stated(story: Story, told: Proposal) -> None:
    story.statements.append(told)


def raised(story: Story, told: Proposal) -> None:
    story.breaks[told.event_id] = _last_statements(story)[told.body["statement"]]


def resolved(story: Story, told: Proposal) -> None:
    del story.breaks[told.body["break_id"]]
