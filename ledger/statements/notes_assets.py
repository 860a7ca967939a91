"""Notes on the assets: roll-forward, revaluation, cost model, fair value, restrictions, custody."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.domain.chart import CARRYING
from ledger.kernel.instants import add_days
from ledger.kernel.rounding import share
from ledger.projections.journal import COST, SHADOW, UNITS
from ledger.statements.basis import heading, shown, text
from ledger.statements.movements import ROLL_FORWARD, memo_of, roll_forward
from ledger.statements.tree import Cell, Row, Selector, Table, summed

if TYPE_CHECKING:
    from ledger.statements.basis import Basis

_LINES = {
    "additions": ("Additions", "IAS 38.118(e)(i)"),
    "taken_on": ("Taken on", "IAS 38.118(e)(viii)"),
    "disposals": ("Disposals", "IAS 38.118(e)(ii)"),
    "revaluation_oci": ("Revaluation, other comprehensive income", "IAS 38.118(e)(iii)"),
    "revaluation_pl": ("Revaluation, profit or loss", "IAS 38.118(e)(iii)"),
    "impairment_loss": ("Impairment losses", "IAS 38.118(e)(iv)"),
    "impairment_reversal": ("Reversals of impairment", "IAS 38.118(e)(v)"),
    "fair_value_pl": ("Change of fair value, profit or loss", "IAS 1.85"),
    "exchange": ("Exchange differences", "IAS 38.118(e)(vii)"),
    "credit_loss": ("Expected credit loss", "IFRS 7.35H"),
    "reclassification": ("Reclassified", "IAS 38.118(e)(viii)"),
    "migration": ("Migrated", "IAS 38.118(e)(viii)"),
    "corrections": ("Corrections", "IAS 38.118(e)(viii)"),
}
_UNIT_LINES = {
    "purchase": "Acquired",
    "swap": "Received in exchange",
    "contribution_in_kind": "Contributed in kind",
    "reward": "Rewards",
    "airdrop": "Airdrops and forks",
    "grant": "Donated",
    "forfeiture": "Forfeited to the State",
    "receipt": "Received otherwise",
    "opening": "Taken on",
    "disposal": "Disposed of",
    "delivery": "Delivered",
    "fee": "Paid as fees",
    "migration": "Migrated",
}
_NAMES = {"opening": "taken_on"}
"""Words whose line is not called as they are: `opening` is the first line of every table."""


def roll_forwards(basis: Basis) -> Table:
    """Opening, movements and closing of the carrying amount of each asset (IAS 38.118(e))."""
    rows: list[Row] = []
    classes: defaultdict[str, list[Row]] = defaultdict(list)
    for asset in basis.assets():
        of_asset = _roll_forward(basis, asset)
        rows += [heading(f"roll_forward.of.{asset}", _named(basis, asset)), *of_asset]
        terms = basis.policy.asset(asset)
        if terms is not None and terms.class_id:
            classes[terms.class_id] += of_asset
    for class_id, of_class in sorted(classes.items()):
        rows += _of_class(basis, class_id, of_class)
    return Table(
        "roll_forward", "Digital assets: reconciliation of carrying amounts", basis.heads,
        tuple(rows), "IAS 38.118(e)",
    )  # fmt: skip


def _of_class(basis: Basis, class_id: str, rows: list[Row]) -> list[Row]:
    """The lines of all assets of a class added up; nothing for a class of one asset."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.ref.rpartition(".")[2], []).append(row)
    if len(by_name["opening"]) == 1:
        return []
    ref = f"roll_forward.class.{class_id}"
    order = ("opening", *_LINES, "closing")
    return [
        heading(f"{ref}.heading", f"Class {class_id}"),
        *(
            basis.total(f"{ref}.{name}", by_name[name][0].label, by_name[name],
                        paragraph=by_name[name][0].paragraph)
            for name in order
            if name in by_name
        ),
    ]  # fmt: skip


def _named(basis: Basis, asset: str) -> str:
    terms = basis.policy.asset(asset)
    of_class = f", class {terms.class_id}" if terms and terms.class_id else ""
    listed = basis.history.reader.assets.get(asset)
    name = f" ({listed.name})" if listed is not None and listed.name != asset else ""
    return f"{asset}{name}{of_class}"


