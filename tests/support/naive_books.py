"""The books of a case, kept slowly and plainly from the written rules of accounting alone.

A case is the format `custody-accounting-cases/1`: a policy, assets, perhaps opening lots, events.
`figures` gives what the case expects: journal, disposals, periods, closing and notes, as exact
decimal strings. It shares no code with the ledger's own books: every lot is a record in one list,
every question is a scan of a list, and every amount is a fraction until it is written down.

`profit_by_balance_sheets` finds profit a second way, from balance sheets alone, and
`check_invariants` asserts what holds of any books, whatever the case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

Case = dict[str, Any]
Event = dict[str, Any]
Figures = dict[str, Any]
Key = tuple[tuple[str, str], ...]
Lines = list[tuple[str, Key, Fraction]]
"""(account, what it is kept by, amount: debit positive)."""

ZERO = Fraction(0)
FOREIGN_SCALE = 2
REVALUED = "revaluation"
IMPAIRED = ("cost", "lower_cost_nrv")
BY_PRICE = (REVALUED, *IMPAIRED, "fvlcts_pl", "fvtpl", "fv_net_income")
MEASURED_BEFORE_DISPOSAL = BY_PRICE
"""The models that `revalue_before_disposal` measures: all that are measured at a price."""
ROLL_FORWARD_LINES = (
    "additions",
    "disposals",
    "revaluation_oci",
    "revaluation_pl",
    "impairment_loss",
    "impairment_reversal",
    "fair_value_pl",
    "exchange",
)

# -- numbers ------------------------------------------------------------------------------------


def number(written: str) -> Fraction:
    """The exact value of a decimal string."""
    return Fraction(written)


def text(value: Fraction) -> str:
    """The decimal string of an exact value: no exponent, no trailing zeros."""
    decimals = 0
    while (value * 10**decimals).denominator != 1:
        decimals += 1
        assert decimals < 100, "no finite decimal"
    digits = str(abs(value * 10**decimals)).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def floor_at(value: Fraction, scale: int) -> Fraction:
    """The value rounded down to `scale` decimals."""
    scaled = value * 10**scale
    return Fraction(scaled.numerator // scaled.denominator, 10**scale)


def half_even(value: Fraction, scale: int) -> Fraction:
    """The value rounded to `scale` decimals, an exact half to the even neighbour."""
    below = floor_at(value, scale)
    step = Fraction(1, 10**scale)
    rest = value - below
    below_is_odd = (below * 10**scale).numerator % 2 == 1
    if rest > step / 2 or (rest == step / 2 and below_is_odd):
        return below + step
    return below


def part_of(amount: Fraction, part: Fraction, whole: Fraction, scale: int) -> Fraction:
    """What `part` of `whole` units takes of an amount: by floor, and all when nothing is left."""
    if part == whole:
        return amount
    return floor_at(amount * part / whole, scale)


def spread(total: Fraction, quantities: list[Fraction], scale: int) -> list[Fraction]:
    """A total over lots in their order, each from what the lots before it have left."""
    shares = []
    rest, rest_quantity = total, sum(quantities, ZERO)
    for quantity in quantities:
        share = part_of(rest, quantity, rest_quantity, scale)
        shares.append(share)
        rest -= share
        rest_quantity -= quantity
    return shares


# -- the books ----------------------------------------------------------------------------------


@dataclass
class Lot:
    """Units of one asset that came in together, with what they cost and are carried at."""

    lot: str
    asset: str
    position: tuple[str, int]
    quantity: Fraction
    cost: Fraction
    carrying: Fraction
    shadow: Fraction

    def surplus(self) -> Fraction:
        return max(ZERO, self.carrying - self.cost)

    def loss(self) -> Fraction:
        return max(ZERO, self.cost - self.carrying)


@dataclass
class Books:
    """Everything that is known after the events so far."""

    case: Case
    lots: list[Lot] = field(default_factory=list)
    cash_units: dict[str, Fraction] = field(default_factory=dict)
    cash_carrying: dict[str, Fraction] = field(default_factory=dict)
    prices: dict[str, tuple[Fraction, str]] = field(default_factory=dict)
    rates: dict[str, Fraction] = field(default_factory=dict)
    journal: list[tuple[Event, str, Lines]] = field(default_factory=list)
    disposals: list[dict[str, Any]] = field(default_factory=list)
    gone: list[tuple[str, str, Fraction, Fraction]] = field(default_factory=list)
    movements: list[tuple[str, str, str, Fraction]] = field(default_factory=list)
    flows: list[tuple[str, str, Fraction]] = field(default_factory=list)
    held: set[tuple[str, str]] = field(default_factory=set)
    measured: list[tuple[Event, Fraction]] = field(default_factory=list)

    # what the policy says

    def policy(self, name: str) -> Any:
        return self.case["policy"][name]

    def scale(self) -> int:
        scale: int = self.policy("rounding")["money_scale"]
        return scale

    def functional(self) -> str:
        currency: str = self.policy("functional_currency")
        return currency

    def model(self, asset: str) -> str:
        model: str = self.case["assets"][asset]["measurement_model"]
        return model

    def us_gaap(self) -> bool:
        return bool(self.policy("framework") == "us_gaap")

    def account_of(self, asset: str) -> str:
        financial = self.case["assets"][asset]["classification"] == "financial_asset"
        return "financial_assets" if financial else "digital_assets"

    def oci_account(self) -> str:
        """IPSAS has no other comprehensive income: the change goes straight to net assets."""
        return "revaluation_surplus" if self.policy("framework") == "ipsas" else "oci_revaluation"

    # what is held

    def lots_of(self, asset: str) -> list[Lot]:
        """The lots of an asset in order of acquisition."""
        return sorted(
            (lot for lot in self.lots if lot.asset == asset), key=lambda lot: lot.position
        )

    def quantity_of(self, asset: str) -> Fraction:
        return sum((lot.quantity for lot in self.lots_of(asset)), ZERO)

    def rate(self, currency: str) -> Fraction:
        return Fraction(1) if currency == self.functional() else self.rates[currency]

    # writing down

    def post(self, event: Event, entry: str, lines: Lines) -> None:
        """One entry: lines of one account and key added up, zero lines and entries dropped."""
        merged: Lines = []
        for account, key, _ in lines:
            if not any(known[:2] == (account, key) for known in merged):
                total = sum((line[2] for line in lines if line[:2] == (account, key)), ZERO)
                merged.append((account, key, total))
        kept = [line for line in merged if line[2] != 0]
        if kept:
            self.journal.append((event, entry, kept))

    def move(self, event: Event, asset: str, line: str, amount: Fraction) -> None:
        self.movements.append((year_of(event), asset, line, amount))

    def flow(self, event: Event, line: str, amount: Fraction) -> None:
        self.flows.append((year_of(event), line, amount))

    def note_holdings(self, event: Event) -> None:
        for lot in self.lots:
            self.held.add((year_of(event), lot.asset))


def year_of(event: Event) -> str:
    date: str = event["date"]
    return date[:4]


def by_asset(asset: str) -> Key:
    return (("asset", asset),)


def by_currency(currency: str) -> Key:
    return (("currency", currency),)


# -- units and money in and out -----------------------------------------------------------------


def add_lot(books: Books, lot: Lot) -> None:
    """A lot of its own; with the weighted average, into the one pool of the asset."""
    if books.policy("cost_formula") != "weighted_average":
        books.lots.append(lot)
        return
    for pool in books.lots_of(lot.asset):
        pool.quantity += lot.quantity
        pool.cost += lot.cost
        pool.carrying += lot.carrying
        pool.shadow += lot.shadow
        return
    lot.lot = "pool"
    books.lots.append(lot)


def add_at_cost(books: Books, event: Event, received: Event, cost: Fraction) -> Lines:
    """New units at cost: carried at cost, in the shadow ledger too."""
    asset, quantity = received["asset"], number(received["quantity"])
    position = (event["date"], event["seq"])
    add_lot(books, Lot(received.get("lot", ""), asset, position, quantity, cost, cost, cost))
    books.move(event, asset, "additions", cost)
    return [(books.account_of(asset), by_asset(asset), cost)]


def take_from(books: Books, lot: Lot, quantity: Fraction) -> Lot:
    """The part of a lot that leaves, with its share of each amount."""
    assert ZERO < quantity <= lot.quantity, "more than the lot holds"
    amounts = [
        part_of(amount, quantity, lot.quantity, books.scale())
        for amount in (lot.cost, lot.carrying, lot.shadow)
    ]
    lot.quantity -= quantity
    lot.cost -= amounts[0]
    lot.carrying -= amounts[1]
    lot.shadow -= amounts[2]
    if lot.quantity == 0:
        books.lots.remove(lot)
    return Lot(lot.lot, lot.asset, lot.position, quantity, *amounts)


def take_units(books: Books, wanted: Event) -> list[Lot]:
    """The parts that leave: of the lots named, or of the lots in order."""
    asset, rest = wanted["asset"], number(wanted["quantity"])
    assert rest <= books.quantity_of(asset), "more than is held"
    if books.policy("cost_formula") == "specific":
        named = [(item["lot"], number(item["quantity"])) for item in wanted["lots"]]
        assert sum((quantity for _, quantity in named), ZERO) == rest, "not covered exactly"
        return [take_from(books, lot_named(books, asset, lot), part) for lot, part in named]
    parts = []
    for lot in books.lots_of(asset):
        if rest > 0:
            part = take_from(books, lot, min(rest, lot.quantity))
            rest -= part.quantity
            parts.append(part)
    return parts


def lot_named(books: Books, asset: str, name: str) -> Lot:
    (lot,) = [lot for lot in books.lots_of(asset) if lot.lot == name]
    return lot


def derecognise(
    books: Books, event: Event, wanted: Event, proceeds: Fraction
) -> tuple[Lines, Lines]:
    """Units leave for proceeds: the lines of the entry, and those of the surplus transfer."""
    asset = wanted["asset"]
    parts = take_units(books, wanted)
    carrying = sum((part.carrying for part in parts), ZERO)
    surplus = ZERO
    if books.model(asset) == REVALUED:
        surplus = sum((part.surplus() for part in parts), ZERO)
    gain, cost = proceeds - carrying, sum((part.cost for part in parts), ZERO)
    books.gone.append((year_of(event), asset, proceeds, cost))
    books.move(event, asset, "disposals", -carrying)
    books.disposals.append(
        {
            "event": event["seq"],
            "asset": asset,
            "quantity": text(number(wanted["quantity"])),
            "net_proceeds": text(proceeds),
            "carrying_amount": text(carrying),
            "cost": text(cost),
            "gain": text(gain),
            "surplus_realised": text(surplus),
        }
    )
    lines: Lines = [
        (books.account_of(asset), by_asset(asset), -carrying),
        ("pl_disposal", by_asset(asset), -gain),
    ]
    return lines, surplus_transfer(books, asset, surplus)


def surplus_transfer(books: Books, asset: str, surplus: Fraction) -> Lines:
    """Within equity, never through profit or loss; nothing where the policy says never."""
    if books.policy("surplus_transfer") == "never":
        return []
    return [
        ("revaluation_surplus", by_asset(asset), surplus),
        ("retained_earnings", (), -surplus),
    ]


def to_functional(books: Books, currency: str, amount: Fraction) -> Fraction:
    """A transaction amount at the rate in force, rounded once."""
    return half_even(amount * books.rate(currency), books.scale())


def move_cash(books: Books, currency: str, amount: Fraction) -> tuple[Lines, Fraction]:
    """Cash in (or out, negative), at spot: the line, and the amount in functional currency."""
    converted = to_functional(books, currency, amount)
    books.cash_units[currency] = books.cash_units.get(currency, ZERO) + amount
    books.cash_carrying[currency] = books.cash_carrying.get(currency, ZERO) + converted
    return [("cash", by_currency(currency), converted)], converted


def transaction_amount(books: Books, event: Event) -> tuple[str, Fraction]:
    """The currency paid and the amount in it: as stated, else quantity x unit price."""
    currency = event.get("currency", books.functional())
    if "amount" in event:
        return currency, number(event["amount"])
    scale = books.scale() if currency == books.functional() else FOREIGN_SCALE
    return currency, half_even(number(event["quantity"]) * number(event["unit_price"]), scale)


def value_in_kind(books: Books, units: Event) -> Fraction:
    """Fair value of units that are received, given or paid in kind."""
    return half_even(number(units["quantity"]) * number(units["unit_fair_value"]), books.scale())


# -- measurement --------------------------------------------------------------------------------


def nominal_of(books: Books, asset: str) -> Fraction:
    """What a redeemable stablecoin is worth at par and the last rate."""
    facts = books.case["assets"][asset]
    unit = number(facts.get("redemption_value", "1"))
    rate = books.rate(facts.get("redemption_currency", books.functional()))
    return half_even(books.quantity_of(asset) * unit * rate, books.scale())


def fair_value_of(books: Books, asset: str, share: Fraction) -> Fraction:
    """Fair value of the whole holding, or the share of it that costs of disposal leave."""
    price, currency = books.prices[asset]
    value = books.quantity_of(asset) * price * books.rate(currency) * share
    return half_even(value, books.scale())


def is_measured(books: Books, asset: str) -> bool:
    if not books.lots_of(asset):
        return False
    return books.model(asset) == "amortised_cost" or asset in books.prices


def measure_asset(books: Books, event: Event, asset: str) -> Lines:
    """Every lot of an asset to its new carrying amount, and its shadow beside it."""
    lots = books.lots_of(asset)
    quantities = [lot.quantity for lot in lots]
    lines: Lines = []
    if books.model(asset) == "amortised_cost":
        for lot, share in zip(
            lots, spread(nominal_of(books, asset), quantities, books.scale()), strict=True
        ):
            lines += carry_at(books, event, lot, share)
        return lines
    kept = 1 - number(books.policy("disposal_cost_rate"))
    fair = spread(fair_value_of(books, asset, Fraction(1)), quantities, books.scale())
    net = spread(fair_value_of(books, asset, kept), quantities, books.scale())
    for lot, fair_share, net_share in zip(lots, fair, net, strict=True):
        lot.shadow = min(lot.cost, net_share)
        lines += carry_at(books, event, lot, new_carrying(books, lot, fair_share, net_share))
    return lines


def new_carrying(books: Books, lot: Lot, fair: Fraction, net: Fraction) -> Fraction:
    """The carrying amount that the lot's model asks for."""
    model = books.model(lot.asset)
    if model == "cost" and books.us_gaap():
        return min(lot.carrying, fair)
    if model in IMPAIRED:
        return min(lot.cost, net)
    if model == "fvlcts_pl":
        return net
    assert model in (REVALUED, "fvtpl", "fv_net_income"), model
    return fair


