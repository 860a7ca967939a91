"""The books of one fund: lots, cash and journal, folded from occurrences in their order.

A pure fold: the same occurrences, policies and last day give the same figures. What is needed and
missing (a classification, a fair value, a rate) is never guessed: it becomes a finding, and no
statement is given while a finding of a day that it covers stands.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ledger.domain.accounting_policies import AdoptedPolicy, timeline
from ledger.domain.lots import Lot, LotPool, in_order, pool_of
from ledger.kernel.errors import present
from ledger.projections.cash_entries import move_cash, post_by_hand, reclassify
from ledger.projections.custody_moves import move_units
from ledger.projections.derecognition import go_out
from ledger.projections.journal import (
    Journal,
    Line,
)
from ledger.projections.measurement import good_fair_value, measure
from ledger.projections.occurrences import (
    CashMove,
    Encumbered,
    HandEntry,
    Inflow,
    Measured,
    Move,
    Outflow,
    Swap,
)
from ledger.projections.recognition import come_in
from ledger.projections.reliefs import WITH_SURPLUS, Gap, Relief
from ledger.projections.swaps import exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ledger.domain.accounting_policies import (
        AccountingPolicyAdopted,
        AssetPolicy,
    )
    from ledger.projections.occurrences import Occurrence, UnitsAt
    from ledger.projections.values import Values

OF_OTHERS = "client"
"""The owner class of accounts whose units are not the fund's (IAS 38.13)."""


