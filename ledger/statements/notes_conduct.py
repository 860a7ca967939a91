"""Notes on how the books were made: policy, judgements, what was no cash, what came after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.domain.accounting_policies import timeline
from ledger.domain.outcome import DENY, FLAG, NEEDS_APPROVAL
from ledger.kernel.amounts import render_amount
from ledger.kernel.money import minor_unit_digits
from ledger.projections.occurrences import FairValue, HandEntry, Inflow, Outflow, Swap
from ledger.statements.basis import heading, shown, text
from ledger.statements.fair_value_roll_forward import NAMES, asset_roll_forward, realised
from ledger.statements.movements import NON_CASH
from ledger.statements.tree import Cell, Row, Table

if TYPE_CHECKING:
    from ledger.statements.basis import Basis

AFTER_MAX = 50
_ASSET_ACCOUNTS = ("1000", "1100", "1105", "1110", "1119", "1120", "1130", "1140", "1150", "1210")


def policies(basis: Basis) -> Table:
    """The accounting policy in force, and how each asset is classified and measured."""
    adopted = [
        one
        for one in timeline(basis.history.reader.policies)
        if one.effective_from <= basis.period.last
    ][-1]
    policy = adopted.policy
    rows = [
        text("policies.event", f"Adopted at position {adopted.position}: {adopted.event_id}",
             "IAS 1.117"),
        text("policies.framework", f"Framework: {policy.framework}", "IAS 1.16"),
        text("policies.currency", f"Functional currency: {policy.functional_currency}",
             "IAS 21.53"),
        text("policies.formula", f"Cost formula: {policy.cost_formula}, lots of the "
             f"{policy.lot_scope}", "IAS 2.25"),
        text("policies.surplus", f"Revaluation surplus: {policy.surplus_transfer}", "IAS 38.87"),
        text("policies.fees", f"Fees: acquisitions {policy.acquisition_fee}, disposals "
             f"{policy.disposal_fee}, exchanges {policy.swap_fee}, transfers "
             f"{policy.transfer_fee}", "IAS 38.27"),
    ]  # fmt: skip
    rows += [
        text(
            f"policies.asset.{entry.asset}",
            f"{entry.asset}: {entry.classification}, {entry.measurement_model}"
            f"{', class ' + entry.class_id if entry.class_id else ''}; memorandum "
            f"{entry.memo[:12]}…",
            "IAS 38.118(a)",
        )
        for entry in policy.assets
    ]
    return Table("policies", "Accounting policies", (), tuple(rows), "IAS 1.117")


def judgements(basis: Basis) -> Table:
    """Where the standards leave a choice: what was chosen (IAS 1.122)."""
    policy = basis.policy
    implied = "holding" if policy.cost_formula == "weighted_average" else "lot"
    rows = [
        text("judgements.unit_of_account", f"Unit of account of interchangeable units: {implied}",
             "IAS 38.85"),
        text("judgements.airdrops", f"Airdrops and forks: {policy.airdrop_policy}", "IAS 1.122"),
        text("judgements.rewards", "Rewards are income at fair value when they are received",
             "IAS 1.122"),
        text("judgements.settlement", "Trades are recognised on the value date of settlement",
             "IFRS 9 3.1.2"),
    ]  # fmt: skip
    for entry in policy.assets:
        market = "active" if entry.active_market else "not active"
        review = f", reviewed by {entry.active_market_review}" if entry.active_market_review else ""
        rows.append(
            text(f"judgements.market.{entry.asset}", f"Market of {entry.asset}: {market}{review}",
                 "IAS 38.78")
        )  # fmt: skip
    return Table("judgements", "Judgements", (), tuple(rows), "IAS 1.122")


def non_cash(basis: Basis) -> Table | None:
    """Additions that no cash was paid for (IAS 7.43)."""
    rows: list[Row] = []
    for word in sorted(NON_CASH):
        row = basis.movement(
            f"non_cash.{word}", word.replace("_", " "), _ASSET_ACCOUNTS, sign=1, words=(word,),
            paragraph="IAS 7.43",
        )  # fmt: skip
        rows += shown([row])
    if not rows:
        return None
    return Table("non_cash", "Non-cash transactions", basis.heads, tuple(rows), "IAS 7.43")


def events_after(basis: Basis) -> Table | None:
    """What happened after the period and is known already: none of it adjusts (IAS 10.10)."""
    later = [
        one
        for one in basis.history.occurrences
        if one.day > basis.period.last and isinstance(one, Inflow | Outflow | Swap | FairValue)
    ]
    if not later:
        return None
    later.sort(key=lambda one: (one.day, one.position))
    rows = [
        text(f"events_after.{number}", _said(basis, one), "IAS 10.21")
        for number, one in enumerate(later[:AFTER_MAX], start=1)
    ]
    if len(later) > AFTER_MAX:
        rows.append(text("events_after.more", f"and {len(later) - AFTER_MAX} more", "IAS 10.21"))
    return Table("events_after", "Events after the period", (), tuple(rows), "IAS 10.21")


def _said(basis: Basis, one: Inflow | Outflow | Swap | FairValue) -> str:
    where = f"{one.day}, position {one.position}"
    if isinstance(one, FairValue):
        return f"{where}: fair value of {one.asset} {one.price} {one.currency}"
    if isinstance(one, Swap):
        return (
            f"{where}: {_units(basis, one.given[1], one.given[2])} given for "
            f"{_units(basis, one.received[1], one.received[2])}"
        )
    for_money = ""
    if one.money is not None:
        currency, amount = one.money
        for_money = f" for {render_amount(amount, minor_unit_digits(currency))} {currency}"
    return f"{where}: {one.word} of {_units(basis, one.asset, one.units)}{for_money}"


def _units(basis: Basis, asset: str, count: int) -> str:
    return f"{render_amount(count, basis.books.scales[asset])} {asset}"


def corrections(basis: Basis) -> Table | None:
    """Entries that restate a closed period, with what they correct (IAS 8.49)."""
    found = [
        one
        for one in basis.history.occurrences
        if isinstance(one, HandEntry) and one.word == "correction"
    ]
    if not found:
        return None
    rows = [text(f"corrections.{one.position}", _corrected(one), "IAS 8.49") for one in found]
    return Table("corrections", "Corrections of prior periods", (), tuple(rows), "IAS 8.49")


def late_facts(basis: Basis) -> Table | None:
    """Facts of a closed period that became known later: they count in this one (IAS 8.42)."""
    rows = [
        text(
            f"late_facts.{one.position}",
            f"{one.kind.rpartition('.v')[0]} of {one.occurred_on}, valued on {one.day}, position "
            f"{one.position}",
            "IAS 8.42",
        )
        for one in basis.history.reader.late
        if basis.period.first <= one.day <= basis.period.last
    ]
    if not rows:
        return None
    return Table("late_facts", "Facts of earlier days", (), tuple(rows), "IAS 8.42")


def _corrected(one: HandEntry) -> str:
    corrects = f"; corrects {one.corrects[:12]}…" if one.corrects else ""
    return (
        f"{one.day}, position {one.position}: {one.explanation} "
        f"(restates {', '.join(one.restates)}{corrects})"
    )


def compliance(basis: Basis) -> Table:
    """The mandate's rules that events of the period met, with how often."""
    first, last = basis.period.first, basis.period.last
    adopted = basis.history.reader.mandates
    name = f"{adopted[-1][1].mandate}, position {adopted[-1][0]}" if adopted else "none"
    rows = [text("compliance.mandate", f"Mandate last adopted: {name}")]
    said = {DENY: "refused", FLAG: "flagged", NEEDS_APPROVAL: "asked for approvals"}
    for (rule, verdict), series in sorted(basis.history.conduct.items()):
        count = series.between(first, last)
        if count:
            rows.append(
                Row(f"compliance.{rule}.{verdict}", f"{rule}: {said.get(verdict, verdict)}",
                    (Cell(count),))
            )  # fmt: skip
    return Table("compliance", "Compliance with the mandate", (basis.period.name,), tuple(rows))


