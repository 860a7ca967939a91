"""The notes of the case format: figures that a standard asks for besides the statements."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ledger.domain.chart import RESULT
from ledger.kernel.amounts import render_amount
from ledger.statements.amounts import render_all
from ledger.statements.fair_value_roll_forward import NAMES, asset_roll_forward, realised
from ledger.statements.movements import roll_forward, total_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.rehearsal.accounting_figures import Played


def _span(one: Played) -> tuple[str, str]:
    return f"{one.years[0]}-01-01", f"{one.years[-1]}-12-31"


def _revalued(one: Played) -> list[str]:
    return [
        asset
        for asset, terms in one.case.assets.items()
        if terms.measurement_model == "revaluation"
    ]


def _ias38_118_e(one: Played) -> dict[str, str]:
    first, last = _span(one)
    sums: defaultdict[str, int] = defaultdict(int)
    for asset in one.case.assets:
        for name, amount in roll_forward(one.books, asset, first, last).items():
            line = "revaluation" if name.startswith("revaluation") else name
            sums[line] += amount
    wanted = ("opening", "additions", "disposals", "revaluation", "closing")
    rest = {name: amount for name, amount in sums.items() if name not in wanted and amount}
    return render_all({**{name: sums[name] for name in wanted}, **rest}, one.digits)


def _revalued_amount(one: Played) -> str:
    lots = [lot for asset in _revalued(one) for lot in one.books.lots(asset)]
    return one.amount(sum(lot.carrying_amount for lot in lots))


def _amount_under_cost_model(one: Played) -> str:
    lots = [lot for asset in _revalued(one) for lot in one.books.lots(asset)]
    return one.amount(sum(lot.shadow for lot in lots))


def _surplus(one: Played) -> dict[str, str]:
    first, last = _span(one)
    accounts = ("3100", "6000")
    closing = -total_of(one.books, accounts, last)
    change = -total_of(one.books, accounts, last, first)
    return render_all(
        {"opening": closing - change, "change": change, "closing": closing}, one.digits
    )


def _result(one: Played) -> str:
    first, last = _span(one)
    return one.amount(-total_of(one.books, RESULT, last, first))


def _result_under_cost(one: Played) -> str:
    """Profit or loss had the cost model been applied: its only change is the shadow's."""
    lots = [lot for asset in _revalued(one) for lot in one.books.lots(asset)]
    loss = sum(lot.shadow - lot.cost for lot in lots)
    first, last = _span(one)
    others = -total_of(one.books, RESULT - {"4010", "5010"}, last, first)
    return one.amount(others + loss)


def _quarters(one: Played) -> list[dict[str, Any]]:
    rows = []
    for measured in one.books.measured:
        day = measured.day
        books = one.history.books(day, measured=False)
        oci = pl = 0
        for entry in one.entries:
            if entry.position == measured.position and entry.day == day:
                oci -= sum(line.amount for line in entry.lines if line.account == "6000")
                pl -= sum(line.amount for line in entry.lines if line.account in RESULT)
        shadow = sum(lot.shadow for asset in _revalued(one) for lot in books.lots(asset))
        rows.append(
            {
                "date": day,
                "revaluation": {"oci": one.amount(oci), "profit_or_loss": one.amount(pl)},
                "shadow_cost": one.amount(shadow),
            }
        )
    return rows


def _fair_value_roll_forward(one: Played) -> dict[str, Any]:
    first, last = _span(one)
    rows = {asset: asset_roll_forward(one.books, asset, first, last) for asset in one.case.assets}
    total = {name: sum(row[name] for row in rows.values()) for name in NAMES}
    return {
        "by_asset": {asset: render_all(row, one.digits) for asset, row in rows.items()},
        "total": render_all(total, one.digits),
    }


def _realised_gains(one: Played) -> str:
    return one.amount(realised(one.books, list(one.case.assets), *_span(one))[0])


def _realised_losses(one: Played) -> str:
    return one.amount(realised(one.books, list(one.case.assets), *_span(one))[1])


