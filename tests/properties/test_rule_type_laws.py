"""Laws of every rule type: less evidence allows no more, and answers depend on nothing else.

Parametrized over the types of the vocabulary: a new type without a strategy fails here.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.vocabulary import RULE_TYPES
from tests.support.books import book
from tests.support.rule_bounds import BOUNDS, WITHOUT_BOUND
from tests.support.rule_questions import COLD, ENGINE, stands, stated
from tests.support.rule_worlds import AGAINST, ANYONE, PARAMS, actions, rules, worlds

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.policy import Action, Judgement
    from policies.book import Book
    from tests.support.known_facts import KnownFacts

    Withheld = Callable[[Action, KnownFacts], tuple[Action, KnownFacts]]


def judged(rows: list[dict[str, Any]], action: Action, known: KnownFacts) -> Judgement:
    return ENGINE.judge([ENGINE.read_book(book(*rows))], action, known)


def test_every_rule_type_has_its_strategies() -> None:
    assert sorted(PARAMS) == sorted(RULE_TYPES)
    assert sorted([*BOUNDS, *WITHOUT_BOUND]) == sorted(RULE_TYPES)


# -- (a) less evidence allows no more -------------------------------------------------------------


def without(**fields: Any) -> Withheld:
    return lambda action, known: (replace(action, **fields), known)


def unknown(**fields: Any) -> Withheld:
    return lambda action, known: (action, replace(known, **fields))


def _without_facts(action: Action, known: KnownFacts) -> tuple[Action, KnownFacts]:
    against = {name: fact for name, fact in known.facts.items() if name[0] in AGAINST}
    return action, replace(known, facts=against)


def _without_party(action: Action, known: KnownFacts) -> tuple[Action, KnownFacts]:
    return replace(action, party=None), replace(known, parties={})


WITHHELD: dict[str, Withheld] = {
    "observations": unknown(observed_values={}, windows={}),
    "daily values": unknown(windows={}),
    "prices": unknown(prices={}),
    "facts": _without_facts,
    "facts of the act": without(facts={}),
    "attestations": unknown(attestations={}),
    "the asset": without(asset=None, units=None),
    "the units": without(units=None),
    "the amount": without(consideration=None),
    "the destination": without(destination=None, destination_registered=None),
    "the party": _without_party,
    "the reason": without(reason=""),
    "the purpose": without(purpose=""),
    "the documents": without(evidence=()),
    "the offices": without(offices=frozenset()),
}


DESTINATION = "the destination"


@pytest.mark.parametrize("rule_type", RULE_TYPES)
@settings(max_examples=250)
@given(data=st.data(), action=actions, known=worlds())
def test_what_is_taken_away_never_allows(
    rule_type: str, data: st.DataObject, action: Action, known: KnownFacts
) -> None:
    books, subject = _asked(rule_type, data, action)
    others = {name: take for name, take in WITHHELD.items() if name != DESTINATION}
    assert allowing(books, subject, known, others) == []


@pytest.mark.parametrize("rule_type", RULE_TYPES)
@settings(max_examples=150)
@given(data=st.data(), action=actions, known=worlds())
def test_a_destination_that_is_taken_away_never_allows(
    rule_type: str, data: st.DataObject, action: Action, known: KnownFacts
) -> None:
    """Apart from the others, since rules then look at the account that units leave."""
    books, subject = _asked(rule_type, data, action)
    assert allowing(books, subject, known, {DESTINATION: WITHHELD[DESTINATION]}) == []


def allowing(
    books: list[Book], action: Action, known: KnownFacts, withheld: dict[str, Withheld]
) -> list[str]:
    """What must only be left out to have allowed what is denied or waits."""
    if stands(ENGINE.judge(books, action, known)) == "effective":
        return []
    judged_without = {
        name: ENGINE.judge(books, *take(action, known)) for name, take in withheld.items()
    }
    return [name for name, one in judged_without.items() if stands(one) == "effective"]


def _asked(rule_type: str, data: st.DataObject, action: Action) -> tuple[list[Book], Action]:
    """A book with a rule of the type, and the action; what was authorised, for settlements only."""
    row = data.draw(rules(rule_type))
    alone = RULE_TYPES[rule_type].gives_authority and data.draw(st.booleans())
    is_settled = rule_type == "settlement_tolerance"
    subject = action if is_settled else replace(action, authorised=None)
    return [ENGINE.read_book(book(row) if alone else book(ANYONE, row))], subject


SPEAKS_AGAINST: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "custodian_attributes": ({"regulator": "AFSA"}, ("licence_suspended", "first-vault")),
    "custody_method": ({"limbs": ["lent_on"]}, ("lent_on", "cold-1")),
    "obligation_due": ({"stops_on": "owner_came"}, ("owner_came", "cold-1")),
    "segregation": ({"omnibus": False}, ("omnibus", "cold-1")),
    "instrument_class": (
        {"is_central_bank_liability": False}, ("central_bank_liability", "BTC"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule_type", SPEAKS_AGAINST)
@settings(max_examples=60)
@given(data=st.data(), action=actions, known=worlds())
def test_a_fact_that_speaks_against_never_allows(
    rule_type: str, data: st.DataObject, action: Action, known: KnownFacts
) -> None:
    """The one kind of evidence that counts only once it is stated; stated, it allows no more."""
    params, fact = SPEAKS_AGAINST[rule_type]
    row = data.draw(rules(rule_type))
    row = {**row, "effect": "deny", "params": {**row["params"], **params}}
    there = replace(action, destination=COLD, authorised=None)
    facts = {name: one for name, one in known.facts.items() if name != fact}
    against = {**facts, fact: data.draw(st.sampled_from([stated(), stated("2025-01-05")]))}
    before, after = (
        stands(judged([ANYONE, row], there, replace(known, facts=each)))
        for each in (facts, against)
    )
    assert before == "effective" or after != "effective"


# -- (b) the same question, the same answer -------------------------------------------------------


@pytest.mark.parametrize("rule_type", RULE_TYPES)
@settings(max_examples=50)
@given(data=st.data(), action=actions, known=worlds())
def test_the_same_question_has_the_same_answer(
    rule_type: str, data: st.DataObject, action: Action, known: KnownFacts
) -> None:
    row = data.draw(rules(rule_type))
    read = ENGINE.read_book(book(ANYONE, row))
    first = ENGINE.judge([read], action, known)
    ENGINE.judge([read], replace(action, asset=None, units=None, reason="other"), known)
    assert ENGINE.judge([read], action, known) == first
    again = ENGINE.read_book(deepcopy(book(ANYONE, row)))
    assert ENGINE.judge([again], deepcopy(action), deepcopy(known)) == first


# -- (c) the order of rules and books does not matter ---------------------------------------------


def said(judgement: Judgement) -> tuple[set[Any], set[Any]]:
    return set(judgement.findings), set(judgement.requirements)


@pytest.mark.parametrize("rule_type", RULE_TYPES)
@settings(max_examples=50)
@given(data=st.data(), action=actions, known=worlds())
def test_what_is_said_does_not_depend_on_the_order_of_rules_and_books(
    rule_type: str, data: st.DataObject, action: Action, known: KnownFacts
) -> None:
    rows = [data.draw(rules(rule_type, "T.R0"))]
    for number in (1, 2, 3):
        other = data.draw(st.sampled_from(sorted(RULE_TYPES)))
        rows.append(data.draw(rules(other, f"T.R{number}")))
    if data.draw(st.booleans()):
        rows[1] = {**rows[1], "effect": "exempt"}
        rows[1]["params"] = {**rows[1]["params"], "exempt_from": "T.R0"}
    by_rule = {"exceptions": [{"rule": "T.R0"}]}
    rows[2] = {**rows[2], "params": {**rows[2]["params"], **by_rule}}
    first, second = [*rows[:3], ANYONE], [rows[3]]
    books = [ENGINE.read_book(book(*part)) for part in (first, second)]
    expected = said(ENGINE.judge(books, action, known))
    assert said(ENGINE.judge(books[::-1], action, known)) == expected
    shuffled = ENGINE.read_book(book(*data.draw(st.permutations(first))))
    assert said(ENGINE.judge([shuffled, books[1]], action, known)) == expected


# -- (d) exactly the limit, and one more or less --------------------------------------------------

CASES = [(name, number) for name, cases in BOUNDS.items() for number in range(len(cases))]


@pytest.mark.parametrize(("rule_type", "number"), CASES)
@given(
    limit=st.one_of(st.integers(1, 5), st.integers(1, 10**7)),
    day=st.dates(min_value=date(2001, 1, 1), max_value=date(2100, 12, 31)).map(str),
)
def test_a_limit_is_exact(rule_type: str, number: int, limit: int, day: str) -> None:
    """One base unit or one day below the limit, exactly the limit, and one above."""
    answers, expected = BOUNDS[rule_type][number](limit, day)
    assert answers == expected