def others(basis: Basis) -> Table | None:
    """Units in custody that are not the fund's own: off balance (IAS 38.13)."""
    rows = [
        basis.units(f"others.{account}.{asset}", f"{asset} on {account}", asset, (Cell(count),))
        for (account, asset), count in sorted(basis.books.of_others.items())
        if count
    ]
    if not rows:
        return None
    return Table(
        "others", "Held for others, or seized and not final", (basis.period.last,), tuple(rows),
        "IAS 37.89",
    )  # fmt: skip


def fair_value_roll_forwards(basis: Basis) -> Table | None:
    """The annual roll-forward and significant holdings of US standards (ASC 350-60-50)."""
    if basis.policy.framework != "us_gaap":
        return None
    first, last = basis.period.first, basis.period.last
    assets = [
        asset
        for asset in basis.assets()
        if (terms := basis.policy.asset(asset)) and terms.measurement_model == "fv_net_income"
    ]
    if not assets:
        return None
    rolled = {asset: asset_roll_forward(basis.books, asset, first, last) for asset in assets}
    rows: list[Row] = []
    for name in NAMES:
        amounts = [rolled[asset][name] for asset in assets]
        cells = tuple(Cell(amount) for amount in (*amounts, sum(amounts)))
        style = "total" if name == "closing" else "line"
        rows.append(
            basis.money(f"asc_roll_forward.{name}", name.capitalize(), cells, style=style,
                        paragraph="ASC 350-60-50-3")
        )  # fmt: skip
    gains, losses = realised(basis.books, assets, first, last)
    nothing = tuple(Cell(None) for _ in assets)
    rows += [
        heading("asc_roll_forward.of_realised", "Realised against cost basis"),
        basis.money("asc_roll_forward.realised_gains", "Gains", (*nothing, Cell(gains)),
                    paragraph="ASC 350-60-50-4"),
        basis.money("asc_roll_forward.realised_losses", "Losses", (*nothing, Cell(losses)),
                    paragraph="ASC 350-60-50-4"),
    ]  # fmt: skip
    return Table(
        "asc_roll_forward", "Crypto assets at fair value: roll-forward", (*assets, "Total"),
        tuple(rows), "ASC 350-60-50-3",
    )  # fmt: skip