def carry_at(books: Books, event: Event, lot: Lot, target: Fraction) -> Lines:
    """The change of one lot's carrying amount, and where it goes."""
    change = target - lot.carrying
    model = books.model(lot.asset)
    if model == REVALUED:
        changes = revaluation_changes(books, lot, target)
    elif model in IMPAIRED:
        line = "impairment_loss" if change < 0 else "impairment_reversal"
        changes = [(line, "pl_impairment", by_asset(lot.asset), change)]
    elif model == "amortised_cost":
        changes = [("exchange", "pl_fx", (), change)]
    else:
        changes = [("fair_value_pl", "pl_fair_value", by_asset(lot.asset), change)]
    lot.carrying = target
    lines: Lines = [(books.account_of(lot.asset), by_asset(lot.asset), change)]
    for line, account, key, amount in changes:
        books.move(event, lot.asset, line, amount)
        lines.append((account, key, -amount))
    return lines


def revaluation_changes(
    books: Books, lot: Lot, target: Fraction
) -> list[tuple[str, str, Key, Fraction]]:
    """Up: first what was lost before, through profit or loss. Down: first out of the surplus."""
    if target > lot.carrying:
        through_profit = min(target - lot.carrying, lot.loss())
        to_equity = target - lot.carrying - through_profit
    else:
        to_equity = -min(lot.carrying - target, lot.surplus())
        through_profit = target - lot.carrying - to_equity
    return [
        ("revaluation_oci", books.oci_account(), by_asset(lot.asset), to_equity),
        ("revaluation_pl", "pl_revaluation", by_asset(lot.asset), through_profit),
    ]


