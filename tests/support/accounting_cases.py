"""Random cases of accounting in the format of the worked examples, every one of them valid.

A case is written day by day by one `Writer`, which keeps just enough to stay valid: units held by
lot, foreign cash, and one fair value per asset and day. Whatever needs a fair value or a rate finds
it adopted before it; a measurement is the last event of its day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

Draw = st.DrawFn
Event = dict[str, Any]

SCALES = {"GEM": 0, "BTC": 8, "ETH": 18}
CLASSIFICATIONS = {
    "revaluation": "intangible",
    "cost": "intangible",
    "fv_net_income": "intangible",
    "fvlcts_pl": "inventory_broker_trader",
    "lower_cost_nrv": "inventory",
    "amortised_cost": "financial_asset",
    "fvtpl": "financial_asset",
}
IAS_MODELS = ["revaluation", "cost", "fvlcts_pl", "lower_cost_nrv", "amortised_cost", "fvtpl"]
MODELS = {
    "ifrs": ["revaluation", *IAS_MODELS],
    "ipsas": ["revaluation", *IAS_MODELS],
    "us_gaap": ["fv_net_income", "cost"],
}
NO_MARKET_NEEDED = ("cost", "lower_cost_nrv")
UNITS_OF_ACCOUNT = {"fifo": "lot", "specific": "lot", "weighted_average": "holding"}
CURRENCIES = {"ifrs": "KZT", "ipsas": "KZT", "us_gaap": "USD"}
FOREIGN = "USD"
RATE_ABOUT = 500
PACES = ((1, 30, 90), (7, 60, 150), (1, 1, 2))
"""Days between events, apart from none."""
FIRST_DAY = date(2026, 1, 5)
LAST_DAY = date(2028, 12, 31)
EVENTS_MAX = 25
SPARE_EVENTS = 6
"""The most that one step writes: a price for each asset, what it is for, and rates around it."""


def decimal(units: int, decimals: int) -> str:
    """`units` of the last of so many decimals, as a plain decimal string."""
    digits = str(units).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :].rstrip("0")
    return f"{whole}.{part}" if part else whole


def minor_units(quantity: str, unit_price: str) -> int:
    """About quantity x price, in hundredths: enough to keep amounts apart from nothing."""
    return int(Fraction(quantity) * Fraction(unit_price) * 100)


# -- policies and assets ------------------------------------------------------------------------


@st.composite
def policies(draw: Draw, framework: str | None = None, formula: str | None = None) -> Event:
    """A whole policy whose fields agree."""
    framework = framework or draw(st.sampled_from(["ifrs", "ifrs", "ipsas", "us_gaap"]))
    formula = formula or draw(st.sampled_from(["fifo", "weighted_average", "specific"]))
    return {
        "framework": framework,
        "functional_currency": CURRENCIES[framework],
        "cost_formula": formula,
        "unit_of_account": UNITS_OF_ACCOUNT[formula],
        "surplus_transfer": draw(st.sampled_from(["on_disposal", "never"])),
        "revalue_before_disposal": draw(st.booleans()),
        "disposal_cost_rate": draw(st.sampled_from(["0", "0.005", "0.0125", "0.1"])),
        "swap_fee": draw(st.sampled_from(["capitalise", "expense", "deduct_from_proceeds"])),
        "transfer_fee": "expense",
        "reward_policy": "income_at_fair_value",
        "airdrop_policy": draw(st.sampled_from(["nil_cost", "fair_value_income"])),
        "rounding": {
            "money_scale": 2,
            "mode": "half_even",
            "allocation": "floor_last_takes_rest",
        },
    }


@st.composite
def asset_tables(draw: Draw, policy: Event, model: str | None = None) -> dict[str, Event]:
    """One to three assets, each model a class of its own."""
    names = draw(st.permutations(sorted(SCALES)))[: draw(st.integers(1, 3))]
    table = {}
    for name in names:
        chosen = model or draw(st.sampled_from(MODELS[policy["framework"]]))
        table[name] = {
            "scale": SCALES[name],
            "classification": CLASSIFICATIONS[chosen],
            "class": f"tokens under {chosen}",
            "measurement_model": chosen,
            "interchangeable": policy["cost_formula"] != "specific",
            "active_market": chosen not in NO_MARKET_NEEDED or draw(st.booleans()),
        }
        if chosen == "amortised_cost":
            currencies = sorted({policy["functional_currency"], FOREIGN})
            table[name]["redemption_value"] = "1"
            table[name]["redemption_currency"] = draw(st.sampled_from(currencies))
    return table


# -- the writer ---------------------------------------------------------------------------------


@dataclass
class Writer:
    """A case in the making."""

    draw: Draw
    policy: Event
    assets: dict[str, Event]
    foreign: bool
    day: date = FIRST_DAY
    events: list[Event] = field(default_factory=list)
    opening: list[Event] = field(default_factory=list)
    lots: dict[str, dict[str, int]] = field(default_factory=dict)
    names: int = 0
    foreign_cents: int = 0
    rate: str = "1"
    usual: dict[str, int] = field(default_factory=dict)
    quotes: dict[str, tuple[str, str]] = field(default_factory=dict)
    priced_today: set[str] = field(default_factory=set)
    priced_ever: set[str] = field(default_factory=set)
    newer_value: set[str] = field(default_factory=set)
    pace: tuple[int, ...] = PACES[0]
    over: bool = False

    # writing

    def write(self, kind: str, **fields: Any) -> None:
        head = {"seq": len(self.events) + 1, "date": self.day.isoformat(), "type": kind}
        self.events.append({**head, **fields})

    def next_day(self, days: int) -> None:
        self.over = self.day + timedelta(days) > LAST_DAY
        if days == 0 or self.over:
            return
        self.day += timedelta(days)
        self.quotes = {}
        self.priced_today = set()
        if self.foreign and self.draw(st.booleans()):
            self.write_rate()

    def write_rate(self) -> None:
        self.rate = decimal(self.draw(st.integers(RATE_ABOUT * 8_000, RATE_ABOUT * 12_000)), 4)
        self.write("fx", base=FOREIGN, quote=self.functional(), rate=self.rate)

    def functional(self) -> str:
        currency: str = self.policy["functional_currency"]
        return currency

    # amounts

    def units_of(self, asset: str) -> int:
        """A quantity that comes in: a hundredth up to fifty, or whole units."""
        scale = SCALES[asset]
        if scale == 0:
            return self.draw(st.integers(1, 500))
        return self.draw(st.integers(10 ** (scale - 2), 50 * 10**scale))

    def written(self, asset: str, units: int) -> str:
        return decimal(units, SCALES[asset])

    def usual_price(self, asset: str, currency: str) -> int:
        """About what a unit of the asset is always worth, so that histories stay in one region."""
        if asset not in self.usual:
            self.usual[asset] = self.draw(st.integers(4, 9_999))
        foreign = self.foreign and currency == self.functional()
        return self.usual[asset] * (RATE_ABOUT if foreign else 1)

    def unit_price(self, asset: str, currency: str) -> str:
        decimals = self.draw(st.sampled_from([0, 1, 2, 4, 8]))
        usual = self.usual_price(asset, currency) * 10**decimals
        return decimal(self.draw(st.integers(usual // 2, usual * 2)), decimals)

    def new_lot(self, asset: str, units: int, prefix: str = "L") -> str:
        self.names += 1
        name = f"{prefix}{self.names}"
        self.lots.setdefault(asset, {})[name] = units
        return name

    # fair values: one per asset and day

    def is_redeemable(self, asset: str) -> bool:
        return bool(self.assets[asset]["measurement_model"] == "amortised_cost")

    def new_quote(self, asset: str, currency: str) -> str:
        if not self.is_redeemable(asset):
            return self.unit_price(asset, currency)
        in_foreign = self.assets[asset]["redemption_currency"] != self.functional()
        return self.rate if in_foreign else decimal(self.draw(st.integers(990, 1010)), 3)

    def value_today(self, asset: str) -> str | None:
        """The fair value of the day in functional currency, unless it is in another one."""
        if asset not in self.quotes:
            functional = self.functional()
            self.quotes[asset] = (self.new_quote(asset, functional), functional)
        value, currency = self.quotes[asset]
        if currency != self.functional():
            return None
        if asset not in self.priced_today:
            self.newer_value.add(asset)
        return value

    def adopt_price(self, asset: str) -> None:
        """The price event of the day, once; redeemable assets need none."""
        if asset in self.priced_today or self.is_redeemable(asset):
            return
        if asset not in self.quotes:
            currency = self.functional()
            if self.foreign and self.draw(st.booleans()):
                currency = FOREIGN
            self.quotes[asset] = (self.new_quote(asset, currency), currency)
        value, currency = self.quotes[asset]
        named = {} if currency == self.functional() else {"currency": currency}
        self.write("price", asset=asset, unit_price=value, **named)
        self.priced_today.add(asset)
        self.priced_ever.add(asset)
        self.newer_value.discard(asset)

    def before_units_leave(self, asset: str) -> None:
        """Where the holding is measured first, its price is of the day or at least not outdated."""
        if self.policy["revalue_before_disposal"]:
            outdated = asset in self.newer_value or asset not in self.priced_ever
            if outdated or self.draw(st.booleans()):
                self.adopt_price(asset)

    # units that leave

    def held(self, asset: str) -> int:
        return sum(self.lots.get(asset, {}).values())

    def held_assets(self) -> list[str]:
        return [asset for asset in self.assets if self.held(asset) > 0]

    def take(self, asset: str, units: int) -> None:
        for name, there in list(self.lots[asset].items()):
            part = min(there, units)
            units -= part
            self.lots[asset][name] -= part

    def some_of(self, asset: str) -> int:
        """Units held: all of them now and then, else any number."""
        most = self.held(asset)
        return most if self.draw(st.integers(0, 3)) == 0 else self.draw(st.integers(1, most))

    def named_lots(self, asset: str) -> tuple[int, list[Event]]:
        """Lots in any order, with parts of them: what they come to, and their names."""
        there = [(name, units) for name, units in self.lots[asset].items() if units > 0]
        chosen = self.draw(st.permutations(there))[: self.draw(st.integers(1, len(there)))]
        named, total = [], 0
        for name, units in chosen:
            part = units if self.draw(st.booleans()) else self.draw(st.integers(1, units))
            self.lots[asset][name] -= part
            named.append({"lot": name, "quantity": self.written(asset, part)})
            total += part
        return total, named


# -- events -------------------------------------------------------------------------------------


def currency_of(writer: Writer) -> str:
    return FOREIGN if writer.foreign and writer.draw(st.booleans()) else writer.functional()


def named_currency(writer: Writer, currency: str) -> Event:
    """Left out where it is the functional one, as the format allows."""
    return {} if currency == writer.functional() else {"currency": currency}


def write_cash_in(writer: Writer, currency: str | None = None, least: int = 1) -> None:
    currency = currency or currency_of(writer)
    cents = writer.draw(st.integers(least, least + 10**9))
    if currency == FOREIGN and writer.foreign:
        writer.foreign_cents += cents
    writer.write(
        "cash_in", currency=currency, amount=decimal(cents, 2), source="owner_contribution"
    )


def purchase_price(writer: Writer, asset: str, quantity: str, currency: str) -> tuple[Event, int]:
    """A unit price or a whole amount, and the hundredths that it comes to at most."""
    if writer.is_redeemable(asset):
        price = decimal(writer.draw(st.integers(9_900, 10_100)), 4)
    else:
        price = writer.unit_price(asset, currency)
    cents = max(1, minor_units(quantity, price))
    if writer.draw(st.integers(0, 2)) == 0:
        return {"amount": decimal(cents, 2)}, cents
    return {"unit_price": price}, cents + 1


def write_acquire(writer: Writer) -> None:
    asset = writer.draw(st.sampled_from(sorted(writer.assets)))
    units = writer.units_of(asset)
    quantity = writer.written(asset, units)
    currency = currency_of(writer)
    price, cents = purchase_price(writer, asset, quantity, currency)
    fee: Event = {}
    if writer.draw(st.booleans()):
        fee_cents = writer.draw(st.integers(1, 10_000))
        fee, cents = {"fee": decimal(fee_cents, 2)}, cents + fee_cents
    if currency != writer.functional():
        if writer.foreign_cents < cents:
            write_cash_in(writer, currency, cents)
        writer.foreign_cents -= cents
    lot = writer.new_lot(asset, units)
    named = named_currency(writer, currency)
    writer.write("acquire", asset=asset, quantity=quantity, **price, **fee, **named, lot=lot)


def write_receipt(writer: Writer) -> None:
    kind = writer.draw(st.sampled_from(["contribute", "reward", "airdrop"]))
    asset = writer.draw(st.sampled_from(sorted(writer.assets)))
    value = writer.value_today(asset)
    if value is None:
        return
    units = writer.units_of(asset)
    source = {"contribute": {"source": "owner"}, "reward": {"source": "staking"}}
    writer.write(
        kind,
        asset=asset,
        quantity=writer.written(asset, units),
        unit_fair_value=value,
        lot=writer.new_lot(asset, units),
        **source.get(kind, {}),
    )


def sale_price(writer: Writer, asset: str, quantity: str, currency: str) -> tuple[Event, int]:
    """As `purchase_price`, never for nothing, and at least what it comes to."""
    price = writer.unit_price(asset, currency)
    cents = minor_units(quantity, price)
    if cents < 2 or writer.draw(st.integers(0, 2)) == 0:
        cents = max(2, cents)
        return {"amount": decimal(cents, 2)}, cents
    return {"unit_price": price}, cents


def write_dispose(writer: Writer) -> None:
    if not writer.held_assets():
        return
    asset = writer.draw(st.sampled_from(writer.held_assets()))
    writer.before_units_leave(asset)
    lots: Event = {}
    if writer.policy["cost_formula"] == "specific":
        units, named = writer.named_lots(asset)
        lots = {"lots": named}
    else:
        units = writer.some_of(asset)
        writer.take(asset, units)
    quantity = writer.written(asset, units)
    currency = currency_of(writer)
    price, cents = sale_price(writer, asset, quantity, currency)
    costs: Event = {}
    if writer.draw(st.booleans()):
        costs_cents = writer.draw(st.integers(1, max(1, cents // 2)))
        costs, cents = {"costs": decimal(costs_cents, 2)}, cents - costs_cents
    if currency != writer.functional():
        writer.foreign_cents += cents
    named_in = named_currency(writer, currency)
    writer.write("dispose", asset=asset, quantity=quantity, **price, **costs, **named_in, **lots)


def write_fee(writer: Writer) -> None:
    """A network fee in coin; specific lots can not be named for it."""
    if writer.policy["cost_formula"] == "specific" or not writer.held_assets():
        return
    asset = writer.draw(st.sampled_from(writer.held_assets()))
    value = writer.value_today(asset)
    units = max(1, writer.some_of(asset) // writer.draw(st.sampled_from([1, 3, 1000])))
    quantity = writer.written(asset, units)
    if value is None or minor_units(quantity, value) < 1:
        return
    writer.before_units_leave(asset)
    writer.take(asset, units)
    writer.write("fee", asset=asset, quantity=quantity, unit_fair_value=value, purpose="transfer")


def write_swap(writer: Writer) -> None:
    """One asset for another; specific lots can not be named for it."""
    if writer.policy["cost_formula"] == "specific" or not writer.held_assets():
        return
    give = writer.draw(st.sampled_from(writer.held_assets()))
    others = sorted(set(writer.assets) - {give})
    if not others:
        return
    get = writer.draw(st.sampled_from(others))
    value = writer.value_today(give)
    given = writer.some_of(give)
    if value is None or minor_units(writer.written(give, given), value) < 4:
        return
    writer.before_units_leave(give)
    writer.take(give, given)
    most = minor_units(writer.written(give, given), value) // 2
    received = units_for(writer, get, 2 * most)
    fee, kept_back = swap_fee(writer, give, (get, received), most)
    lot = writer.new_lot(get, received - kept_back)
    writer.write(
        "swap",
        give={
            "asset": give,
            "quantity": writer.written(give, given),
            "unit_fair_value": value,
        },
        get={"asset": get, "quantity": writer.written(get, received), "lot": lot},
        **fee,
    )


def units_for(writer: Writer, asset: str, cents: int) -> int:
    """Units that are worth about so much: a little more or less than the market says."""
    price = writer.usual_price(asset, writer.functional())
    fair = cents * 10 ** SCALES[asset] // (price * 100)
    return max(1, writer.draw(st.integers(fair * 9 // 10, fair * 11 // 10)))


def fee_sources(writer: Writer, give: str, get: tuple[str, int]) -> list[tuple[str, str, int]]:
    """Where a swap's fee can come from: the asset, and how many units at most.

    Where holdings are measured before they leave, no fee is paid in the asset that is given: the
    rules do not say whether it is measured once or twice.
    """
    sources = [("none", "", 0)]
    if get[1] > 1:
        sources += [("received", get[0], get[1] - 1)] * 3
    for asset in writer.held_assets():
        if asset != give or not writer.policy["revalue_before_disposal"]:
            sources += [("holding", asset, writer.held(asset))] * 3
    return sources


def swap_fee(writer: Writer, give: str, get: tuple[str, int], most: int) -> tuple[Event, int]:
    """No fee, or one out of the units received or out of a holding, worth `most` or less."""
    origin, asset, there = writer.draw(st.sampled_from(fee_sources(writer, give, get)))
    if origin == "none":
        return {}, 0
    value = writer.value_today(asset)
    if value is None:
        return {}, 0
    affordable = int(most * 10 ** SCALES[asset] / (Fraction(value) * 100))
    units = writer.draw(st.integers(1, max(1, min(there, affordable))))
    if not 1 <= minor_units(writer.written(asset, units), value) < most:
        return {}, 0
    if origin == "holding":
        writer.before_units_leave(asset)
        writer.take(asset, units)
    quantity = writer.written(asset, units)
    leg = {"asset": asset, "quantity": quantity, "unit_fair_value": value, "from": origin}
    return {"fee": leg}, units if origin == "received" else 0


def write_transfer(writer: Writer) -> None:
    if not writer.held_assets():
        return
    asset = writer.draw(st.sampled_from(writer.held_assets()))
    quantity = writer.written(asset, writer.some_of(asset))
    accounts = {"source_account": "hot", "destination_account": "cold"}
    writer.write("transfer", asset=asset, quantity=quantity, **accounts)


def write_price(writer: Writer) -> None:
    writer.adopt_price(writer.draw(st.sampled_from(sorted(writer.assets))))


def write_measure(writer: Writer) -> None:
    """Every holding has a price that nothing newer contradicts; then the day is over."""
    for asset in writer.assets:
        outdated = asset in writer.newer_value or asset not in writer.priced_ever
        if (outdated and writer.held(asset) > 0) or writer.draw(st.booleans()):
            writer.adopt_price(asset)
    writer.write("measure")
    writer.next_day(writer.draw(st.sampled_from(writer.pace)))


STEPS = (
    [write_acquire] * 4
    + [write_dispose] * 4
    + [write_measure] * 4
    + [write_swap] * 4
    + [write_fee] * 2
    + [write_receipt] * 2
    + [write_cash_in, write_price, write_transfer]
)


# -- cases --------------------------------------------------------------------------------------


def write_opening(writer: Writer) -> None:
    """Lots that were there before: at cost, or where the model allows it above or below."""
    for asset, facts in writer.assets.items():
        for _ in range(writer.draw(st.integers(0, 2))):
            units = writer.units_of(asset)
            unit = writer.unit_price(asset, writer.functional())
            cost = max(2, minor_units(writer.written(asset, units), unit))
            capped = facts["measurement_model"] in ("cost", "lower_cost_nrv")
            carrying = writer.draw(st.integers(cost // 2, cost if capped else 2 * cost))
            lot = writer.new_lot(asset, units, "O")
            writer.opening.append(
                {
                    "asset": asset,
                    "lot": lot,
                    "quantity": writer.written(asset, units),
                    "cost": decimal(cost, 2),
                    "carrying_amount": decimal(carrying, 2),
                }
            )


def is_foreign(draw: Draw, policy: Event, assets: dict[str, Event]) -> bool:
    """Whether the case has a foreign currency: drawn, unless an asset is redeemed in one."""
    functional = policy["functional_currency"]
    redeemed_in = {facts.get("redemption_currency", functional) for facts in assets.values()}
    return functional != FOREIGN and (redeemed_in != {functional} or draw(st.booleans()))


def write_events(writer: Writer) -> None:
    wanted = writer.draw(st.sampled_from([1, 3, 8, 12, EVENTS_MAX, EVENTS_MAX, EVENTS_MAX]))
    steps = writer.draw(st.lists(st.sampled_from(STEPS), min_size=wanted, max_size=wanted))
    if wanted > 1:
        steps[: len(writer.assets)] = [write_acquire] * len(writer.assets)
    for step in steps:
        if len(writer.events) <= EVENTS_MAX - SPARE_EVENTS and not writer.over:
            writer.next_day(writer.draw(st.sampled_from([0, *writer.pace])))
            step(writer)
    if not writer.events:
        write_acquire(writer)


@st.composite
def cases(
    draw: Draw,
    framework: str | None = None,
    formula: str | None = None,
    model: str | None = None,
) -> dict[str, Any]:
    """A valid case: of one framework, cost formula or measurement model where they are given."""
    if framework is None and model is not None:
        framework = draw(st.sampled_from([name for name in MODELS if model in MODELS[name]]))
    policy = draw(policies(framework, formula))
    assets = draw(asset_tables(policy, model))
    writer = Writer(draw, policy, assets, foreign=is_foreign(draw, policy, assets))
    writer.pace = draw(st.sampled_from(PACES))
    if draw(st.integers(0, 3)) == 0:
        write_opening(writer)
    if writer.foreign:
        writer.write_rate()
    write_events(writer)
    opening = {"opening": writer.opening} if writer.opening else {}
    return {"policy": policy, "assets": assets, **opening, "events": writer.events}
