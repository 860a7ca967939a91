"""What was observed, day by day, against a plain dictionary; and what rules may ask of a fund."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import observed
from ledger.domain.known import KnownState
from ledger.domain.observed import DAYS_KEPT, ObservedSeries
from ledger.domain.policy import Difference, Lent, Observed, ObservedWindow, Stated
from tests.support.fund_simulator import DIGEST, GROUNDS
from tests.support.small_fund import SmallFund, fund_under

FIRST = date(2024, 2, 20)
ONE = 10**18


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


class NaiveSeries:
    """A day to its value and position; everything is counted day by day."""

    def __init__(self) -> None:
        self.values: dict[int, tuple[int, int]] = {}

    def put(self, number: int, value: int, position: int, kept: int = DAYS_KEPT) -> None:
        self.values[number] = (value, position)
        while len(self.values) > kept:
            del self.values[min(self.values)]

    def at(self, number: int) -> Observed | None:
        before = [one for one in self.values if one <= number]
        if not before:
            return None
        value, position = self.values[max(before)]
        return Observed(Fraction(value, ONE), "USD", day(max(before)), position)

    def window(self, first: int, last: int) -> ObservedWindow:
        within = sorted(one for one in self.values if first <= one <= last)
        longest = gap = 0
        for one in range(first, last + 1):
            gap = 0 if one in self.values else gap + 1
            longest = max(longest, gap)
        total = sum(self.values[one][0] for one in within)
        ends = (within[0], within[-1]) if within else ()
        positions = tuple(self.values[one][1] for one in ends)
        return ObservedWindow(len(within), Fraction(total, ONE), longest, positions)


numbers = st.integers(0, 40)
values = st.one_of(st.integers(-5, 5), st.integers(-(10**30), 10**30))
puts = st.lists(st.tuples(numbers, values), max_size=30)


def both(
    stated: list[tuple[int, int]], kept: int = DAYS_KEPT
) -> tuple[ObservedSeries, NaiveSeries]:
    series, naive = ObservedSeries("USD"), NaiveSeries()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(observed, "DAYS_KEPT", kept)
        for position, (number, value) in enumerate(stated):
            series.put(day(number), value, position)
            naive.put(number, value, position, kept)
    return series, naive


# -- the series -----------------------------------------------------------------------------------


@given(puts, st.integers(-2, 45))
def test_the_value_of_a_day_is_its_own_or_the_last_before_it(
    stated: list[tuple[int, int]], number: int
) -> None:
    series, naive = both(stated)
    assert series.at(day(number)) == naive.at(number)


@given(puts, st.integers(-2, 45), st.integers(0, 45))
def test_a_window_counts_its_days_their_sum_and_the_longest_gap(
    stated: list[tuple[int, int]], first: int, length: int
) -> None:
    series, naive = both(stated)
    window = series.window(day(first), day(first + length))
    assert window == naive.window(first, first + length)


@given(puts, numbers, values, values)
def test_a_day_that_is_stated_again_has_its_last_value(
    stated: list[tuple[int, int]], number: int, before: int, after: int
) -> None:
    again, _ = both([*stated, (number, before), (number, after)])
    once, _ = both([*stated, (number, after)])
    for other in range(-1, 42):
        seen, wanted = again.at(day(other)), once.at(day(other))
        assert (seen and (seen.value, seen.day)) == (wanted and (wanted.value, wanted.day))
    assert again.window(day(0), day(41)).total == once.window(day(0), day(41)).total


@given(puts, st.integers(1, 6), st.integers(-2, 45), st.integers(0, 45))
def test_the_oldest_days_are_forgotten_and_the_others_stay_exact(
    stated: list[tuple[int, int]], kept: int, first: int, length: int
) -> None:
    series, naive = both(stated, kept)
    assert len(series.positions) == len(series.series.days) == len(series.series.sums)
    assert len(series.positions) == min(kept, len({number for number, _ in stated}))
    assert series.at(day(first)) == naive.at(first)
    window = series.window(day(first), day(first + length))
    assert window == naive.window(first, first + length)


@given(st.permutations(range(12)))
def test_the_order_in_which_days_are_stated_does_not_matter(order: list[int]) -> None:
    series, _ = both([(number, number * ONE) for number in order])
    assert series.window(day(0), day(11)).total == sum(range(12))
    assert [series.at(day(number)) for number in (0, 11)] == [
        Observed(Fraction(0), "USD", day(0), order.index(0)),
        Observed(Fraction(11), "USD", day(11), order.index(11)),
    ]


def test_ten_years_of_days_are_kept() -> None:
    series, naive = both([(number, number + 1) for number in range(DAYS_KEPT + 2)])
    assert series.at(day(1)) is None
    oldest = series.at(day(2))
    assert oldest is not None
    assert (oldest.value, oldest.position) == (Fraction(3, ONE), 2)
    series.put(day(0), 7, 9_999)
    assert series.at(day(1)) is None
    whole = (0, DAYS_KEPT + 1)
    assert series.window(day(whole[0]), day(whole[1])) == naive.window(*whole)
    assert series.window(day(2), day(DAYS_KEPT + 1)).longest_gap == 0


def test_what_was_never_observed_is_not_nought() -> None:
    series = ObservedSeries("USD")
    assert series.at("9999-12-31") is None
    assert series.window("2024-02-28", "2024-03-01") == ObservedWindow(0, Fraction(0), 3, ())


# -- what rules may ask of a fund -----------------------------------------------------------------

PRICE = {"asset": "BTC", "currency": "USD", "source": "S", "market": "M", **GROUNDS}
ATTESTED = {"item": "audit", "subject": "fund", "attester": "A", **GROUNDS}


@pytest.fixture
def fund() -> SmallFund:
    return fund_under()


def known(fund: SmallFund) -> KnownState:
    return KnownState(fund.state)


def observe(fund: SmallFund, value: str, days: int, **fields: Any) -> None:
    base = {"measure": "market_cap", "subject": "BTC", "unit": "USD", "source": "S", **GROUNDS}
    made = {**base, "value": value, "observed_on": fund.day(days), **fields}
    fund.do("observation.recorded", "aigerim", **made)


def test_what_was_observed_of_one_measure_says_nothing_of_another(fund: SmallFund) -> None:
    for value, days, subject in (("1.5", -2, "BTC"), ("2", 0, "BTC"), ("3", -1, "BNB")):
        observe(fund, value, days, subject=subject)
    observe(fund, "9", 0, measure="holdings")
    asked = known(fund)
    seen = asked.observed("market_cap", "BTC", fund.day(-1))
    assert seen is not None
    assert (seen.value, seen.unit, seen.day) == (Fraction("1.5"), "USD", fund.day(-2))
    assert asked.observed("market_cap", "BTC", fund.day(-3)) is None
    assert asked.observed("market_cap", "ETH", fund.today) is None
    named = asked.observations("market_cap", fund.today)
    assert [(subject, str(one.value)) for subject, one in named] == [("BNB", "3"), ("BTC", "2")]
    earlier = asked.observations("market_cap", fund.day(-2))
    assert [subject for subject, _ in earlier] == ["BTC"]
    window = asked.window("market_cap", "BTC", fund.day(-3), fund.today)
    assert (window.days, window.total, window.longest_gap) == (2, Fraction("3.5"), 1)
    nothing = asked.window("market_cap", "ETH", fund.day(-3), fund.today)
    assert nothing == ObservedWindow(0, Fraction(0), 4, ())


def test_the_price_of_a_day_is_the_last_one_observed_until_then(fund: SmallFund) -> None:
    for price, days in (("40000", -3), ("41000", -1), ("39000", -2)):
        at = fund.instant(days=days)
        fund.do("price.observed", "aigerim", price=price, observed_at=at, **PRICE)
    asked = known(fund)
    assert asked.price("BTC", "USD", fund.day(-4)) is None
    for days, wanted in ((-3, "40000"), (-2, "39000"), (-1, "41000"), (0, "41000")):
        seen = asked.price("BTC", "USD", fund.day(days))
        assert seen is not None
        assert (str(seen.value), seen.day) == (wanted, fund.day(min(days, -1)))
    assert asked.price("BTC", "EUR", fund.today) is None
    assert asked.price("BNB", "USD", fund.today) is None


def test_of_two_prices_of_one_instant_the_later_record_counts(fund: SmallFund) -> None:
    at = fund.instant(days=-1)
    for price in ("40000", "40001"):
        fund.do("price.observed", "aigerim", price=price, observed_at=at, **PRICE)
    seen = known(fund).price("BTC", "USD", fund.today)
    assert seen is not None
    assert (str(seen.value), seen.position) == ("40001", fund.state.position)


def test_an_attestation_stands_until_its_document_is_revoked(fund: SmallFund) -> None:
    assert known(fund).attested("audit", "fund") is None
    until = fund.day(9)
    fund.do("attestation.recorded", "aigerim", document=DIGEST, expires_on=until, **ATTESTED)
    at = fund.state.position
    stands = Stated(value=True, day=fund.today, until=until, position=at)
    assert known(fund).attested("audit", "fund") == stands
    fund.state_fact(fact="attestation_revoked", subject="0" * 64)
    assert known(fund).attested("audit", "fund") == stands
    for value in (True, False):
        fund.state_fact(fact="attestation_revoked", subject=DIGEST, value=value)
        answer = known(fund).attested("audit", "fund")
        assert answer == Stated(value=not value, day=fund.today, until=until, position=at)


def test_an_attestation_stood_on_the_days_before_its_revocation(fund: SmallFund) -> None:
    """What was done on the strength of it then is not wrong now; afterwards it is."""
    fields = {"document": DIGEST, "expires_on": fund.day(90)}
    fund.do("attestation.recorded", "aigerim", **fields, **ATTESTED)
    before = fund.today
    fund.tick(days=10)
    fund.state_fact(fact="attestation_revoked", subject=DIGEST)
    answer = known(fund).attested("audit", "fund")
    assert answer is not None
    holds = answer.value and answer.day <= before <= answer.until
    assert holds
    assert not (answer.value and answer.day <= fund.today <= answer.until)


def test_a_fact_is_stated_for_the_day_on_which_it_occurred(fund: SmallFund) -> None:
    assert known(fund).stated("audited", "fund") is None
    fund.state_fact()
    assert known(fund).stated("audited", "fund") == Stated(
        value=True, day=fund.today, until="", position=fund.state.position
    )
    fund.state_fact(occurred_on=fund.day(-3), value=False)
    answer = known(fund).stated("audited", "fund")
    assert answer is not None
    assert (answer.value, answer.day) == (False, fund.day(-3))
    assert known(fund).stated("audited", "cold-1") is None


def statement(fund: SmallFund, units: str, account: str = "cold-1") -> str:
    return fund.do(
        "custodian_statement.received", "aigerim", account=account, asset="BTC", units=units,
        as_of=fund.today, document=DIGEST, **GROUNDS,
    )  # fmt: skip


def test_a_difference_is_known_before_and_after_it_is_raised_and_once(fund: SmallFund) -> None:
    fund.open_units("10")
    assert known(fund).reconciled_on() == ""
    statement(fund, "10")
    assert known(fund).breaks() == []
    assert known(fund).reconciled_on() == fund.today
    stated = statement(fund, "9.5")
    at = fund.state.position
    units, where = -5 * 10**7, ("cold-1", "BTC", fund.today)
    assert known(fund).breaks() == [Difference(*where, units, "custodian", at)]
    raised = fund.do("break.raised", "aigerim", statement=stated, **GROUNDS)
    assert known(fund).breaks() == [Difference(*where, units, "break", fund.state.position)]
    resolved = {"cause": "late_entry", "explanation": "It came late", "documents": [DIGEST]}
    fund.do("break.resolved", "bolat", break_id=raised, **resolved, **GROUNDS)
    assert known(fund).breaks() == [Difference(*where, units, "custodian", at)]
    statement(fund, "10")
    assert known(fund).breaks() == []


def test_differences_of_two_accounts_come_in_their_order(fund: SmallFund) -> None:
    statement(fund, "2", "cold-2")
    statement(fund, "1")
    named = [(one.account, one.units) for one in known(fund).breaks()]
    assert named == [("cold-1", 10**8), ("cold-2", 2 * 10**8)]


def test_money_that_left_for_a_time_is_known_with_its_interest(fund: SmallFund) -> None:
    amount: dict[str, Any] = {"amount": {"currency": "USD", "amount": "100"}, **GROUNDS}
    lent = {"direction": "out", "category": "temporary_transfer"}
    assert known(fund).lent() == []
    name = fund.do("cash.recorded", "aigerim", **lent, **amount)
    at, today = fund.state.position, fund.today

    def now(interest: int | None, returned: int) -> list[Lent]:
        return [Lent(name, "USD", 10_000, interest, returned, today, at)]

    assert known(fund).lent() == now(None, 0)
    about = {"measure": "interest_earned", "subject": name}
    observe(fund, "1.25", 0, **about)
    assert known(fund).lent() == now(125, 0)
    back = {"direction": "in", "category": "other", "returns": name}
    fund.do("cash.recorded", "aigerim", **back, **amount)
    assert known(fund).lent() == now(125, 10_000)
    observe(fund, "1.255", 0, **about)
    assert known(fund).lent() == now(None, 10_000)


def test_interest_in_another_currency_is_no_interest(fund: SmallFund) -> None:
    amount = {"amount": {"currency": "USD", "amount": "100"}, **GROUNDS}
    lent = {"direction": "out", "category": "temporary_transfer"}
    name = fund.do("cash.recorded", "aigerim", **lent, **amount)
    observe(fund, "1", 0, measure="interest_earned", subject=name, unit="EUR")
    assert [one.interest for one in known(fund).lent()] == [None]


def test_parties_assets_offices_and_filings_are_known_by_name(fund: SmallFund) -> None:
    asked = known(fund)
    vault, exchange = asked.party("first-vault"), asked.party("exchange-one")
    assert vault is not None
    assert exchange is not None
    assert (vault.contract, exchange.contract) == (True, False)
    asset = asked.asset("BTC")
    assert asset is not None
    assert (asset.scale, asked.asset("ETH"), asked.party("nobody")) == (8, None, None)
    assert asked.officers(fund.today)["aigerim"] == {"TreasuryOfficer"}
    assert asked.filings("report") == ()
    filed = {"deliverable": "report", "channel": "web", "recipient": "A", "nil_return": False}
    fund.do("report.filed", "aigerim", covers_until=fund.today, document=DIGEST, **filed, **GROUNDS)
    assert [one.covers_until for one in asked.filings("report")] == [fund.today]


def test_a_custodian_that_was_terminated_is_known_no_more(fund: SmallFund) -> None:
    vault = {"custodian": "third-vault", "legal_name": "Vault", "jurisdiction": "KZ"}
    fund.do("custodian.engaged", "aigerim", licences=[], contract=DIGEST, **vault)
    assert known(fund).party("third-vault") is not None
    fund.do("custodian.terminated", "aigerim", custodian="third-vault", reason="It ends")
    assert known(fund).party("third-vault") is None


def test_holdings_and_flows_are_those_of_the_fund(fund: SmallFund) -> None:
    fund.open_units("10")
    asked = known(fund)
    assert [(one.account.account, one.asset.code, one.units) for one in asked.holdings()] == [
        ("cold-1", "BTC", 10**9)
    ]
    fund.do("acquisition.proposed", "aigerim", **fund.acquisition())
    today = (fund.today, fund.today)
    assert asked.flow("purchase_cost", "USD", *today) == 40_000_000
    assert asked.asked("purchase_cost", "USD", *today) == 40_000_000
    assert asked.flow_days("purchase_cost", "USD", *today) == [fund.today]
    assert asked.flow("purchase_cost", "EUR", *today) == 0
    assert asked.flow_days("purchase_cost", "EUR", *today) == []
    assert asked.asked("purchase_cost", "USD", fund.day(1), fund.day(2)) == 0