def measure_cash(books: Books, event: Event, currency: str) -> Lines:
    """A balance of foreign cash at the rate of the day."""
    target = to_functional(books, currency, books.cash_units[currency])
    change = target - books.cash_carrying[currency]
    books.cash_carrying[currency] = target
    books.flow(event, "exchange_on_cash", change)
    return [("cash", by_currency(currency), change), ("pl_fx", (), -change)]


def measure_before_disposal(books: Books, event: Event, assets: list[str]) -> None:
    """Where the policy says so, the whole holding at the last adopted price, before units leave."""
    lines: Lines = []
    if books.policy("revalue_before_disposal"):
        for asset in sorted(set(assets)):
            if books.model(asset) in MEASURED_BEFORE_DISPOSAL and is_measured(books, asset):
                lines += measure_asset(books, event, asset)
    books.post(event, "revaluation before disposal", lines)


# -- what each event does -----------------------------------------------------------------------


def on_cash_in(books: Books, event: Event) -> None:
    lines, converted = move_cash(books, event["currency"], number(event["amount"]))
    books.flow(event, "contributions_in_cash", converted)
    books.post(event, "", [*lines, ("contributed_capital", (), -converted)])


def on_acquire(books: Books, event: Event) -> None:
    currency, amount = transaction_amount(books, event)
    lines, converted = move_cash(books, currency, -(amount + number(event.get("fee", "0"))))
    books.flow(event, "purchases", converted)
    books.post(event, "", lines + add_at_cost(books, event, event, -converted))


def receive_in_kind(books: Books, event: Event, account: str) -> None:
    value = value_in_kind(books, event)
    books.flow(event, "non_cash_additions", value)
    books.post(event, "", [*add_at_cost(books, event, event, value), (account, (), -value)])


def on_contribute(books: Books, event: Event) -> None:
    receive_in_kind(books, event, "contributed_capital")


def on_reward(books: Books, event: Event) -> None:
    receive_in_kind(books, event, "income_rewards")


def on_airdrop(books: Books, event: Event) -> None:
    if books.policy("airdrop_policy") == "nil_cost":
        add_at_cost(books, event, event, ZERO)
    else:
        receive_in_kind(books, event, "income_airdrops")


def on_dispose(books: Books, event: Event) -> None:
    measure_before_disposal(books, event, [event["asset"]])
    currency, amount = transaction_amount(books, event)
    cash, proceeds = move_cash(books, currency, amount - number(event.get("costs", "0")))
    books.flow(event, "proceeds", proceeds)
    lines, transfer = derecognise(books, event, event, proceeds)
    books.post(event, "", cash + lines)
    books.post(event, "surplus transfer", transfer)


def on_fee(books: Books, event: Event) -> None:
    measure_before_disposal(books, event, [event["asset"]])
    value = value_in_kind(books, event)
    lines, transfer = derecognise(books, event, event, value)
    books.post(event, "", [("expense_fees", (), value), *lines])
    books.post(event, "surplus transfer", transfer)