def _roll_forward(basis: Basis, asset: str) -> list[Row]:
    opening = basis.money(
        f"roll_forward.{asset}.opening",
        "Opening",
        tuple(
            summed(basis.books, [Selector(CARRYING, "", add_days(span.first, -1), 1, asset)])
            for span in basis.spans
        ),
    )
    lines = []
    for name, (label, paragraph) in _LINES.items():
        words = frozenset(word for word, line in ROLL_FORWARD.items() if line == name)
        lines.append(
            basis.movement(
                f"roll_forward.{asset}.{name}", label, CARRYING, sign=1, dimension=asset,
                words=words, paragraph=paragraph,
            )
        )  # fmt: skip
    closing = basis.total(f"roll_forward.{asset}.closing", "Closing", [opening, *lines])
    return [opening, *shown(lines), closing]


def units(basis: Basis) -> Table:
    """The same in units."""
    rows: list[Row] = []
    memo = frozenset({UNITS})
    for asset in basis.assets():
        rows.append(heading(f"units.of.{asset}", _named(basis, asset)))
        opening = tuple(
            summed(
                basis.books,
                [Selector(memo, "", add_days(span.first, -1), 1, asset, memo=True)],
            )
            for span in basis.spans
        )
        lines = [basis.units(f"units.{asset}.opening", "Opening", asset, opening)]
        for word, label in _UNIT_LINES.items():
            cells = tuple(
                summed(
                    basis.books,
                    [Selector(memo, span.first, span.last, 1, asset, frozenset({word}), memo=True)],
                )
                for span in basis.spans
            )
            lines += shown(
                [basis.units(f"units.{asset}.{_NAMES.get(word, word)}", label, asset, cells)]
            )
        closing = tuple(
            summed(basis.books, [Selector(memo, "", span.last, 1, asset, memo=True)])
            for span in basis.spans
        )
        lines.append(
            basis.units(f"units.{asset}.closing", "Closing", asset, closing, style="total")
        )
        rows += lines
    return Table("units", "Digital assets: units", basis.heads, tuple(rows), "ASC 350-60-50-1")


def _of_model(basis: Basis, *models: str) -> list[str]:
    return [
        asset
        for asset in basis.assets()
        if (terms := basis.policy.asset(asset)) and terms.measurement_model in models
    ]


def revaluation(basis: Basis) -> Table | None:
    """Revalued amounts, what they would be under the cost model, and the surplus (IAS 38.124)."""
    assets = _of_model(basis, "revaluation")
    if not assets:
        return None
    rows: list[Row] = [
        text(
            "revaluation.dates",
            f"Effective dates of revaluation: {', '.join(_dates(basis)) or 'none'}",
            "IAS 38.124(a)(i)",
        )
    ]
    for asset in assets:
        rows += [
            heading(f"revaluation.of.{asset}", asset),
            basis.balance(
                f"revaluation.{asset}.amount", "Revalued amount", CARRYING, dimension=asset,
                paragraph="IAS 38.124(a)(ii)",
            ),
            _memo_row(
                basis, f"revaluation.{asset}.under_cost_model",
                "Amount under the cost model", SHADOW, asset, "IAS 38.124(a)(iii)",
            ),
            basis.balance(
                f"revaluation.{asset}.surplus", "Revaluation surplus", ("3100", "3110", "6000"),
                sign=-1, dimension=asset, paragraph="IAS 38.124(b)",
            ),
        ]  # fmt: skip
    rows.append(
        text(
            "revaluation.restriction",
            "The surplus is not distributed; it goes to retained earnings when units leave."
            if basis.policy.surplus_transfer == "on_disposal"
            else "The surplus is neither distributed nor transferred when units leave.",
            "IAS 38.124(b)",
        )
    )
    return Table("revaluation", "Revaluation", basis.day_heads, tuple(rows), "IAS 38.124")


