"""Books: read whole or refused with the rule and parameter that is wrong; never half executed."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.laws import LAWS
from ledger.kernel.canonical import decode, encode
from ledger.kernel.errors import BookError, LedgerError, NotFoundError, UnknownRuleError
from ledger.kernel.limits import BOOK_BYTES_MAX
from policies.book import RULES_MAX, load_book, read_book, shipped_book
from policies.vocabulary import RULE_TYPES, TRIGGERS
from tests.support.books import ANYBODY, anybody, book, rule

ROLLING = {"kind": "rolling_days"}
CAP = {"amount": "1", "unit": "USD", "measure": "transaction_cost"}


def with_params(rule_type: str, **params: Any) -> dict[str, Any]:
    return book(rule("T.R", rule_type, "purchase", params=params))


def without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {member: found for member, found in value.items() if member != name}


MALFORMED: dict[str, dict[str, Any]] = {
    "no name": without(book(), "book"),
    "no status": without(book(), "status"),
    "an unknown member": book(colour="red"),
    "an unknown status": book(status="maybe"),
    "rules that are no list": {**book(), "rules": {}},
    "a rule that is no object": {**book(), "rules": ["rule"]},
    "a rule without citation": book(without(ANYBODY, "citation")),
    "a rule without trigger": book({**ANYBODY, "trigger": []}),
    "an unknown effect": book({**ANYBODY, "effect": "permit"}),
    "an unknown origin": book({**ANYBODY, "origin": "rumour"}),
    "a lower-case id": book({**ANYBODY, "id": "t.any"}),
    "the id of a law": book({**ANYBODY, "id": "units_short"}),
    "two rules of one id": book(ANYBODY, ANYBODY),
    "a bad day": book(effective_from="2026-02-30"),
    "an unreadable title": book(title="a\u202eb"),
    "an unknown parameter": with_params("approval", quorum="2"),
    "a count as a number": with_params("approval", roles_count=2),
    "a count that is negative": with_params("approval", roles_count="-1"),
    "a count with a leading zero": with_params("approval", roles_count="02"),
    "a currency that is none": with_params("approval", roles_count="1", above="1", unit="ZZZ"),
    "a limit without amount": with_params("cap_absolute", **without(CAP, "amount")),
    "a negative limit": with_params("cap_absolute", **{**CAP, "amount": "-1"}),
    "a limit of a float": with_params("cap_absolute", **{**CAP, "amount": 1.5}),
    "a measure that is none": with_params("cap_absolute", **{**CAP, "measure": "happiness"}),
    "a window of no days": with_params("cap_absolute", **CAP, window={**ROLLING, "days": 0}),
    "a task that is none": with_params("separation_of_duties", must_differ=["proposer", "cook"]),
    "one task alone": with_params("separation_of_duties", must_differ=["proposer"]),
    "a tolerance above one": with_params("settlement_tolerance", units_over="1.5"),
    "a tolerance with trailing zero": with_params("settlement_tolerance", units_over="0.10"),
}  # fmt: skip


@pytest.mark.parametrize("value", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_book_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(BookError) as refusal:
        read_book(value)
    assert refusal.value.where
    assert not isinstance(refusal.value, UnknownRuleError)


@pytest.mark.parametrize(
    ("params", "where"),
    [({"roles_count": 2}, "T.R.params.roles_count"), ({"x": 1}, "T.R.params.x")],
)
def test_the_parameter_that_is_wrong_is_named(params: dict[str, Any], where: str) -> None:
    with pytest.raises(BookError) as refusal:
        read_book(with_params("approval", **params))
    assert refusal.value.where == where


def test_an_officer_counts_once_and_a_book_cannot_say_otherwise() -> None:
    """`distinct = false` is not supported and refused, as the parameter's page says."""
    with pytest.raises(BookError):
        read_book(with_params("approval", roles_count="1", distinct=False))
    assert read_book(with_params("approval", roles_count="1", distinct=True)).rules


UNJUDGEABLE: dict[str, dict[str, Any]] = {
    "a band finer than the currency": {"roles_count": "1", "above": "0.001", "unit": "USD"},
    "a band in part of a yen": {"roles_count": "1", "up_to": "0.5", "unit": "JPY"},
}


@pytest.mark.parametrize("params", UNJUDGEABLE.values(), ids=UNJUDGEABLE)
def test_a_band_that_cannot_be_judged_is_refused_when_the_book_is_read(
    params: dict[str, Any],
) -> None:
    """Else it is adopted, and admission falls over at the first purchase."""
    with pytest.raises(BookError):
        read_book(with_params("approval", **params))