def _cost_basis(one: Played) -> dict[str, str]:
    return {
        asset: one.amount(sum(lot.cost for lot in one.books.lots(asset)))
        for asset in one.case.assets
    }


def _units(one: Played) -> dict[str, str]:
    return {
        asset: render_amount(sum(lot.units for lot in one.books.lots(asset)), terms.scale)
        for asset, terms in one.case.assets.items()
    }


def _oci(one: Played) -> int:
    first, last = _span(one)
    return -total_of(one.books, ("6000",), last, first)


def _oci_by_price(one: Played) -> str:
    """What of the revaluation is the change of price at the opening rate (information only)."""
    return one.amount(_split_oci(one)[0])


def _oci_by_exchange(one: Played) -> str:
    return one.amount(_split_oci(one)[1])


def _split_oci(one: Played) -> tuple[int, int]:
    first_day, last_day = one.case.events[0].date, one.case.events[-1].date
    values, exchange = one.books.values, 0
    for asset in _revalued(one):
        price = values.price(asset, last_day)
        if price is None:
            continue
        opening, closing = values.rate(price.unit, first_day), values.rate(price.unit, last_day)
        if opening is None or closing is None:
            continue
        units = sum(lot.units for lot in one.books.lots(asset))
        scale = one.case.assets[asset].scale
        at_closing = values.worth(units, scale, price.number, closing.number)
        exchange += at_closing - values.worth(units, scale, price.number, opening.number)
    return _oci(one) - exchange, exchange


def _monetary_exchange(one: Played) -> str:
    first, last = _span(one)
    return one.amount(-total_of(one.books, ("4070", "5070"), last, first))


def _by_quarter(one: Played) -> list[dict[str, str]]:
    """Purchases, impairment, cost and carrying amount of every calendar quarter with facts."""
    quarters = sorted(
        {f"{event.date[:4]}Q{(int(event.date[5:7]) + 2) // 3}" for event in one.case.events}
    )
    rows = []
    for quarter in quarters:
        year, number = quarter.split("Q")
        month = 3 * int(number)
        first = f"{year}-{month - 2:02}-01"
        last = f"{year}-{month:02}-{30 if month in (6, 9) else 31}"
        books = one.history.books(last, measured=False)
        lots = [lot for asset in one.case.assets for lot in books.lots(asset)]
        moved = [roll_forward(books, asset, first, last) for asset in one.case.assets]
        impaired = -sum(rows_.get("impairment_loss", 0) for rows_ in moved)
        rows.append(
            {
                "quarter": quarter,
                "purchases": one.amount(sum(rows_.get("additions", 0) for rows_ in moved)),
                "impairment": one.amount(impaired),
                "cost": one.amount(sum(lot.cost for lot in lots)),
                "carrying_amount": one.amount(sum(lot.carrying_amount for lot in lots)),
            }
        )
    return rows


NOTES: dict[str, Callable[[Played], Any]] = {
    "ias38_118_e": _ias38_118_e,
    "ias38_124_a_ii_revalued_amount": _revalued_amount,
    "ias38_124_a_iii_amount_under_cost_model": _amount_under_cost_model,
    "ias38_124_b_surplus": _surplus,
    "profit_or_loss_revaluation_model": _result,
    "profit_or_loss_cost_model": _result_under_cost,
    "quarters": _quarters,
    "by_quarter": _by_quarter,
    "asc_350_60_50_3_roll_forward": _fair_value_roll_forward,
    "cumulative_realised_gains": _realised_gains,
    "cumulative_realised_losses": _realised_losses,
    "cost_basis": _cost_basis,
    "units": _units,
    "oci_in_total": lambda one: one.amount(_oci(one)),
    "of_which_price_at_opening_rate": _oci_by_price,
    "of_which_exchange_at_closing_price": _oci_by_exchange,
    "monetary_item_exchange_gain_in_profit_or_loss": _monetary_exchange,
}
"""Every note that the format knows, by its name."""
REMARKS = frozenset({"rule", "presentation", "remark", "reported"})
"""Members of `notes` that are prose or information, and are not compared."""
