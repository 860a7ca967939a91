"""Accounting cases: what a file may say, what is told of one that says something else."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from ledger.kernel.errors import InputError, ParseError
from ledger.rehearsal.accounting_case import canonical, read_cases
from ledger.rehearsal.accounting_fact import Unquoted
from ledger.rehearsal.accounting_trial import compare, try_cases

CASE: dict[str, Any] = {
    "id": "one", "kind": "worked", "title": "One purchase", "amount_unit": "KZT",
    "policy": {}, "assets": {"BTC": {"scale": 8}},
    "events": [
        {"seq": 1, "date": "2026-01-05", "type": "acquire", "asset": "BTC", "quantity": "2",
         "unit_price": "100"},
    ],
    "expected": {"closing": {"ledger": {"cash": "-200", "digital_assets": "200"}}},
}  # fmt: skip


def data(*cases: dict[str, Any], rejections: list[Any] | None = None) -> bytes:
    value = {"format": "custody-accounting-cases/1", "cases": list(cases)}
    return json.dumps({**value, "rejections": rejections or []}).encode()


def changed(**members: Any) -> dict[str, Any]:
    return {**deepcopy(CASE), **members}


def fact(**members: Any) -> dict[str, Any]:
    return changed(events=[{**CASE["events"][0], **members}])


def differences(case: dict[str, Any]) -> tuple[str, ...]:
    return try_cases(read_cases(data(case), where="f"))[0].differences


def test_a_case_that_comes_out_has_no_difference() -> None:
    assert differences(CASE) == ()


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (fact(quantity="1e2"), "no plain decimal"),
        (fact(quantity=2), "quantity is a text"),
        (fact(asset="GOLD"), "no asset is called GOLD"),
        (fact(give={}), "has no member give"),
        (fact(unit_price=None, type="transfer"), "has no member unit_price"),
        (fact(date="2026-02-30"), "not a real day"),
        (fact(type="gift"), "Input should be"),
        (changed(events=[{"seq": 1, "date": "2026-01-05", "type": "swap", "give": {}, "get": 1}]),
         "is a table with asset, quantity"),
        (changed(events=[{"seq": 1, "date": "2026-01-05", "type": "acquire", "asset": "BTC",
                          "quantity": "1"}]), "a unit_price or an amount"),
        (changed(events=[{"seq": 1, "date": "2026-01-05", "type": "dispose", "asset": "BTC",
                          "quantity": "1", "amount": "1", "lots": []}]), "a list of lots"),
        (changed(events=[]), "at least 1"),
        (changed(events=[*CASE["events"], *CASE["events"]]), "order of their seq"),
        (changed(opening=[{"asset": "GOLD", "lot": "L", "quantity": "1", "cost": "1"}]),
         "no asset is called GOLD"),
        (changed(expected={"profit": "1"}), "unknown field"),
        (changed(expected={"journal": [{"event": 1, "date": "2026-01-05",
                                        "lines": [{"account": "cash"}]}]}), "debit or a credit"),
        (changed(policy={"rounding": {"money_scale": 2, "mode": "up",
                                      "allocation": "floor_last_takes_rest"}}), "half_even"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_with_its_place(case: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        read_cases(data(case), where="f")
    assert words in error.value.message
    assert error.value.where is not None
    assert error.value.where.startswith("f: cases.0")
    assert "accounting-cases.md" in (error.value.hint or "")


def test_no_json_and_too_much_of_it_are_refused() -> None:
    for bad in (b"{", b"[]", b'{"format":"custody-accounting-cases/1","format":"x"}'):
        with pytest.raises(ParseError):
            read_cases(bad, where="f")
    with pytest.raises(ParseError):
        read_cases(b" " * (4 * 1024 * 1024 + 1), where="f")


def test_a_difference_says_where_what_and_what_was_expected() -> None:
    wrong = changed(expected={
        "closing": {"ledger": {"cash": "-201", "digital_assets": "200"}},
        "journal": [{"event": 1, "date": "2026-01-05", "lines": [
            {"account": "digital_assets", "asset": "BTC", "debit": "200"},
            {"account": "cash", "currency": "KZT", "credit": "200"}]}],
        "notes": {"units": {"BTC": "3"}, "remark": "prose", "profits": "1"},
        "periods": [],
    })  # fmt: skip
    assert differences(wrong) == (
        "periods: expected 0, found 1",
        "closing.ledger.cash: expected -201, found -200",
        "notes.units.BTC: expected 3, found 2",
        "notes.profits: no such note is known",
    )
    wrong = changed(expected={"journal": []})
    assert differences(wrong) == (
        "journal, event 1: expected nothing, found Cr cash:KZT 200, Dr digital_assets:BTC 200",
    )


def test_what_the_ledger_refuses_is_a_difference() -> None:
    sold = {"seq": 2, "date": "2026-01-06", "type": "dispose", "asset": "BTC", "quantity": "3",
            "amount": "1"}  # fmt: skip
    (told,) = differences(changed(events=[*CASE["events"], sold]))
    assert told.startswith("refused: event 2: units_short")
    (told,) = differences(
        changed(
            policy={
                "rounding": {
                    "money_scale": 3,
                    "mode": "half_even",
                    "allocation": "floor_last_takes_rest",
                }
            }
        )
    )
    assert "KZT has 2 digits" in told


def test_what_the_books_lack_is_a_difference() -> None:
    measured = {"seq": 2, "date": "2026-01-06", "type": "measure"}
    told = differences(changed(events=[*CASE["events"], measured]))
    assert told == ("the books lack: fair_value_missing BTC on 2026-01-06 (IFRS 13.9)",)


@pytest.mark.parametrize(
    ("given", "reason", "said"),
    [
        ({"policy": {"cost_formula": "fifo"}}, "cost_formula_not_allowed", "it was not refused"),
        ({"policy": {"cost_formula": "lifo"}}, "period_closed", "refused, but for"),
        ({"policy": {"fair_value": {"cut_off_time": "23:59:59", "time_zone": "Mars/Olympus"}}},
         "price_after_cut_off", "cannot be offered: no time zone"),
    ],
)  # fmt: skip
def test_an_input_that_is_not_refused_for_its_reason_is_a_difference(
    given: dict[str, Any], reason: str, said: str
) -> None:
    rejection = {"id": "r", "input": given, "expect": "reject", "reason": reason}
    (tried,) = try_cases(read_cases(data(rejections=[rejection]), where="f"))
    assert tried.differences[0].startswith(said)


def test_decimals_lose_needless_zeros_and_nothing_else() -> None:
    assert [canonical(text) for text in ("1.50", "007", "0.0", "10", "1e2", "-1")] == [
        "1.5", "7", "0", "10", "1e2", "-1",
    ]  # fmt: skip
    assert Unquoted("0.1").text == "0.1"


def test_figures_compare_by_value_and_zeros_may_be_left_out() -> None:
    assert compare({"a": "1.50"}, {"a": "1.5"}, "x") == []
    assert compare({"a": "0"}, {}, "x") == []
    assert compare({}, {"cash": "1"}, "closing.ledger") == [
        "closing.ledger.cash: expected nothing, found 1"
    ]
    assert compare(["1"], ["1", "2"], "x") == ["x: expected 1, found 2"]
    assert compare("a", "b", "x") == ["x: expected a, found b"]
