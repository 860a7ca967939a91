"""`custody stress`: what would become of the fund if prices, custodians, pegs or politics turn."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from ledger.cli import options, output, wiring
from ledger.cli.books import governing
from ledger.cli.stress_tables import say_stress
from ledger.cli.stressed import (
    exit_value,
    failure_value,
    liquidity_value,
    peg_value,
    shock_value,
)
from ledger.cli.workspace import find_workspace
from ledger.domain.facts import account_facts
from ledger.domain.known import KnownState
from ledger.domain.mandates import bring_into_force
from ledger.kernel.amounts import parse_amount
from ledger.kernel.errors import InputError, present
from ledger.kernel.instants import check_day
from ledger.kernel.money import minor_unit_digits
from policies.rules.valuation import decimal_text
from policies.stress.failure import failures
from policies.stress.figure import Standpoint
from policies.stress.liquidity import MODEL, SOURCES, Trading, liquidities
from policies.stress.peg import LEVELS, lost_pegs
from policies.stress.shock import shocks
from policies.stress.way import Surroundings
from policies.stress.withdrawal import Fund, Tied, exits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.domain.state import State

_SHOCKS = ("-30", "-50", "-80", "+50")
_DIGITS = 18


@click.command()
@click.option(
    "--shock",
    "shares",
    multiple=True,
    default=_SHOCKS,
    show_default=True,
    metavar="PERCENT",
    help="By how much every price changes, in per cent; -100 or more. May be repeated.",
)
@click.option(
    "--participation",
    default="0.1",
    show_default=True,
    help="The most that the fund sells of a day's volume, as a decimal share.",
)
@click.option(
    "--impact-coefficient",
    "coefficient",
    default="1",
    show_default=True,
    help="The factor of the square-root law of market impact.",
)
@click.option("--on", "day", help="A day, for prices, observations and rules (default: today).")
@click.option("--currency", help="The currency of values (default: the functional currency).")
@options.workspace
@options.as_json
def stress(
    shares: tuple[str, ...],
    participation: str,
    coefficient: str,
    day: str | None,
    currency: str | None,
    workspace_path: str | None,
    as_json: bool,
) -> None:
    """What would become of the fund, from its own data: five risks, figure by figure.

    Price shocks on holdings and limits; days and price impact of selling, and of the fund's own
    demand; a custodian's failure; a lost peg; a mandate withdrawn. What was not observed is
    unknown, and what is missing is named.
    """
    shocked = [_shock(text) for text in shares]
    trading = Trading(_share(participation), _factor(coefficient))
    state = wiring.read_state(find_workspace(workspace_path)).state
    unit = currency or (state.charter.functional_currency if state.charter else "USD")
    minor_unit_digits(unit)
    on = check_day(day) if day else state.local_day(wiring.now())
    # The log may have no record yet of the day on which a mandate ahead began.
    bring_into_force(state, on)
    at = Standpoint(KnownState(state), on, unit, state.position)
    value = {
        "fund": state.fund,
        "on": on,
        "currency": unit,
        "position": state.position,
        "parameters": _parameters(shocked, trading),
        **_risks(state, at, shocked, trading),
    }
    if as_json:
        output.emit_json("stress", value)
        return
    say_stress(value)


def _risks(
    state: State, at: Standpoint, shocked: Sequence[Fraction], trading: Trading
) -> dict[str, Any]:
    """A section for each risk."""
    books = governing(state)
    liquid = liquidities(at, trading)
    mandate, charter = present(state.mandate, "it governs"), present(state.charter, "of a fund")
    fund = Fund(books, _surroundings(state), _tied(state))
    return {
        "shocks": [shock_value(one) for one in shocks(at, books, shocked)],
        "liquidity": [liquidity_value(one) for one in liquid],
        "custodians": [failure_value(one) for one in failures(at)],
        "pegs": [peg_value(one) for one in lost_pegs(at)],
        "withdrawal": {
            "mandate": mandate.name,
            "suspended": mandate.suspended,
            "ahead": [
                {"mandate": one.name, "effective_from": one.effective_from}
                for one in state.mandates_ahead
            ],
            "books": [book.form.book for book in books],
            "charter": {
                "offices": sorted(charter.offices),
                "quorum": charter.quorum,
                "notice_days": charter.notice_days,
            },
            "holdings": [exit_value(one) for one in exits(at, fund, liquid)],
        },
    }


def _parameters(shocked: Sequence[Fraction], trading: Trading) -> dict[str, Any]:
    """What was asked with, and where the model of impact comes from."""
    return {
        "shocks": [decimal_text(share * 100) for share in shocked],
        "participation": decimal_text(trading.participation),
        "impact_coefficient": decimal_text(trading.coefficient),
        "impact_model": MODEL,
        "impact_sources": list(SOURCES),
        "peg_levels": [decimal_text(level) for level in LEVELS],
    }


def _surroundings(state: State) -> Surroundings:
    """Open accounts that are not frozen, registered counterparties, and whether the mandate rests.

    Addresses count as registered in the state, as they do for a transfer.
    """
    return Surroundings(
        accounts=tuple(
            account_facts(state, name)
            for name, entry in sorted(state.accounts.items())
            if not entry.closed_at and not entry.frozen
        ),
        counterparties=tuple(sorted(state.counterparties)),
        suspended=state.mandate is not None and state.mandate.suspended,
    )


def _tied(state: State) -> dict[tuple[str, str], Tied]:
    """What of each balance is reserved, in transit, or frozen."""
    return {
        place: Tied(balance.reserved, balance.in_transit, state.accounts[place[0]].frozen)
        for place, balance in state.balances.items()
    }


def _shock(text: str) -> Fraction:
    """Per cent as a share."""
    share = _decimal(text.removeprefix("+"), "--shock") / 100
    if share < -1:
        raise InputError(
            "no price falls by more than all of it", where="--shock", hint="Give -100 or more"
        )
    return share


def _share(text: str) -> Fraction:
    value = _factor(text, "--participation")
    if value > 1:
        raise InputError(
            "nobody trades more than the whole volume",
            where="--participation",
            hint="Give a share above 0 and up to 1, such as 0.1",
        )
    return value


def _factor(text: str, where: str = "--impact-coefficient") -> Fraction:
    value = _decimal(text, where)
    if value <= 0:
        raise InputError("it must be above zero", where=where, hint="Give a decimal, such as 0.1")
    return value


def _decimal(text: str, where: str) -> Fraction:
    """A canonical decimal with at most 18 digits after the point."""
    try:
        return Fraction(parse_amount(text, _DIGITS), 10**_DIGITS)
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from None