def _dates(basis: Basis) -> list[str]:
    found = {
        one.day
        for one in basis.books.measured
        if basis.period.first <= one.day <= basis.period.last
    }
    return sorted(found)


def _memo_row(basis: Basis, ref: str, label: str, account: str, asset: str, paragraph: str) -> Row:
    cells = tuple(
        summed(basis.books, [Selector(frozenset({account}), "", span.last, 1, asset, memo=True)])
        for span in basis.days
    )
    return basis.money(ref, label, cells, paragraph=paragraph)


def cost_model(basis: Basis) -> Table | None:
    """Cost and accumulated impairment of what is carried at cost (IAS 38.118(c))."""
    assets = _of_model(basis, "cost", "lower_cost_nrv")
    if not assets:
        return None
    rows: list[Row] = []
    for asset in assets:
        cost = _memo_row(basis, f"cost_model.{asset}.cost", "Cost", COST, asset, "IAS 38.118(c)")
        carrying = basis.balance(
            f"cost_model.{asset}.carrying_amount", "Carrying amount", CARRYING, dimension=asset,
            paragraph="IAS 38.118(c)",
        )  # fmt: skip
        impairment = basis.money(
            f"cost_model.{asset}.impairment",
            "Accumulated impairment",
            tuple(
                Cell(
                    (have.amount or 0) - (paid.amount or 0),
                    (*have.selectors, *[replace(one, sign=-one.sign) for one in paid.selectors]),
                )
                for paid, have in zip(cost.cells, carrying.cells, strict=True)
            ),
            paragraph="IAS 38.118(c)",
        )
        rows += [heading(f"cost_model.of.{asset}", asset), cost, impairment, carrying]
    return Table(
        "cost_model", "Cost model: cost and accumulated impairment", basis.day_heads, tuple(rows),
        "IAS 38.118(c)",
    )  # fmt: skip


def fair_value(basis: Basis) -> Table:
    """Fair value of each holding, its level and what it rests on (IFRS 13.93)."""
    rows: list[Row] = []
    values, day = basis.books.values, basis.period.last
    for asset in basis.books.held():
        price = values.price(asset, day)
        rate = values.rate(price.unit, day, basis.policy.fx_source) if price else None
        if price is None or rate is None:
            rows.append(
                text(f"fair_value.{asset}", f"{asset}: no fair value is adopted", "IFRS 13.93")
            )
            continue
        held = memo_of(basis.books, UNITS, asset, day)
        fair = values.worth(held, basis.books.scales[asset], price.number, rate.number)
        rows += [
            basis.money(
                f"fair_value.{asset}", f"{asset}, level {price.note}", (Cell(fair),),
                paragraph="IFRS 13.93(b)",
            ),
            text(
                f"fair_value.{asset}.rests_on",
                f"adopted for {price.day} at position {price.position} in {price.unit}",
                "IFRS 13.93(d)",
            ),
        ]  # fmt: skip
    return Table("fair_value", "Fair value of digital assets", (day,), tuple(rows), "IFRS 13.93")


def restricted(basis: Basis) -> Table | None:
    """Units pledged, locked or lent, with their share of the carrying amount (IAS 38.122(d))."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for (account, asset, form), count in basis.books.encumbered.items():
        if basis.books.is_own(account):
            sums[asset, form] += count
    rows: list[Row] = []
    for (asset, form), count in sorted(sums.items()):
        if not count:
            continue
        held = memo_of(basis.books, UNITS, asset, basis.period.last)
        carrying = roll_forward(basis.books, asset, basis.period.first, basis.period.last)
        rows += [
            basis.units(f"restricted.{asset}.{form}.units", f"{asset}, {form}", asset,
                        (Cell(count),)),
            basis.money(
                f"restricted.{asset}.{form}", "its share of the carrying amount",
                (Cell(share(carrying["closing"], count, held) if held else 0),),
                paragraph="IAS 38.122(d)",
            ),
        ]  # fmt: skip
    if not rows:
        return None
    return Table(
        "restricted", "Restricted and encumbered holdings", (basis.period.last,), tuple(rows),
        "IAS 38.122(d)",
    )  # fmt: skip