def on_swap(books: Books, event: Event) -> None:
    """The asset given leaves, the fee units leave, the asset received comes in: one entry."""
    give: Event = event["give"]
    get: Event = dict(event["get"])
    fee: Event = event.get("fee", {})
    from_holding = fee.get("from") == "holding"
    leaving = [give["asset"], fee["asset"]] if from_holding else [give["asset"]]
    measure_before_disposal(books, event, leaving)
    given = value_in_kind(books, give)
    charge = value_in_kind(books, fee) if fee else ZERO
    deducted = books.policy("swap_fee") == "deduct_from_proceeds"
    lines, transfer = derecognise(books, event, give, given - charge if deducted else given)
    if from_holding:
        more_lines, more_transfer = derecognise(books, event, fee, charge)
        lines, transfer = lines + more_lines, transfer + more_transfer
    if books.policy("swap_fee") == "expense":
        lines.append(("expense_fees", (), charge))
    if fee and not from_holding:
        assert fee["asset"] == get["asset"], "only units received can be kept back"
        get["quantity"] = text(number(get["quantity"]) - number(fee["quantity"]))
    cost = cost_of_received(books, given, charge, from_holding=from_holding)
    books.flow(event, "non_cash_additions", cost)
    books.post(event, "", lines + add_at_cost(books, event, get, cost))
    books.post(event, "surplus transfer", transfer)


def cost_of_received(
    books: Books, given: Fraction, charge: Fraction, *, from_holding: bool
) -> Fraction:
    """The table of swaps: what the units received cost."""
    capitalised = books.policy("swap_fee") == "capitalise"
    if from_holding:
        return given + charge if capitalised else given
    return given if capitalised else given - charge


def on_transfer(books: Books, event: Event) -> None:
    """Lots travel with the units: no entry."""
    assert number(event["quantity"]) <= books.quantity_of(event["asset"]), "more than is held"


def on_price(books: Books, event: Event) -> None:
    currency = event.get("currency", books.functional())
    books.prices[event["asset"]] = (number(event["unit_price"]), currency)


def on_fx(books: Books, event: Event) -> None:
    assert event["quote"] == books.functional(), "a rate into another currency"
    books.rates[event["base"]] = number(event["rate"])


def on_measure(books: Books, event: Event) -> None:
    lines: Lines = []
    for asset in books.case["assets"]:
        if is_measured(books, asset):
            lines += measure_asset(books, event, asset)
    for currency in books.cash_units:
        if currency != books.functional():
            lines += measure_cash(books, event, currency)
    books.post(event, "", lines)
    books.measured.append((event, shadow_of_revalued(books)))


def shadow_of_revalued(books: Books) -> Fraction:
    return sum((lot.shadow for lot in books.lots if books.model(lot.asset) == REVALUED), ZERO)


ON_EVENT = {
    "cash_in": on_cash_in,
    "acquire": on_acquire,
    "contribute": on_contribute,
    "reward": on_reward,
    "airdrop": on_airdrop,
    "dispose": on_dispose,
    "swap": on_swap,
    "fee": on_fee,
    "transfer": on_transfer,
    "price": on_price,
    "fx": on_fx,
    "measure": on_measure,
}


def kept_books(case: Case) -> Books:
    """The books after every event of the case, in order."""
    books = Books(case)
    for place, lot in enumerate(case.get("opening", [])):
        cost, carrying = number(lot["cost"]), number(lot["carrying_amount"])
        quantity, shadow = number(lot["quantity"]), min(cost, carrying)
        position = ("", place)
        add_lot(books, Lot(lot["lot"], lot["asset"], position, quantity, cost, carrying, shadow))
    for event in sorted(case["events"], key=lambda event: int(event["seq"])):
        books.note_holdings(event)
        ON_EVENT[event["type"]](books, event)
        books.note_holdings(event)
    return books


# -- what is shown ------------------------------------------------------------------------------


def figures(case: Case) -> Figures:
    """Journal, disposals, periods, closing and notes of a case."""
    books = kept_books(case)
    shown: Figures = {"journal": shown_journal(books)}
    if books.disposals:
        shown["disposals"] = books.disposals
    shown["periods"] = [shown_period(books, year) for year in years_of(case)]
    shown["closing"] = {
        "assets": shown_assets(books),
        "cash": shown_cash(books),
        "ledger": nonzero(totals_by_account(books, years_of(case))),
    }
    notes = shown_notes(books, shown)
    if notes:
        shown["notes"] = notes
    return shown


def years_of(case: Case) -> list[str]:
    return sorted({year_of(event) for event in case["events"]})


def nonzero(amounts: dict[str, Fraction]) -> dict[str, str]:
    return {name: text(amount) for name, amount in amounts.items() if amount != 0}


def shown_journal(books: Books) -> list[dict[str, Any]]:
    shown = []
    for event, entry, lines in books.journal:
        head: dict[str, Any] = {"event": event["seq"], "date": event["date"]}
        if entry:
            head["entry"] = entry
        shown.append({**head, "lines": [shown_line(*line) for line in lines]})
    return shown


def shown_line(account: str, key: Key, amount: Fraction) -> dict[str, str]:
    side = "debit" if amount > 0 else "credit"
    return {"account": account, **dict(key), side: text(abs(amount))}


def totals_by_account(
    books: Books, years: list[str], entry: str | None = None
) -> dict[str, Fraction]:
    """Totals of the lines of those years (and of one kind of entry), debit positive."""
    totals: dict[str, Fraction] = {}
    for event, kind, lines in books.journal:
        if year_of(event) in years and entry in (None, kind):
            for account, _, amount in lines:
                totals[account] = totals.get(account, ZERO) + amount
    return dict(sorted(totals.items()))


def profit_lines(books: Books, year: str) -> dict[str, Fraction]:
    """Profit or loss by account, income positive."""
    return {
        account: -amount
        for account, amount in totals_by_account(books, [year]).items()
        if account.startswith(("pl_", "income_", "expense_"))
    }


def opening_surplus(books: Books) -> Fraction:
    """The surplus of the lots that were there before the first event."""
    before = kept_books({**books.case, "events": []})
    return sum((lot.surplus() for lot in before.lots if books.model(lot.asset) == REVALUED), ZERO)


