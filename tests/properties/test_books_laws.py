"""Laws of the books on random histories, beside a model in exact fractions that shares no code.

The histories are accounting cases: every policy, cost formula, model and kind of fact, lived by a
fund in memory. The numbers of the laws are those of docs/concepts/accounting.md and of its source.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ledger.domain.chart import CARRYING, RESULT
from ledger.kernel.canonical import encode
from ledger.projections.fund_history import FundHistory
from ledger.projections.journal import COST, SHADOW, UNITS
from ledger.rehearsal.accounting_trial import compare
from ledger.statements.basis import PROFILES
from ledger.statements.movements import memo_of, roll_forward, total_of
from ledger.statements.render_json import report_value
from ledger.statements.report import basis_of, report_of
from tests.support.accounting_cases import cases
from tests.support.naive_books import figures, profit_by_balance_sheets
from tests.support.played_cases import case_of, history, priced_first, product_figures

if TYPE_CHECKING:
    from ledger.projections.books import Books
    from ledger.statements.tree import Report

slow = settings(
    max_examples=max(10, settings().max_examples // 5),
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
FRAMEWORKS = ("ifrs", "ipsas", "us_gaap")
FORMULAS = ("fifo", "weighted_average", "specific")


def by_entry(entries: list[dict[str, Any]]) -> dict[Any, Any]:
    """Entries by event and name, lines added up by account and key, zeros dropped."""
    found: dict[Any, dict[Any, Fraction]] = {}
    for entry in entries:
        sums = found.setdefault((entry["event"], entry.get("entry", "")), {})
        for line in entry["lines"]:
            key = (line["account"], line.get("asset") or line.get("currency") or "")
            amount = Fraction(line.get("debit", "0")) - Fraction(line.get("credit", "0"))
            sums[key] = sums.get(key, Fraction()) + amount
    kept = {name: {k: v for k, v in sums.items() if v} for name, sums in found.items()}
    return {name: sums for name, sums in kept.items() if sums}


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("formula", FORMULAS)
@slow
@given(data=st.data())
def test_every_figure_is_the_exact_model_s(framework: str, formula: str, data: Any) -> None:
    facts = data.draw(cases(framework=framework, formula=formula).filter(priced_first))
    wanted, found = figures(facts), product_figures(facts)
    assert found["gaps"] == []
    assert by_entry(found["journal"]) == by_entry(wanted["journal"])
    for part in ("disposals", "periods", "closing"):
        assert compare(wanted.get(part, []), found[part], part) == []


def at_end(facts: dict[str, Any]) -> tuple[FundHistory, Books, str]:
    told = history(facts)
    last = facts["events"][-1]["date"]
    return told, told.books(last, measured=False), last


@slow
@given(cases())
def test_lots_and_ledger_are_one(facts: dict[str, Any]) -> None:
    """Laws 1, 2, 3, 5 and 9: balance, sub-ledger, surplus and loss, bounds, no residue."""
    told, books, last = at_end(facts)
    assert total_of(books, {account for account, _, _ in books.journal.sums}, last) == 0
    held = told.held(last)
    for asset in facts["assets"]:
        lots = books.lots(asset)
        carried = sum(lot.carrying_amount for lot in lots)
        accounts = CARRYING | {"1000", "1290"}
        assert carried == sum(
            series.until(last)
            for (account, by, _), series in books.journal.sums.items()
            if by == asset and account in accounts
        )
        units = sum(lot.units for lot in lots)
        assert units == memo_of(books, UNITS, asset, last)
        assert units == sum(count for (_, code), count in held.items() if code == asset)
        assert sum(lot.cost for lot in lots) == memo_of(books, COST, asset, last)
        assert sum(lot.shadow for lot in lots) == memo_of(books, SHADOW, asset, last)
        for lot in lots:
            assert lot.carrying_amount == lot.cost + lot.surplus - lot.unreversed_loss
            assert lot.surplus * lot.unreversed_loss == 0
            assert 0 <= lot.shadow <= lot.cost
            if facts["assets"][asset]["measurement_model"] == "cost":
                assert 0 <= lot.carrying_amount <= lot.cost
        if not units:
            assert not any((carried, *(lot.cost for lot in lots)))


def report(told: FundHistory, period: str, profile: str) -> Report:
    basis = basis_of(told, period, profile=profile)
    return report_of(basis, told.held(basis.period.last))


@slow
@given(cases().filter(priced_first))
def test_profit_is_the_same_three_ways(facts: dict[str, Any]) -> None:
    """Law 6, on which `report_of` insists in both profiles, and once more by the model."""
    told = history(facts)
    second = profit_by_balance_sheets(facts)
    for year in sorted({event["date"][:4] for event in facts["events"]}):
        books = told.books(f"{year}-12-31", measured=False)
        profit = -total_of(books, RESULT, f"{year}-12-31", f"{year}-01-01")
        assert Fraction(profit, 100) == Fraction(second[year])
        rows = [report(told, year, profile).row("performance.result") for profile in PROFILES]
        shown = [[cell.amount for cell in row.cells] for row in rows if row is not None]
        assert len(shown) == len(PROFILES)
        assert shown[0] == shown[1]


@slow
@given(cases())
def test_roll_forwards_add_up(facts: dict[str, Any]) -> None:
    """Law 10: opening and signed lines are closing, and one year's closing opens the next."""
    _, books, _ = at_end(facts)
    for asset in facts["assets"]:
        before = None
        for year in range(2025, 2032):
            rows = roll_forward(books, asset, f"{year}-01-01", f"{year}-12-31")
            moved = sum(v for name, v in rows.items() if name not in ("opening", "closing"))
            assert rows["opening"] + moved == rows["closing"]
            assert before in {None, rows["opening"]}
            before = rows["closing"]


