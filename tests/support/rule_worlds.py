"""Random rules of every type, and random worlds in which they are often about to break.

Words are few, so that what a rule asks for is there about as often as not. `PARAMS` has an entry
for each rule type: a new type without one fails the tests that are parametrized over types.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from ledger.domain.policy import Action, Authorised, ObservedWindow, Stated
from ledger.kernel.money import Money
from tests.support.books import EVERYBODY, approval, rule
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    BTC,
    CLIENT,
    COLD,
    DOCUMENT,
    EXCHANGE,
    IBIT,
    TODAY,
    USDC,
    VAULT,
    holding,
    stated,
)

Params = st.SearchStrategy[dict[str, Any]]
YESTERDAY, TOMORROW = "2026-01-04", "2026-01-06"
DAYS = [YESTERDAY, TODAY, TOMORROW]
OFFICES = ["A", "B", "C"]
AGAINST = ("licence_suspended", "lent_on", "owner_came", "omnibus", "central_bank_liability")
"""Facts that speak against: by the text of their rules they count only once they are stated."""
SUBJECTS = {
    "licence_suspended": ["first-vault"],
    "lent_on": ["first-vault", "cold-1"],
    "owner_came": ["cold-1", "client-1"],
    "omnibus": ["cold-1", "client-1"],
    "central_bank_liability": ["BTC", "USDC"],
    "eligible": ["Ministry/BTC", "Ministry/USDC"],
    "returned": ["cold-1", "client-1"],
    "class_backed": ["BTC", "IBIT"],
    "approved_by_sec": ["BTC", "IBIT"],
    "exchange_nyse": ["BTC", "IBIT"],
    "redemption_right": ["BTC", "USDC"],
}
"""Every fact that some rule asks for, and of what it may be stated."""
ATTESTED = {"audit": ["first-vault", "cold-1", "BTC", "fund"], "soc2": ["first-vault", "cold-1"]}
ANYONE = {
    **approval("T.ANY", *EVERYBODY, details={"who": "anybody, of whatever office"}),
    "effect": "allow_only_if",
}
TRIGGERS = ("purchase", "any_instruction", "stake")

offices = st.lists(st.sampled_from(OFFICES), min_size=1, max_size=2, unique=True)
assets = st.lists(st.sampled_from(["BTC", "USDC"]), max_size=2, unique=True)
classes = st.lists(st.sampled_from(["coin", "stablecoin_claim"]), max_size=1)
small = st.integers(1, 4).map(str)


def some(always: dict[str, Any] | None = None, **fields: Any) -> Params:
    """These members, some of them left out."""
    required = {name: st.just(value) for name, value in (always or {}).items()}
    wrapped = {
        name: value if isinstance(value, st.SearchStrategy) else st.just(value)
        for name, value in fields.items()
    }
    return st.fixed_dictionaries(required, optional=wrapped)


def one_of(*cases: dict[str, Any]) -> Params:
    return st.sampled_from(cases)


SUMMED = ["cumulative_purchase_cost", "transaction_cost"]
COUNTED = ["transaction_units", "cumulative_units", "cumulative_outflow_units", "encumbered_units"]
_money_cap: Params = st.fixed_dictionaries(
    {"amount": small, "unit": st.just("USD"), "measure": st.sampled_from(SUMMED)},
    optional={"comparison": st.sampled_from(["<", "<="]), "raised_by": st.just("appropriation")},
)
_units_cap: Params = st.fixed_dictionaries(
    {"amount": small, "unit": st.just("BTC"), "measure": st.sampled_from(COUNTED)}
)
_count = st.fixed_dictionaries({"roles_count": small}, optional={"roles_all_of": offices})

PARAMS: dict[str, Params] = {
    "eligible_asset_list": some(
        assets=assets, excluded_assets=assets, instrument_classes=classes,
        closed=st.booleans(), listed_by="Ministry", criteria=["liquid"],
    ),
    "eligible_by_avg_market_cap": st.fixed_dictionaries(
        {
            "threshold_usd": small,
            "operator": st.sampled_from([">", ">="]),
            "window": st.just({"kind": "rolling_months", "months": 1}),
            "max_gap_days": st.integers(0, 2),
        }
    ),
    "instrument_class": some(
        instrument=st.sampled_from(["BTC", "IBIT"]), instrument_class="etp_unit",
        underlying="BTC", chain_id="bip122:000", classes=["backed"], peg="usd",
        approved_by_any_of=["sec"], exchange="nyse", is_central_bank_liability=st.booleans(),
    ),
    "inflow_source": some(
        sources_any_of=["fork", "final_civil_forfeiture"], exclude_if_any_of=["owed"],
        evidence_required=["order"], net_budget_effect_usd="0",
    ),
    "outflow_restriction": some(
        scope=["purchase"], destinations="registered", purposes=["reserve"], reason="a",
        purpose_required=st.booleans(), evidence_required=["order"], provenance="seizure",
        excluded_assets=assets, pay_in="contract_currency",
    ),
    "cap_pct": some(
        {"base_funds": ["general"], "base_unit": "USD"}, pct=st.sampled_from(["0.5", "1"]),
        base_amount=small, numerator_basis=st.sampled_from(["cost", "market_value"]),
        comparison=st.sampled_from(["<", "<="]),
    ),
    "cap_absolute": st.one_of(_money_cap, _units_cap, some(after=st.sampled_from(DAYS))),
    "address_cap": one_of(
        {"max_per_address": "1", "unit": "BTC"},
        {"max_per_address": "2", "unit": "USDC"},
        {"no_receive_after_spend": True},
    ),
    "custody_method": some(
        methods_any_of=["vault"], conditions_all_of=["audit"], min_signers=st.integers(1, 3),
        limbs=["lent_on"], holder="The Fund", keeper="First Vault", backups="soc2",
    ),
    "custodian_attributes": some(
        licence_any_of=["custody"], regulator="AFSA", charter_any_of=["exchange"],
        contract_required=st.booleans(), custodian="First Vault", activity="stake", by="bank",
    ),
    "attestation": st.one_of(
        some(
            {"items": ["audit"]}, of=st.sampled_from(["account", "party", "asset", "fund"]),
            activity="trust_company", methods=["qualified_custodian"], approvals="1",
            approvals_on=["purchase"],
        ),
        some({"of": "party", "amount": "2"}, activity="trust_company"),
    ),
    "segregation": some(
        classes=["own", "client"], apart_from="clients", sub_fund="reserve",
        account_name="The Fund", omnibus=st.booleans(),
    ),
    "indirect_only": one_of(
        {"direct_instrument_classes_denied": ["coin"]},
        {"direct_instrument_classes_denied": ["stablecoin_claim", "token"]},
    ),
    "approval": st.one_of(
        _count,
        st.fixed_dictionaries({"initiator_roles": offices}, optional={"reason": st.just("a")}),
        _count.map(lambda base: {**base, "unit": "USD", "up_to": "2"}),
        some({"roles_count": "1"}, pct="0.5", policy_reference_required=True,
             determination="in_need"),
        some({"details": {"a": "b"}}, advisory=True),
    ),
    "separation_of_duties": one_of({"must_differ": ["proposer", "approver"]}),
    "temporary_transfer": some(
        purpose="reserve", initiator_roles=offices, return_principal=st.booleans()
    ),
    "obligation_due": some(
        {"deliverable": "d", "starts_on": "returned", "years": 3}, stops_on="owner_came"
    ),
    "reconciliation": some(frequency_days=30),
    "effective_date": st.sampled_from(DAYS).map(lambda day: {"in_force_from": day}),
    "no_published_rule": one_of({"values": []}, {"values": ["cap"]}),
    "settlement_tolerance": some(units_over="0.5", price_adverse="0.5"),
}  # fmt: skip
EFFECTS = ["deny", "needs_approval", "allow_only_if", "flag"]
CASES: list[dict[str, Any]] = [
    {"reason": "a"}, {"evidence": "order"}, {"provenance": "fork"}, {"roles": ["A"]},
]  # fmt: skip
COMMON = some(
    exceptions=st.lists(st.sampled_from(CASES), max_size=1),
    applies_to=["coin"],
    about=["BTC"],
    approvers=["A"],
)


@st.composite
def rules(draw: st.DrawFn, rule_type: str, name: str = "T.R") -> dict[str, Any]:
    """A rule of a type, narrowed and excepted as any rule may be."""
    common = draw(st.one_of(st.just({}), COMMON))
    params = {**draw(PARAMS[rule_type]), **common}
    fields = draw(some(confidence="unverified", effective_to=st.sampled_from(DAYS)))
    effect = draw(st.sampled_from(EFFECTS))
    return rule(name, rule_type, "purchase", params=params, effect=effect, **fields)


_places = st.sampled_from([COLD, CLIENT, replace(COLD, signers=3), None])
_money = st.one_of(
    st.sampled_from([50, 100, 200, 300]).map(lambda cents: Money("USD", cents)),
    st.just(Money("EUR", 1)),
)
_action_facts = some(owed=st.booleans(), from_seizure=st.booleans(), from_fork=True,
                     contracted_in_asset=st.booleans(), in_need=True)  # fmt: skip
_authorised = st.one_of(st.none(), st.just(Authorised(10**8, 0, Money("USD", 100), effective=True)))
_parties = st.sampled_from([VAULT, replace(VAULT, charter="bank"), EXCHANGE])

actions = st.builds(
    Action,
    kind=st.just("acquisition.proposed.v1"),
    triggers=st.sampled_from([TRIGGERS[:2], TRIGGERS]),
    author=st.just("aigerim"),
    offices=st.frozensets(st.sampled_from(OFFICES), min_size=1, max_size=2),
    value_date=st.just(TODAY),
    asset=st.sampled_from([BTC, USDC, IBIT]),
    units=st.sampled_from([10**8, 2 * 10**8, 4 * 10**8]),
    consideration=_money,
    account=_places,
    destination=_places,
    destination_registered=st.booleans(),
    counterparty=st.sampled_from(["", "exchange-one", "clients"]),
    purpose=st.sampled_from(["", "reserve"]),
    reason=st.sampled_from(["", "a", "b"]),
    source=st.sampled_from(["", "fork", "final_civil_forfeiture"]),
    final_on=st.sampled_from(["", *DAYS]),
    facts=_action_facts,
    evidence=st.sampled_from([(), (DOCUMENT,)]),
    party=st.one_of(st.none(), _parties),
    duties=st.just({"proposer": frozenset({"aigerim"}), "approver": frozenset({"daniyar"})}),
    authorised=_authorised,
)

STATEMENTS = [
    *(stated(day) for day in ("2022-01-05", *DAYS)),
    *(stated(day, value=False) for day in ("2022-01-05", TODAY)),
]


def _statements(of: dict[str, list[str]]) -> st.SearchStrategy[dict[tuple[str, str], Stated]]:
    pairs = [(name, subject) for name, subjects in of.items() for subject in subjects]
    each = [(pair, one) for pair in pairs for one in STATEMENTS]
    return st.lists(st.sampled_from(each), max_size=8).map(dict)


_facts, _attestations = _statements(SUBJECTS), _statements(ATTESTED)
_values = st.sampled_from(["0", "1", "2", "3"])
MEASURES = {
    ("base", "general"): "USD",
    ("appropriation", "fund"): "USD",
    ("capital", "first-vault"): "USD",
    ("capital", "exchange-one"): "USD",
    ("net_budget_effect_usd", "fund"): "USD",
    ("market_cap", "BTC"): "USD",
}


_known_parties: Params = st.fixed_dictionaries(
    {}, optional={"first-vault": _parties, "exchange-one": st.just(EXCHANGE)}
)


@st.composite
def worlds(draw: st.DrawFn) -> KnownFacts:
    """What is known: each thing that a rule may ask for is there or not."""
    observed = draw(st.dictionaries(st.sampled_from(sorted(MEASURES)), _values))
    window = ObservedWindow(2, Fraction(draw(st.integers(1, 8))), draw(st.integers(0, 2)), (1, 2))
    units = st.sampled_from([0, 10**8, 2 * 10**8, 4 * 10**8])
    return KnownFacts(
        constant=draw(st.sampled_from([0, 100])),
        observed_values={key: (YESTERDAY, seen, MEASURES[key]) for key, seen in observed.items()},
        windows={("market_cap", "BTC"): window} if draw(st.booleans()) else {},
        prices=draw(some(BTC="0.5", IBIT="1")),
        facts=draw(_facts),
        attestations=draw(_attestations),
        held=[holding(draw(units), BTC, spent_at=draw(st.integers(0, 9))), holding(1, IBIT)],
        parties=draw(_known_parties),
    )