def surplus_account(books: Books, years: list[str]) -> Fraction:
    """The revaluation surplus after those years, with the OCI of each closed into it."""
    totals = totals_by_account(books, years)
    moved = totals.get("oci_revaluation", ZERO) + totals.get("revaluation_surplus", ZERO)
    return opening_surplus(books) - moved


def shown_period(books: Books, year: str) -> dict[str, Any]:
    profit = profit_lines(books, year)
    oci = -totals_by_account(books, [year]).get("oci_revaluation", ZERO)
    transfers = totals_by_account(books, [year], "surplus transfer")
    until = [other for other in years_of(books.case) if other <= year]
    return {
        "period": year,
        "profit_or_loss": text(sum(profit.values(), ZERO)),
        "profit_or_loss_lines": nonzero(profit),
        "other_comprehensive_income": text(oci),
        "total_comprehensive_income": text(sum(profit.values(), ZERO) + oci),
        "surplus_transferred_to_retained_earnings": text(
            transfers.get("revaluation_surplus", ZERO)
        ),
        "closing_revaluation_surplus": text(surplus_account(books, until)),
        "roll_forward": {
            asset: shown_roll_forward(books, asset, year)
            for asset in books.case["assets"]
            if (year, asset) in books.held
        },
        "cash_flows": nonzero(flows_of(books, year)),
    }


def flows_of(books: Books, year: str) -> dict[str, Fraction]:
    flows: dict[str, Fraction] = {}
    for when, line, amount in books.flows:
        if when == year:
            flows[line] = flows.get(line, ZERO) + amount
    return dict(sorted(flows.items()))


def carrying_before(books: Books, asset: str, year: str) -> Fraction:
    opening = [lot for lot in books.case.get("opening", []) if lot["asset"] == asset]
    moved = [amount for when, of, _, amount in books.movements if of == asset and when < year]
    return sum((number(lot["carrying_amount"]) for lot in opening), ZERO) + sum(moved, ZERO)


def roll_forward_line(books: Books, asset: str, year: str, line: str) -> Fraction:
    return sum(
        (
            amount
            for when, of, moved, amount in books.movements
            if (when, of, moved) == (year, asset, line)
        ),
        ZERO,
    )


def shown_roll_forward(books: Books, asset: str, year: str) -> dict[str, str]:
    lines = {line: roll_forward_line(books, asset, year, line) for line in ROLL_FORWARD_LINES}
    opening = carrying_before(books, asset, year)
    closing = opening + sum(lines.values(), ZERO)
    return {"opening": text(opening), **nonzero(lines), "closing": text(closing)}


def shown_amounts(model: str, lots: list[Lot]) -> dict[str, str]:
    """Quantity, cost and carrying amount of lots, and what the model keeps apart."""
    shown = {
        "quantity": text(sum((lot.quantity for lot in lots), ZERO)),
        "cost": text(sum((lot.cost for lot in lots), ZERO)),
        "carrying_amount": text(sum((lot.carrying for lot in lots), ZERO)),
    }
    if model == REVALUED:
        shown["revaluation_surplus"] = text(sum((lot.surplus() for lot in lots), ZERO))
        shown["unreversed_loss"] = text(sum((lot.loss() for lot in lots), ZERO))
    if model == "cost":
        shown["accumulated_impairment"] = text(sum((lot.loss() for lot in lots), ZERO))
    return shown


def shown_assets(books: Books) -> dict[str, Any]:
    """Every asset that was ever held, with its lots in order of acquisition."""
    shown = {}
    for asset in books.case["assets"]:
        lots, model = books.lots_of(asset), books.model(asset)
        if lots or any(held == asset for _, held in books.held):
            shown[asset] = {
                **shown_amounts(model, lots),
                "lots": [{"lot": lot.lot, **shown_amounts(model, [lot])} for lot in lots],
                "shadow_cost_carrying_amount": text(sum((lot.shadow for lot in lots), ZERO)),
            }
    return shown


def shown_cash(books: Books) -> dict[str, dict[str, str]]:
    shown = {}
    for currency, balance in sorted(books.cash_units.items()):
        shown[currency] = {"balance": text(balance)}
        if currency != books.functional():
            shown[currency]["carrying_amount"] = text(books.cash_carrying[currency])
    return shown


# -- notes --------------------------------------------------------------------------------------


def shown_notes(books: Books, shown: Figures) -> dict[str, Any]:
    """The notes of the last period that apply to the case."""
    models = [books.model(asset) for asset in shown["closing"]["assets"]]
    notes: dict[str, Any] = {}
    if not shown["periods"]:
        return notes
    if REVALUED in models:
        notes |= revaluation_notes(books, shown) | exchange_notes(books, shown)
    if books.us_gaap() and "fv_net_income" in models:
        notes |= us_gaap_notes(books, shown)
    return notes


def total_of(shown: Figures, models: dict[str, Any], line: str) -> Fraction:
    """One line of the last roll-forward over every revalued asset."""
    return sum(
        (
            number(lines.get(line, "0"))
            for asset, lines in shown["periods"][-1]["roll_forward"].items()
            if models[asset]["measurement_model"] == REVALUED
        ),
        ZERO,
    )


def revaluation_notes(books: Books, shown: Figures) -> dict[str, Any]:
    """IAS 38.118(e) and .124 of the last period, and the cost model beside it."""
    assets, last = books.case["assets"], shown["periods"][-1]
    line = {name: total_of(shown, assets, name) for name in ("opening", *ROLL_FORWARD_LINES)}
    closing = text(total_of(shown, assets, "closing"))
    before = surplus_account(books, years_of(books.case)[:-1])
    surplus = number(last["closing_revaluation_surplus"])
    return {
        "ias38_118_e": {
            "opening": text(line["opening"]),
            "additions": text(line["additions"]),
            "disposals": text(line["disposals"]),
            "revaluation": text(line["revaluation_oci"] + line["revaluation_pl"]),
            "closing": closing,
        },
        "ias38_124_a_ii_revalued_amount": closing,
        "ias38_124_a_iii_amount_under_cost_model": text(shadow_of_revalued(books)),
        "ias38_124_b_surplus": {
            "opening": text(before),
            "change": text(surplus - before),
            "closing": text(surplus),
        },
        "profit_or_loss_revaluation_model": last["profit_or_loss"],
        "profit_or_loss_cost_model": profit_under_cost_model(books),
        "quarters": shown_quarters(books),
    }