MEANINGLESS: dict[str, dict[str, Any]] = {
    "a band without its currency": with_params("approval", roles_count="1", above="5"),
    "a band that is empty": with_params(
        "approval", roles_count="1", above="9", up_to="5", unit="USD"
    ),
    "a rolling window without days": with_params(
        "cap_absolute",
        amount="1",
        unit="USD",
        measure="cumulative_purchase_cost",
        window={"kind": "rolling_days"},
    ),
    "days of a calendar year": with_params(
        "cap_absolute",
        amount="1",
        unit="USD",
        measure="cumulative_purchase_cost",
        window={"kind": "calendar_year", "days": 30},
    ),
    "a window of one transaction": with_params(
        "cap_absolute", **CAP, window={"kind": "rolling_days", "days": 30}
    ),
    "an approval that asks for nothing and names nobody": with_params(
        "approval", roles_any_of=["RiskOfficer"]
    ),
    "an exemption of everything": with_params("outflow_restriction", exceptions=[{}]),
}


@pytest.mark.parametrize("value", MEANINGLESS.values(), ids=MEANINGLESS)
def test_a_rule_that_does_not_mean_what_it_says_is_refused(value: dict[str, Any]) -> None:
    """Counsel wrote something that would not be done: a default in its place would be our law."""
    with pytest.raises(BookError):
        read_book(value)


def test_every_trigger_of_a_rule_is_known() -> None:
    for trigger in TRIGGERS:
        assert read_book(book(anybody("T.A", trigger))).rules
    with pytest.raises(UnknownRuleError, match="unknown trigger"):
        read_book(book(anybody("T.A", "moonrise")))


def test_a_book_is_bounded() -> None:
    many = [anybody(f"T.A{number}", "purchase") for number in range(RULES_MAX)]
    with pytest.raises(BookError):
        read_book(book(*many, anybody("T.LAST", "purchase")))
    long = [{**rule_, "text": "x" * 390} for rule_ in many]
    with pytest.raises(BookError, match=f"{BOOK_BYTES_MAX}"):
        read_book(book(*long))


def test_a_value_without_canonical_form_is_refused() -> None:
    with pytest.raises(BookError):
        read_book(with_params("approval", roles_count=1.0))
    with pytest.raises(BookError):
        read_book(book({**ANYBODY, "params": {"Roles": "x"}}))


def test_a_book_deep_in_nothing_is_refused() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = {"x": deep}
    with pytest.raises(LedgerError):
        read_book(book({**ANYBODY, "params": {"reason": deep}}))


@pytest.mark.parametrize("value", [{}, {"rules": []}, {"book": 1}])
def test_no_book(value: dict[str, Any]) -> None:
    with pytest.raises(BookError):
        read_book(value)


# -- TOML -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\xff", "UTF-8"),
        (b"book = ", "book.toml"),
        (b"book = 'a'\nbook = 'b'", "book.toml"),
        (b"book = 1979-05-27", "book.toml"),
        (b"x = 1.5", "book.toml"),
        (b"", "book.toml"),
        (b"a = " + b"[" * 100_000, "book.toml"),
    ],
)
def test_bad_toml_is_our_error_with_its_place(text: bytes, words: str) -> None:
    with pytest.raises(BookError) as refusal:
        load_book(text, where="book.toml")
    assert words in str(refusal.value)


def test_an_unknown_rule_type_in_toml_is_undecidable() -> None:
    text = b"""
book = "b"
title = "B"
version = "1"
status = "in_force"
source = "s"
[[rules]]
id = "T.NEW"
rule_type = "lunar_phase"
effect = "deny"
trigger = ["purchase"]
params = {}
origin = "design"
citation = "None"
"""
    with pytest.raises(UnknownRuleError):
        load_book(text, where="book.toml")


def test_the_shipped_book_is_canonical_and_small() -> None:
    value = shipped_book("reference")
    data = encode(value)
    assert decode(data) == value
    assert len(data) < BOOK_BYTES_MAX
    assert {found["rule_type"] for found in value["rules"]} <= set(RULE_TYPES)
    assert not {found["id"] for found in value["rules"]} & set(LAWS)


@pytest.mark.parametrize("name", ["nothing", "", "../book", "reference.toml", "REFERENCE"])
def test_no_such_book_ships(name: str) -> None:
    with pytest.raises(NotFoundError, match="no book") as refusal:
        shipped_book(name)
    assert "reference" in refusal.value.hint