@slow
@given(cases(), st.randoms(use_true_random=False), st.integers(0, 400))
def test_rebuilt_shuffled_and_in_parts_give_the_same_bytes(
    facts: dict[str, Any], chance: Any, cut: int
) -> None:
    """Laws 12 and 13: the order in which things are put in, and in how many parts, is nothing."""
    told = history(facts)
    year = facts["events"][-1]["date"][:4]
    whole = encode(report_value(report(told, year, "ifrs18")))
    shuffled = history(facts)
    chance.shuffle(shuffled.occurrences)
    assert encode(report_value(report(shuffled, year, "ifrs18"))) == whole
    parts = FundHistory()
    parts.reader, parts.position, parts.conduct = told.reader, told.position, told.conduct
    at = cut % (len(told.occurrences) + 1)
    parts.occurrences = told.occurrences[at:] + told.occurrences[:at]
    assert encode(report_value(report(parts, year, "ifrs18"))) == whole


@slow
@given(cases())
def test_what_came_later_changes_nothing_that_was_known(facts: dict[str, Any]) -> None:
    """A reading at an earlier position is the reading that was made then."""
    told = history(facts)
    position = told.position - len(facts["events"]) // 2
    year = facts["events"][0]["date"][:4]
    then = FundHistory()
    then.reader, then.position = told.known_at(position).reader, position
    then.occurrences = [one for one in told.occurrences if one.position <= position]
    first = report_value(report(then, year, "ias1"))
    assert encode(report_value(report(told.known_at(position), year, "ias1"))) == encode(first)


@slow
@given(cases(model="revaluation"))
def test_measurements_between_trades_leave_no_trace(facts: dict[str, Any]) -> None:
    """Law 4: without them the surplus and the loss at the end are the same."""
    left = {"measure", "price", "fx", "acquire", "cash_in", "contribute", "reward"}
    events = [event for event in facts["events"] if event["type"] in left]
    measures = [event for event in events if event["type"] == "measure"]
    assume(len(measures) > 1 and all(e["date"] <= measures[-1]["date"] for e in events))
    fewer = [event for event in events if event not in measures[:-1]]
    terms = {**facts, "policy": {**facts["policy"], "revalue_before_disposal": False}}
    assume(facts["policy"]["cost_formula"] != "weighted_average")
    _, often, _ = at_end({**terms, "events": events})
    _, once, _ = at_end({**terms, "events": fewer})
    for asset in facts["assets"]:
        shown = [
            [(lot.units, lot.surplus, lot.unreversed_loss) for lot in books.lots(asset)]
            for books in (often, once)
        ]
        assert shown[0] == shown[1]


@slow
@given(cases(framework="ifrs", formula="fifo"))
def test_the_formula_moves_no_money_over_a_whole_life(facts: dict[str, Any]) -> None:
    """Laws 7 and 8: with all units gone, comprehensive income is the same under both formulas."""
    events = list(facts["events"])
    assume(all(event["type"] not in {"swap", "fee"} for event in events))
    last = events[-1]
    held = history(facts).held(last["date"])
    day = f"{int(last['date'][:4]) + 1}-01-01"
    sold = []
    for number, ((_, asset), units) in enumerate(held.items(), start=1):
        scale = facts["assets"][asset]["scale"]
        text = f"{units // 10**scale}.{units % 10**scale:0{scale}}" if scale else str(units)
        fact = {"type": "dispose", "asset": asset, "quantity": text, "amount": "1000"}
        sold.append({"seq": last["seq"] + number, "date": day, **fact})
    whole = {**facts, "events": [*events, *sold]}
    other = {"cost_formula": "weighted_average", "unit_of_account": "holding"}
    average = {**whole, "policy": {**whole["policy"], **other}}
    incomes = []
    for each in (whole, average):
        assume(case_of(each).events)
        _, books, end = at_end(each)
        assert not any(books.lots(asset) for asset in facts["assets"])
        incomes.append(total_of(books, RESULT | {"6000"}, end))
    assert incomes[0] == incomes[1]
