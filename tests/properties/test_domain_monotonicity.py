"""Law 6: what is left out can only refuse. Random books, random actions, one thing left out.

Verdicts are ordered refused < pending < effective; `pending` keeps all the approvals it asks for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.outcome import DENY
from ledger.domain.policy import AccountFacts, Action, AssetFacts, Judgement, Requirement
from ledger.kernel.money import Money
from policies.book import read_book
from policies.engine import PolicyEngine
from tests.support.books import book, rule
from tests.support.known_facts import KnownFacts

ENGINE = PolicyEngine()
ASSETS = [
    AssetFacts("BTC", "bip122:000/slip44:0", "coin", 8, retired=False),
    AssetFacts("USDC", "eip155:1/erc20:0xa0b8", "stablecoin_claim", 6, retired=False),
]
COLD = AccountFacts("cold-1", "first-vault", "qualified_custodian", "cold", "own", "KZ")
OFFICES = ["A", "B", "C"]
CODES = ["victim_return", "payment"]


offices = st.lists(st.sampled_from(OFFICES), min_size=1, max_size=2, unique=True)
small = st.integers(1, 5).map(str)


def optional(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


approvals = st.one_of(
    st.fixed_dictionaries({"initiator_roles": offices}),
    st.fixed_dictionaries({"roles_count": small, "roles_any_of": offices}),
    st.fixed_dictionaries({"roles_all_of": offices}),
).flatmap(
    lambda base: st.one_of(
        st.just(base),
        st.just({**base, "reason": CODES[0]}),
        small.map(lambda bound: {**base, "up_to": bound, "unit": "USD"}),
        small.map(lambda bound: {**base, "above": bound, "unit": "USD"}),
    )
)
PARAMS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "approval": approvals,
    "cap_absolute": st.fixed_dictionaries(
        {
            "amount": small,
            "unit": st.just("USD"),
            "measure": st.sampled_from(["transaction_cost", "cumulative_purchase_cost"]),
            "comparison": st.sampled_from(["<", "<="]),
        }
    ),
    "eligible_asset_list": optional(
        assets=st.lists(st.sampled_from(["BTC", "USDC"]), max_size=2),
        excluded_assets=st.lists(st.sampled_from(["BTC", "USDC"]), max_size=1),
        instrument_classes=st.lists(st.sampled_from(["coin"]), max_size=1),
        closed=st.booleans(),
    ),
    "outflow_restriction": optional(
        exceptions=st.lists(
            st.sampled_from([{"reason": CODES[0]}, {"roles": ["A"]}, {"evidence": "act"}]),
            max_size=2,
        ),
        destinations=st.just("registered"),
        purpose_required=st.booleans(),
    ),
    "separation_of_duties": st.just({"must_differ": ["proposer", "approver"]}),
}


@st.composite
def rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(sorted(PARAMS)))
        effect = draw(st.sampled_from(["deny", "needs_approval", "allow_only_if", "flag"]))
        params = draw(PARAMS[kind])
        found.append(rule(f"T.R{number}", kind, "purchase", effect=effect, params=params))
    return found


actions = st.builds(
    Action,
    kind=st.just("acquisition.proposed.v1"),
    triggers=st.just(("purchase", "any_instruction")),
    author=st.just("aigerim"),
    offices=st.frozensets(st.sampled_from(OFFICES), min_size=1, max_size=2),
    value_date=st.just("2026-01-05"),
    asset=st.sampled_from(ASSETS),
    units=st.integers(1, 10**9),
    consideration=st.one_of(
        st.integers(1, 600).map(lambda cents: Money("USD", cents)), st.just(Money("EUR", 1))
    ),
    destination=st.just(COLD),
    destination_registered=st.booleans(),
    purpose=st.sampled_from(["", "reserve"]),
    reason=st.sampled_from(["", *CODES]),
    evidence=st.sampled_from([(), ("0" * 64,)]),
    duties=st.just({"proposer": frozenset({"aigerim"}), "approver": frozenset({"daniyar"})}),
)
LEFT_OUT: list[dict[str, Any]] = [
    {"asset": None, "units": None},
    {"consideration": None},
    {"destination": None, "destination_registered": None},
    {"purpose": ""},
    {"reason": ""},
    {"evidence": ()},
    {"offices": frozenset()},
]


def judged(rows: list[dict[str, Any]], action: Action, amount: int = 0) -> Judgement:
    return ENGINE.judge([read_book(book(*rows))], action, KnownFacts(constant=amount))


def is_denied(judgement: Judgement) -> bool:
    return any(finding.verdict == DENY for finding in judgement.findings)


def asks(judgement: Judgement) -> set[Requirement]:
    return set(judgement.requirements)


def allows_no_more(less: Judgement, more: Judgement) -> bool:
    """Whether `less` is denied, or asks at least for every approval that `more` asks for."""
    return is_denied(less) or (not is_denied(more) and asks(less) >= asks(more))


@settings(max_examples=400)
@given(rules(), actions, st.sampled_from(LEFT_OUT), st.integers(0, 300))
def test_what_is_left_out_allows_no_more(
    rows: list[dict[str, Any]], action: Action, left_out: dict[str, Any], amount: int
) -> None:
    less = judged(rows, replace(action, **left_out), amount)
    assert allows_no_more(less, judged(rows, action, amount))


@settings(max_examples=400)
@given(rules(), actions, st.integers(0, 4))
def test_a_parameter_that_becomes_unknown_allows_no_more(
    rows: list[dict[str, Any]], action: Action, at: int
) -> None:
    """A monitor may go from silence to a flag; nothing may go from a no to a yes."""
    changed = list(rows)
    changed[at % len(rows)] = {**rows[at % len(rows)], "unknown": ["something"]}
    less, more = judged(changed, action), judged(rows, action)
    assert is_denied(less) or not is_denied(more)
    if not is_denied(less):
        assert asks(less) >= asks(more)


@settings(max_examples=200)
@given(rules(), actions, st.integers(0, 300), st.integers(1, 300))
def test_more_done_before_allows_no_more(
    rows: list[dict[str, Any]], action: Action, amount: int, more: int
) -> None:
    assert allows_no_more(judged(rows, action, amount + more), judged(rows, action, amount))


@settings(max_examples=200)
@given(rules(), rules(), actions)
def test_another_book_without_authority_allows_no_more(
    rows: list[dict[str, Any]], others: list[dict[str, Any]], action: Action
) -> None:
    limits = [each for each in others if each["rule_type"] != "approval"]
    books = [read_book(book(*rows)), read_book(book(*limits, book="limits"))]
    together = ENGINE.judge(books, action, KnownFacts(constant=0))
    assert allows_no_more(together, judged(rows, action))


@given(rules(), actions)
def test_judging_has_no_memory(rows: list[dict[str, Any]], action: Action) -> None:
    first = judged(rows, action)
    judged(rows[::-1], replace(action, reason="other"))
    assert judged(rows, action) == first