def under_cost_model(case: Case) -> Case:
    """The same case with every revalued asset at cost less impairment instead."""
    assets = {
        name: {**facts, "measurement_model": "cost"}
        if facts["measurement_model"] == REVALUED
        else facts
        for name, facts in case["assets"].items()
    }
    opening = [
        {**lot, "carrying_amount": text(min(number(lot["cost"]), number(lot["carrying_amount"])))}
        if case["assets"][lot["asset"]]["measurement_model"] == REVALUED
        else lot
        for lot in case.get("opening", [])
    ]
    return {**case, "assets": assets, "opening": opening}


def profit_under_cost_model(books: Books) -> str:
    other = kept_books(under_cost_model(books.case))
    return text(sum(profit_lines(other, years_of(books.case)[-1]).values(), ZERO))


def shown_quarters(books: Books) -> list[dict[str, Any]]:
    """What each measurement of the last period did to revalued assets."""
    quarters = []
    for event, shadow in books.measured:
        if year_of(event) == years_of(books.case)[-1]:
            lines = [line for at, kind, all_ in books.journal for line in all_ if at is event]
            changes = {
                name: text(-sum((amount for of, _, amount in lines if of == account), ZERO))
                for name, account in (
                    ("oci", books.oci_account()),
                    ("profit_or_loss", "pl_revaluation"),
                )
            }
            quarters.append(
                {"date": event["date"], "revaluation": changes, "shadow_cost": text(shadow)}
            )
    return quarters


def exchange_notes(books: Books, shown: Figures) -> dict[str, Any]:
    """The split of one revaluation of foreign-priced lots into price and currency: information."""
    foreign = [
        asset
        for asset, (_, currency) in books.prices.items()
        if currency != books.functional() and books.model(asset) == REVALUED
    ]
    if not foreign or len(books.measured) != 1:
        return {}
    oci = number(shown["periods"][-1]["other_comprehensive_income"])
    exchange = sum((exchange_part(books, asset) for asset in foreign), ZERO)
    fx = number(shown["periods"][-1]["profit_or_loss_lines"].get("pl_fx", "0"))
    return {
        "oci_in_total": text(oci),
        "of_which_price_at_opening_rate": text(oci - exchange),
        "of_which_exchange_at_closing_price": text(exchange),
        "presentation": "The whole change is one OCI amount (IAS 21.30); "
        "the split is information only.",
        "monetary_item_exchange_gain_in_profit_or_loss": text(fx),
    }


def exchange_part(books: Books, asset: str) -> Fraction:
    """Units held x closing price x the change of the rate since their acquisition."""
    price, currency = books.prices[asset]
    total = ZERO
    for lot in books.lots_of(asset):
        opening_rate = rate_at(books.case, currency, lot.position)
        total += lot.quantity * price * (books.rates[currency] - opening_rate)
    return half_even(total, books.scale())


def rate_at(case: Case, currency: str, position: tuple[str, int]) -> Fraction:
    """The last rate before a position of the case."""
    rate = ZERO
    for event in case["events"]:
        before = (event["date"], event["seq"]) < position
        if event["type"] == "fx" and event["base"] == currency and (before or rate == 0):
            rate = number(event["rate"])
    return rate


def us_gaap_notes(books: Books, shown: Figures) -> dict[str, Any]:
    """ASC 350-60-50 of the last period."""
    closing, last = shown["closing"]["assets"], shown["periods"][-1]
    roll = {
        asset: us_gaap_roll_forward(books, asset, lines)
        for asset, lines in last["roll_forward"].items()
    }
    names = ("opening", "additions", "dispositions", "gains", "losses", "closing")
    realised = [proceeds - cost for _, proceeds, cost in gone_in_last_period(books)]
    return {
        "asc_350_60_50_3_roll_forward": {
            "by_asset": {
                asset: {name: text(amount) for name, amount in lines.items()}
                for asset, lines in roll.items()
            },
            "total": {
                name: text(sum((lines[name] for lines in roll.values()), ZERO)) for name in names
            },
        },
        "rule": "dispositions are at proceeds; the change up to the disposal price is in gains or "
        "losses; gains and losses are determined asset by asset, not lot by lot",
        "cumulative_realised_gains": text(sum((max(ZERO, gain) for gain in realised), ZERO)),
        "cumulative_realised_losses": text(sum((min(ZERO, gain) for gain in realised), ZERO)),
        "cost_basis": {asset: held["cost"] for asset, held in closing.items()},
        "units": {asset: held["quantity"] for asset, held in closing.items()},
    }


def gone_in_last_period(books: Books) -> list[tuple[str, Fraction, Fraction]]:
    """(asset, net proceeds, cost) of each disposal of the last period."""
    last = years_of(books.case)[-1]
    return [(asset, proceeds, cost) for year, asset, proceeds, cost in books.gone if year == last]


def us_gaap_roll_forward(books: Books, asset: str, lines: dict[str, str]) -> dict[str, Fraction]:
    """Dispositions at proceeds; the rest of the change is one gain or one loss of the asset."""
    opening, closing = number(lines["opening"]), number(lines["closing"])
    additions = number(lines.get("additions", "0"))
    gone = [amount for of, amount, _ in gone_in_last_period(books) if of == asset]
    proceeds = sum(gone, ZERO)
    net = closing - opening - additions + proceeds
    return {
        "opening": opening,
        "additions": additions,
        "dispositions": -proceeds,
        "gains": max(ZERO, net),
        "losses": min(ZERO, net),
        "closing": closing,
    }


# -- profit a second way ------------------------------------------------------------------------


def profit_by_balance_sheets(case: Case) -> dict[str, str]:
    """Profit of each year: change of net assets less contributions and the surplus that arose."""
    profits = {}
    before = balance_sheet(case, "")
    for year in years_of(case):
        after = balance_sheet(case, year)
        change = {name: after[name] - before[name] for name in after}
        profit = (change["net_assets"] - change["surplus_live"] - change["surplus_gone"]) - change[
            "contributions"
        ]
        profits[year] = text(profit)
        before = after
    return profits


def balance_sheet(case: Case, year: str) -> dict[str, Fraction]:
    """Net assets at the end of a year; surplus alive and gone; contributions so far."""
    events = [event for event in case["events"] if year_of(event) <= year]
    closed = figures({**case, "events": events})
    cash, assets = closed["closing"]["cash"], closed["closing"]["assets"]
    held = [number(facts["carrying_amount"]) for facts in assets.values()]
    money = [number(facts.get("carrying_amount", facts["balance"])) for facts in cash.values()]
    alive = [number(facts.get("revaluation_surplus", "0")) for facts in assets.values()]
    gone = [number(disposal["surplus_realised"]) for disposal in closed.get("disposals", [])]
    return {
        "net_assets": sum(held + money, ZERO),
        "surplus_live": sum(alive, ZERO),
        "surplus_gone": sum(gone, ZERO),
        "contributions": sum((contribution(case, event) for event in events), ZERO),
    }


