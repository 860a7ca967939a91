"""Books made of occurrences, policies and values that a test states: no log, no signatures.

Amounts are in yen, which have no minor unit, and assets have no decimals, so that every figure of a
test is a whole number that can be worked out by hand. Foreign money is in its minor units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ledger.domain.accounting_policies import AccountingPolicyAdopted, AdoptedPolicy
from ledger.kernel.form import read_form
from ledger.projections.fund_history import FundHistory
from ledger.projections.journal import MEMO
from ledger.projections.occurrences import (
    CashMove,
    Encumbered,
    ExchangeRate,
    FairValue,
    HandEntry,
    HandLine,
    Inflow,
    Measured,
    Move,
    Outflow,
    Swap,
)
from ledger.statements.report import basis_of, report_of
from tests.support.fund_simulator import DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.projections.books import Books
    from ledger.projections.journal import Entry
    from ledger.projections.occurrences import Amount, UnitsAt
    from ledger.projections.reliefs import Relief
    from ledger.statements.basis import Basis
    from ledger.statements.tree import Report

YEN = "JPY"
SCALES = {"BTC": 0, "BNB": 0, "ETH": 0, "USDT": 0}
OWNERS = {"vault": "own", "second": "own", "escrow": "client", "trust": "client"}
FIRST_DAY = "2025-01-01"
_SIGNED = {
    "fund": "test/harbour",
    "kind": "accounting_policy.adopted.v1",
    "author": "gulnara",
    "cosigners": ["nurlan"],
    "valid_until": "2099-01-01T00:00:00.000000Z",
}


def asset(code: str = "BTC", model: str = "cost", **fields: Any) -> dict[str, Any]:
    """An asset in a policy: an intangible, if nothing else is said."""
    base: dict[str, Any] = {"asset": code, "memo": DIGEST, "measurement_model": model}
    if model == "revaluation":
        base |= {"active_market": True, "active_market_evidence": DIGEST}
    return {**base, "classification": "intangible", **fields}


def stablecoin(code: str = "USDT", currency: str = YEN, **fields: Any) -> dict[str, Any]:
    """A claim on its issuer, for one unit of a currency."""
    owed = {"currency": currency, "value": "1"}
    base = {"classification": "financial_asset", "redemption": owed}
    return asset(code, "amortised_cost", **{**base, **fields})


def hand(account: str, amount: int, of: str = "", **fields: Any) -> HandLine:
    """A line of an entry by hand; `foreign` is a currency and its minor units."""
    said = {"lot": "", "adjusts_cost": False, "foreign": None, **fields}
    return HandLine(account, amount, of, **said)


def lines_of(entries: Iterable[Entry]) -> dict[str, int]:
    """`account dimension` to what entries add to it; nothing is left out but zeros."""
    sums: dict[str, int] = {}
    for entry in entries:
        for line in entry.lines:
            key = f"{line.account} {line.dimension}".strip()
            sums[key] = sums.get(key, 0) + line.amount
    return {key: amount for key, amount in sums.items() if amount}


@dataclass
class Story:
    """What happened, told in the order in which it became known; `eN` is the event at N."""

    history: FundHistory = field(default_factory=FundHistory)
    position: int = 0
    entries: list[Entry] = field(default_factory=list)
    memos: list[Entry] = field(default_factory=list)
    reliefs: list[Relief] = field(default_factory=list)

    def __post_init__(self) -> None:
        reader = self.history.reader
        reader.currency, reader.fund = YEN, "test/harbour"
        reader.scales.update(SCALES)
        reader.assets.update({code: SimpleNamespace(name=code) for code in SCALES})
        reader.custodians["bank"] = SimpleNamespace(legal_name="The Bank")
        for name, owner in OWNERS.items():
            reader.accounts[name] = SimpleNamespace(
                owner_class=owner, custodian="bank", method="qualified_custodian"
            )

    # -- what happened --------------------------------------------------------------------------

    def adopt(self, *assets: dict[str, Any], since: str = FIRST_DAY, **fields: Any) -> str:
        """A policy; plain in all that is not said."""
        event_id = self._next()
        base = {"framework": "ifrs", "functional_currency": YEN, "cost_formula": "fifo"}
        members = {**_SIGNED, "reference": event_id, "value_date": since, "effective_from": since}
        body = read_form(
            AccountingPolicyAdopted, {**members, **base, "assets": [*assets], **fields}
        )
        adopted = AdoptedPolicy(since, event_id, self.position, body)
        self.history.reader.policies.append(adopted)
        return event_id

    def comes(
        self, day: str, word: str, units: int, money: int | Amount | None = None, **more: Any
    ) -> str:
        """An acquisition, an opening or a receipt."""
        fields = {"asset": "BTC", "account": "vault", **more}
        return self._tell(Inflow, day, word=word, units=units, money=_money(money), **fields)

    def buys(self, day: str, units: int, money: int | Amount, **more: Any) -> str:
        return self.comes(day, "acquisition", units, money, **more)

    def receives(self, day: str, units: int, source: str, value: Any = None, **more: Any) -> str:
        return self.comes(day, "receipt", units, value, source=source, **more)

    def goes(
        self, day: str, word: str, units: int, money: int | Amount | None = None, **more: Any
    ) -> str:
        """A disposal, a delivery or a network fee."""
        fields = {"asset": "BTC", "account": "vault", **more}
        return self._tell(Outflow, day, word=word, units=units, money=_money(money), **fields)

    def sells(self, day: str, units: int, money: int | Amount, **more: Any) -> str:
        return self.goes(day, "disposal", units, money, **more)

    def swaps(self, day: str, given: UnitsAt, received: UnitsAt, **more: Any) -> str:
        return self._tell(Swap, day, given=given, received=received, **more)

    def moves(self, day: str, units: int, source: str, target: str, of: str = "BTC") -> str:
        return self._tell(Move, day, asset=of, units=units, source=source, target=target)

    def cash(self, day: str, category: str, money: int | Amount, *, out: bool = False) -> str:
        return self._tell(CashMove, day, is_in=not out, money=_money(money), category=category)

    def price(self, day: str, price: str, of: str = "BTC", currency: str = YEN) -> str:
        said = {"asset": of, "currency": currency, "price": price, "level": "1"}
        return self._tell(FairValue, day, **said)

    def rate(self, day: str, base: str, rate: str, source: str = "S") -> str:
        return self._tell(ExchangeRate, day, base=base, quote=YEN, rate=rate, source=source)

    def encumbers(self, day: str, units: int, form: str = "pledge", **more: Any) -> str:
        fields = {"asset": "BTC", "account": "vault", **more}
        return self._tell(Encumbered, day, units=units, form=form, **fields)

    def posts(self, day: str, *lines: HandLine, word: str = "entry", **more: Any) -> str:
        fields = {"explanation": "A reason", **more}
        return self._tell(HandEntry, day, word=word, lines=lines, **fields)

    def measures(self, day: str) -> str:
        return self._tell(Measured, day, word="measurement")

    def closes(self, period: str, first: str, last: str) -> str:
        event_id = self._tell(Measured, last, word="close", period=period, starts_on=first)
        close = self.history.occurrences[-1]
        assert isinstance(close, Measured)
        self.history.reader.periods.append(close)
        return event_id

    def _next(self) -> str:
        self.position += 1
        self.history.position = self.position
        return f"e{self.position}"

    def _tell(self, kind: Any, day: str, **fields: Any) -> str:
        event_id = self._next()
        said = {"day": day, "position": self.position, "event_id": event_id}
        self.history.occurrences.append(kind(**said, **fields))
        return event_id

    # -- what the books make of it --------------------------------------------------------------

    def books(self, day: str = "2025-12-31", *, measured: bool = False) -> Books:
        """The books at the end of a day; its entries and reliefs are kept beside."""
        self.entries, self.memos, self.reliefs = [], [], []

        def watch(books: Books) -> None:
            books.journal.watch(
                lambda one: (self.memos if one.why == MEMO else self.entries).append(one)
            )
            books.watch_reliefs(self.reliefs.append)

        return self.history.books(day, measured=measured, watch=watch)

    def entry(self, event_id: str, why: str | None = None) -> dict[str, int]:
        """What an event posted, by account and dimension."""
        found = [one for one in self.entries if one.event_id == event_id]
        return lines_of(one for one in found if why is None or one.why == why)

    def ledger(self, day: str = "2025-12-31") -> dict[str, int]:
        """Every balance at the end of a day, by account and dimension."""
        self.books(day)
        return lines_of(self.entries)

    def gaps(self, day: str = "2025-12-31") -> list[tuple[str, str, str]]:
        """What is missing: code, day, subject."""
        return [(gap.code, gap.day, gap.subject) for gap in self.books(day).gaps]

    def lots(self, of: str = "BTC", day: str = "2025-12-31") -> list[tuple[str, int, int, int]]:
        """Each lot: its event, units, cost, carrying amount."""
        lots = self.books(day).lots(of)
        return [(lot.lot_id, lot.units, lot.cost, lot.carrying_amount) for lot in lots]

    def basis(self, period: str = "2025", **more: Any) -> Basis:
        return basis_of(self.history, period, **more)

    def report(self, period: str = "2025", **more: Any) -> Report:
        basis = self.basis(period, **more)
        return report_of(basis, self.history.held(basis.period.last))


def _money(money: int | Amount | None) -> Amount | None:
    return (YEN, money) if isinstance(money, int) else money


def amounts(report: Report, ref: str) -> list[int | None]:
    """The figures of a row; there must be one."""
    row = report.row(ref)
    assert row is not None, ref
    return [cell.amount for cell in row.cells]