class Books:
    """The running fold. Give it occurrences in order (`occurrences.order_of`)."""

    def __init__(
        self,
        policies: Sequence[AdoptedPolicy],
        values: Values,
        scales: Mapping[str, int],
        owner_classes: Mapping[str, str],
    ) -> None:
        self.values = values
        self.scales = scales
        self.journal = Journal()
        self.pools: defaultdict[str, dict[str, LotPool]] = defaultdict(dict)
        """Asset to place to lots; one place, named by nothing, where lots are the fund's."""
        self.cash: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        """Foreign currency to minor units of it and of the functional currency."""
        self.allowances: defaultdict[str, int] = defaultdict(int)
        """Asset to the loss allowance."""
        self.of_others: defaultdict[tuple[str, str], int] = defaultdict(int)
        """(account, asset) to units that are in custody and not the fund's own."""
        self.encumbered: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        """(account, asset, form) to units."""
        self.gaps: list[Gap] = []
        self.measured: list[Measured] = []
        self._owner_classes = owner_classes
        self._timeline = timeline(policies)
        self._ahead = list(reversed(self._timeline[1:]))
        self._relief_watchers: list[Callable[[Relief], None]] = []
        self.policy: AccountingPolicyAdopted | None = (
            self._timeline[0].policy if self._timeline else None
        )
        self._by_asset: dict[str, AssetPolicy] = _by_asset(self.policy)

    def watch_reliefs(self, watcher: Callable[[Relief], None]) -> None:
        """Let somebody see every relief from now on."""
        self._relief_watchers.append(watcher)

    def fold(self, occurrences: Iterable[Occurrence]) -> None:
        """Take occurrences in order. Within a day, what needs units waits until they are there."""
        waiting: list[Occurrence] = []
        day = ""
        for one in occurrences:
            if one.day != day:
                self._take_all(waiting)
                day = one.day
                waiting = []
                self._enter(day)
            if one.rank and waiting:
                self._take_all(waiting)
                waiting = []
            if not self._take(one):
                waiting.append(one)
            elif waiting:
                waiting = [late for late in waiting if not self._take(late)]
        self._take_all(waiting)

    def _take_all(self, waiting: list[Occurrence]) -> None:
        while waiting:
            left = [one for one in waiting if not self._take(one)]
            if len(left) == len(waiting):
                self.gap("units_missing", left[0], left[0].event_id, "", "audit the log")
                return
            waiting = left

    def _enter(self, day: str) -> None:
        """Let the policies that begin up to a day take over."""
        while self._ahead and self._ahead[-1].effective_from <= day:
            adopted = self._ahead.pop()
            before = dict(self._by_asset)
            self.policy = adopted.policy
            self._by_asset = _by_asset(self.policy)
            reclassify(self, adopted, before)

    def _take(self, one: Occurrence) -> bool:
        """Take one occurrence; false if the units that it needs are not there yet."""
        taker = _TAKERS.get(type(one))
        if taker is None:
            return True
        if self.policy is None:
            if not self.gaps:
                self.gap("policy_missing", one, "", "IAS 8.10", "adopt an accounting policy")
            return True
        return taker(self, one)

    # -- what the parts of the fold share ------------------------------------------------------

    def gap(self, code: str, at: Occurrence, subject: str, paragraph: str, hint: str) -> None:
        """Remember that something is missing."""
        lasting = not isinstance(at, Measured)
        self.gaps.append(Gap(code, at.day, at.position, subject, paragraph, hint, lasting))

    def ask_class(self, asset: str, at: Occurrence | AdoptedPolicy) -> None:
        """Remember that an asset has come to stand in the books and no policy classifies it."""
        if self.policy_of(asset) is None:
            day = at.effective_from if isinstance(at, AdoptedPolicy) else at.day
            self.gaps.append(
                Gap(
                    "asset_unclassified", day, at.position, asset, "IAS 8.10",
                    f"classify {asset} in an accounting policy, with its memorandum",
                )
            )  # fmt: skip

    def policy_of(self, asset: str) -> AssetPolicy | None:
        """How the policy of the day classifies and measures an asset."""
        return self._by_asset.get(asset)

    def is_own(self, account: str) -> bool:
        """Whether units on an account are the fund's own; in transit as where they left."""
        return self._owner_classes.get(account.rstrip(">"), "own") != OF_OTHERS

    def pool(self, asset: str, account: str) -> LotPool:
        """The lots of an asset from which a relief at an account takes."""
        policy = present(self.policy, "nothing is taken without a policy")
        place = account if policy.lot_scope == "account" else ""
        places = self.pools[asset]
        pool = places.get(place)
        if pool is None:
            pool = places[place] = pool_of(policy.cost_formula)
        return pool

    def has_units(self, asset: str, account: str, units: int) -> bool:
        """Whether so many units are in the lots that a relief at an account takes from."""
        return self.pool(asset, account).units >= units

    def lots(self, asset: str) -> list[Lot]:
        """The lots of an asset in the order in which they came in, wherever they are."""
        return in_order(self.pools[asset].values())

    def held(self) -> Iterator[str]:
        """The assets of which there are lots, in order."""
        for asset in sorted(self.pools):
            if any(pool.units for pool in self.pools[asset].values()):
                yield asset

    def convert(self, currency: str, minor_units: int, at: Occurrence) -> int:
        """Money in the functional currency at the day's rate; 0 and a finding without one."""
        policy = self.policy
        source = policy.fx_source if policy else None
        found = self.values.convert(currency, minor_units, at.day, source)
        if found is None:
            self.gap(
                "rate_missing", at, f"{currency}/{self.values.currency}", "IAS 21.21",
                "record the exchange rate of the day (observation `exchange_rate`)",
            )  # fmt: skip
            return 0
        return found

    def fair_value(self, asset: str, units: int, at: Occurrence) -> int:
        """What units are worth by the fair value adopted for the day; 0 and a finding without."""
        found = good_fair_value(self, at, asset)
        return self.values.worth(units, self.scales[asset], *found) if found else 0

    @property
    def fx_source(self) -> str | None:
        """The source of exchange rates that the policy of the day names."""
        return self.policy.fx_source if self.policy else None

    def relieve(
        self,
        at: Inflow | Outflow | Swap,
        word: str,
        place: UnitsAt,
        proceeds: int,
        named: tuple[tuple[str, int], ...] = (),
    ) -> Relief:
        """Take units out of their lots; whoever watches sees it."""
        account, asset, units = place
        parts = tuple(self.pool(asset, account).relieve(units, named))
        terms = self.policy_of(asset)
        keeps = terms is not None and terms.measurement_model in WITH_SURPLUS
        cost = carrying = shadow = surplus = 0
        for part in parts:
            cost += part.cost
            carrying += part.carrying_amount
            shadow += part.shadow
            if keeps and part.carrying_amount > part.cost:
                surplus += part.carrying_amount - part.cost
        relief = Relief(
            at.day, at.position, at.event_id, word, asset, units, proceeds, parts, cost, carrying,
            shadow, surplus,
        )  # fmt: skip
        for watcher in self._relief_watchers:
            watcher(relief)
        self.journal.note(at.day, at.position, at.event_id, relief.noted())
        return relief

    def pay(self, currency: str, minor_units: int, amount: int, word: str) -> Line:
        """The cash line of money that comes in (or goes out, if negative)."""
        if currency == self.values.currency:
            return Line("1000", currency, amount, word)
        held = self.cash[currency]
        held[0] += minor_units
        held[1] += amount
        return Line("1000", currency, amount, word, minor_units)


def _by_asset(policy: AccountingPolicyAdopted | None) -> dict[str, AssetPolicy]:
    return {entry.asset: entry for entry in policy.assets} if policy else {}


def _encumber(books: Books, one: Encumbered) -> bool:
    books.encumbered[one.account, one.asset, one.form] += one.units
    return True


def _measure(books: Books, one: Measured) -> bool:
    measure(books, one)
    books.measured.append(one)
    return True


_TAKERS: dict[type, Callable[[Books, Any], bool]] = {
    Inflow: come_in,
    Outflow: go_out,
    Swap: exchange,
    Move: move_units,
    CashMove: move_cash,
    HandEntry: post_by_hand,
    Encumbered: _encumber,
    Measured: _measure,
}