def contribution(case: Case, event: Event) -> Fraction:
    """What the owner gave, in cash at the rate of the day or in kind at fair value."""
    scale = case["policy"]["rounding"]["money_scale"]
    if event["type"] == "contribute":
        return half_even(number(event["quantity"]) * number(event["unit_fair_value"]), scale)
    if event["type"] != "cash_in":
        return ZERO
    if event["currency"] == case["policy"]["functional_currency"]:
        return number(event["amount"])
    rate = rate_at(case, event["currency"], (event["date"], event["seq"]))
    return half_even(number(event["amount"]) * rate, scale)


# -- invariants ---------------------------------------------------------------------------------


def check_invariants(case: Case, shown: Figures) -> None:
    """What holds of the figures of any case."""
    check_entries_balance(shown)
    check_sub_ledger(case, shown)
    check_units(case, shown)
    check_lots(case, shown)
    check_last_measurement(case, shown)
    check_path_independence(case, shown)
    check_clean_surplus(case, shown)
    check_whole_life(case)
    check_roll_forward(shown)
    check_shadow(case, shown)


def check_entries_balance(shown: Figures) -> None:
    for entry in shown["journal"]:
        debits = sum((number(line.get("debit", "0")) for line in entry["lines"]), ZERO)
        credits_ = sum((number(line.get("credit", "0")) for line in entry["lines"]), ZERO)
        assert debits == credits_, entry
        assert debits > 0, entry


def amount_posted(shown: Figures, accounts: tuple[str, ...], key: str, value: str) -> Fraction:
    """The balance of accounts for one asset or currency, debit positive."""
    lines = [line for entry in shown["journal"] for line in entry["lines"]]
    return sum(
        (
            number(line.get("debit", "0")) - number(line.get("credit", "0"))
            for line in lines
            if line["account"] in accounts and line.get(key) == value
        ),
        ZERO,
    )


def check_sub_ledger(case: Case, shown: Figures) -> None:
    """Lots, cash and entries are the same amounts, and the ledger is level."""
    for asset, held in shown["closing"]["assets"].items():
        for name in ("quantity", "cost", "carrying_amount"):
            lots = sum((number(lot[name]) for lot in held["lots"]), ZERO)
            assert lots == number(held[name]), (asset, name)
        opening = sum(
            (
                number(lot["carrying_amount"])
                for lot in case.get("opening", [])
                if lot["asset"] == asset
            ),
            ZERO,
        )
        accounts = ("digital_assets", "financial_assets")
        posted = amount_posted(shown, accounts, "asset", asset)
        assert opening + posted == number(held["carrying_amount"]), asset
    for currency, cash in shown["closing"]["cash"].items():
        posted = amount_posted(shown, ("cash",), "currency", currency)
        assert posted == number(cash.get("carrying_amount", cash["balance"])), currency
    ledger = [number(amount) for amount in shown["closing"]["ledger"].values()]
    assert sum(ledger, ZERO) == 0


def units_moved(event: Event, asset: str) -> Fraction:
    """Units of an asset that an event brings, negative where it takes them."""
    if event["type"] == "swap":
        legs = [(event["get"], 1), (event["give"], -1)]
        if "fee" in event:
            legs.append((event["fee"], -1))
        moved = [sign * number(leg["quantity"]) for leg, sign in legs if leg["asset"] == asset]
        return sum(moved, ZERO)
    sign = {"acquire": 1, "contribute": 1, "reward": 1, "airdrop": 1, "dispose": -1, "fee": -1}
    if event["type"] not in sign or event["asset"] != asset:
        return ZERO
    return sign[event["type"]] * number(event["quantity"])


def check_units(case: Case, shown: Figures) -> None:
    for asset, held in shown["closing"]["assets"].items():
        opening = [
            number(lot["quantity"]) for lot in case.get("opening", []) if lot["asset"] == asset
        ]
        moved = [units_moved(event, asset) for event in case["events"]]
        assert sum(opening + moved, ZERO) == number(held["quantity"]), asset


def check_lots(case: Case, shown: Figures) -> None:
    """Cost, surplus and loss of every lot agree, and nothing is left where no units are."""
    live = ZERO
    for asset, held in shown["closing"]["assets"].items():
        for lot in held["lots"]:
            assert number(lot["quantity"]) > 0, lot
            check_lot(case["assets"][asset]["measurement_model"], lot)
        live += number(held.get("revaluation_surplus", "0"))
        if number(held["quantity"]) == 0:
            money = {name: amount for name, amount in held.items() if name != "lots"}
            assert set(money.values()) == {"0"}, held
            assert held["lots"] == []
    if shown["periods"]:
        account = number(shown["periods"][-1]["closing_revaluation_surplus"])
        if case["policy"]["surplus_transfer"] == "on_disposal":
            assert live == account
        assert live <= account


def check_lot(model: str, lot: dict[str, str]) -> None:
    cost, carrying = number(lot["cost"]), number(lot["carrying_amount"])
    if model == REVALUED:
        surplus, loss = number(lot["revaluation_surplus"]), number(lot["unreversed_loss"])
        assert carrying == cost + surplus - loss, lot
        assert min(surplus, loss) == 0, lot
        assert max(surplus, loss) >= 0, lot
    if model in IMPAIRED:
        assert ZERO <= carrying <= cost, lot


def check_last_measurement(case: Case, shown: Figures) -> None:
    """After a measurement every lot is at its share of value: nothing of the path is in it."""
    if not case["events"] or case["events"][-1]["type"] != "measure":
        return
    scale = case["policy"]["rounding"]["money_scale"]
    kept = 1 - number(case["policy"]["disposal_cost_rate"])
    us_gaap = case["policy"]["framework"] == "us_gaap"
    for asset, held in shown["closing"]["assets"].items():
        model = case["assets"][asset]["measurement_model"]
        unit = last_price(case, asset)
        if unit is None or model == "amortised_cost":
            continue
        one_way = us_gaap and model == "cost"
        share = kept if model in (*IMPAIRED, "fvlcts_pl") and not one_way else Fraction(1)
        total = half_even(number(held["quantity"]) * unit * share, scale)
        quantities = [number(lot["quantity"]) for lot in held["lots"]]
        for lot, value in zip(held["lots"], spread(total, quantities, scale), strict=True):
            check_value(model, lot, value, one_way=one_way)


