"""Random accounting cases played through signed events, for laws of the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import assume, reject

from ledger.kernel.errors import InputError
from ledger.kernel.form import read_form
from ledger.rehearsal.accounting_case import Case
from ledger.rehearsal.accounting_figures import history_of
from ledger.rehearsal.accounting_player import AccountingPlayer
from ledger.rehearsal.accounting_trial import figures_of

if TYPE_CHECKING:
    from ledger.projections.fund_history import FundHistory


def case_of(facts: dict[str, Any]) -> Case:
    """A generated case as the reader of case files takes it."""
    head = {"id": "random", "kind": "format", "title": "A random case", "amount_unit": "units"}
    return read_form(Case, {**head, "expected": {}, **facts})


def played(facts: dict[str, Any]) -> AccountingPlayer:
    """A fund that lived a case; one that cannot be lived is none of the law's business."""
    case = case_of(facts)
    player = AccountingPlayer(case.policy, case.assets, case.events[0].date)
    player.adopt(case.policy, f"{case.events[0].date[:4]}-01-01")
    for lot in case.opening:
        player.take_on(lot)
    try:
        for fact in case.events:
            player.play(fact)
    except InputError as error:
        assume("takes the last units" not in error.message)
        raise
    return player


def history(facts: dict[str, Any]) -> FundHistory:
    """The history that the log of a lived case tells."""
    return history_of(played(facts).fund.records)


def product_figures(facts: dict[str, Any]) -> dict[str, Any]:
    """The product's figures of a case, out of its own log."""
    try:
        return figures_of(case_of(facts))
    except InputError as error:
        if "takes the last units" in error.message:
            reject()
        raise


def priced_first(facts: dict[str, Any]) -> bool:
    """Whether each day's price comes before anything that leaves on that day.

    Fair values are adopted for days, not for moments: one that comes later on its day counts for
    the whole of it, where a model that goes from fact to fact would not know it yet.
    """
    if not facts["policy"]["revalue_before_disposal"]:
        return True
    moved: set[str] = set()
    for event in facts["events"]:
        if event["type"] == "price" and event["date"] in moved:
            return False
        if event["type"] in {"dispose", "swap", "fee"}:
            moved.add(event["date"])
    return True