def check_value(model: str, lot: dict[str, str], value: Fraction, *, one_way: bool) -> None:
    cost, carrying = number(lot["cost"]), number(lot["carrying_amount"])
    if model == REVALUED:
        assert number(lot["revaluation_surplus"]) == max(ZERO, value - cost), lot
        assert number(lot["unreversed_loss"]) == max(ZERO, cost - value), lot
    elif one_way:
        assert carrying <= min(cost, value), lot
    elif model in IMPAIRED:
        assert carrying == min(cost, value), lot
    else:
        assert carrying == value, lot


def last_price(case: Case, asset: str) -> Fraction | None:
    """The last adopted price of a unit, in functional currency at the last rate."""
    unit = None
    for event in case["events"]:
        if event["type"] == "price" and event["asset"] == asset:
            unit = (number(event["unit_price"]), event.get("currency"))
    if unit is None:
        return None
    price, currency = unit
    if currency in (None, case["policy"]["functional_currency"]):
        return price
    rates = [
        number(e["rate"]) for e in case["events"] if e["type"] == "fx" and e["base"] == currency
    ]
    return price * rates[-1]


def without_needless_measurements(case: Case) -> Case:
    """The case without measurements that another one of the same year follows before any trade."""
    quiet = ("price", "fx", "transfer", "cash_in")
    kept: list[Event] = []
    year_to_come = ""
    for event in reversed(case["events"]):
        if event["type"] == "measure":
            needless, year_to_come = year_to_come == year_of(event), year_of(event)
            if needless:
                continue
        elif event["type"] not in quiet:
            year_to_come = ""
        kept.append(event)
    return {**case, "events": kept[::-1]}


def check_path_independence(case: Case, shown: Figures) -> None:
    """How often is measured between trades changes no figure of the year."""
    models = [facts["measurement_model"] for facts in case["assets"].values()]
    if case["policy"]["framework"] == "us_gaap" and "cost" in models:
        return  # a loss is never reversed: there every measurement counts
    rarely = figures(without_needless_measurements(case))
    assert rarely["closing"] == shown["closing"]
    for few, many in zip(rarely["periods"], shown["periods"], strict=True):
        names = set(many) - {"roll_forward", "cash_flows"}
        assert {name: few[name] for name in names} == {name: many[name] for name in names}


def check_clean_surplus(case: Case, shown: Figures) -> None:
    stated = {period["period"]: period["profit_or_loss"] for period in shown["periods"]}
    assert profit_by_balance_sheets(case) == stated


def wound_up(case: Case, shown: Figures) -> Case:
    """The case with everything that is left sold at its end."""
    events = list(case["events"])
    for asset, held in shown["closing"]["assets"].items():
        if number(held["quantity"]) > 0:
            event = {
                "seq": len(events) + 1000,
                "date": events[-1]["date"],
                "type": "dispose",
                "asset": asset,
                "quantity": held["quantity"],
                "amount": "1234.56",
            }
            lots = [{"lot": lot["lot"], "quantity": lot["quantity"]} for lot in held["lots"]]
            events.append(event | ({"lots": lots} if is_specific(case) else {}))
    return {**case, "events": events}


def is_specific(case: Case) -> bool:
    return bool(case["policy"]["cost_formula"] == "specific")


def whole_income(case: Case) -> Fraction:
    """Profit and revaluation over the whole life of a case, whose units are all gone at its end."""
    ended = figures(wound_up(case, figures(case)))
    for held in ended["closing"]["assets"].values():
        check_lots(case, ended)
        assert number(held["quantity"]) == 0
    before = opening_surplus(Books(case))
    surplus = number(ended["periods"][-1]["closing_revaluation_surplus"]) - before
    for period in ended["periods"]:
        surplus += number(period["surplus_transferred_to_retained_earnings"])
    return surplus + sum((number(p["profit_or_loss"]) for p in ended["periods"]), ZERO)


def cash_made(case: Case) -> Fraction:
    """Cash out less cash in over the whole life, and less what was there or came in kind."""
    ended = figures(wound_up(case, figures(case)))
    flows = [
        number(amount)
        for period in ended["periods"]
        for line, amount in period["cash_flows"].items()
        if line in ("purchases", "proceeds", "exchange_on_cash")
    ]
    given = [contribution(case, event) for event in case["events"] if event["type"] == "contribute"]
    opening = [number(lot["carrying_amount"]) for lot in case.get("opening", [])]
    return sum(flows, ZERO) - sum(given, ZERO) - sum(opening, ZERO)


def check_whole_life(case: Case) -> None:
    """Over the whole life income is cash, whatever the formula or the unit of account."""
    if not case["events"]:
        return
    income = whole_income(case)
    assert income == cash_made(case)
    other = {"fifo": ("weighted_average", "holding"), "weighted_average": ("fifo", "lot")}
    if is_specific(case):
        return
    formula, unit = other[case["policy"]["cost_formula"]]
    policy = {**case["policy"], "cost_formula": formula, "unit_of_account": unit}
    assert whole_income({**case, "policy": policy}) == income


def check_roll_forward(shown: Figures) -> None:
    """Opening and lines make closing; a year opens as the one before closed."""
    closed: dict[str, str] = {}
    for place, period in enumerate(shown["periods"]):
        for asset, lines in period["roll_forward"].items():
            parts = [number(amount) for name, amount in lines.items() if name != "closing"]
            assert sum(parts, ZERO) == number(lines["closing"]), lines
            if place > 0:
                assert lines["opening"] == closed.get(asset, "0"), lines
            closed[asset] = lines["closing"]
    for asset, carrying in closed.items():
        assert shown["closing"]["assets"][asset]["carrying_amount"] == carrying


def check_shadow(case: Case, shown: Figures) -> None:
    """The shadow ledger is the books under the cost model, lot for lot and floor for floor."""
    beside = figures(under_cost_model(case))["closing"]["assets"]
    for asset, held in shown["closing"]["assets"].items():
        shadow = number(held["shadow_cost_carrying_amount"])
        assert ZERO <= shadow <= number(held["cost"]), asset
        if case["assets"][asset]["measurement_model"] == REVALUED:
            assert held["shadow_cost_carrying_amount"] == beside[asset]["carrying_amount"], asset
