"""What a random life of a fund is made of: books of a few provisions, charters, and choices.

Most choices are sensible and some are wrong; the weights are such that a life of fifty steps gets
somewhere. `Twist` is what is unusual about an event whatever its kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from ledger.kernel.amounts import render_amount
from tests.support.books import ANYBODY, EXCEPTION, anybody, approval, book, quorum
from tests.support.books import rule as provision
from tests.support.fund_simulator import BTC, DIGEST, OFFICES
from tests.support.naive_records import FACTS as HAPPENED

if TYPE_CHECKING:
    from fractions import Fraction

    from tests.support.naive_beside import FundBeside

Twist = dict[str, Any]
By = tuple[str, tuple[str, ...]]
"""Author and cosigners."""

NEWCOMERS = ("yerlan", "zhanna")
EVERYBODY = [*OFFICES, *NEWCOMERS]
OFFICE_NAMES = sorted({*OFFICES.values(), "Clerk"})
NOBODY = "0" * 64
"""The id of nothing."""
CHAIN = "bip122:000000000019d6689c085ae165831e93"

# -- provisions ---------------------------------------------------------------------------------


def cap(name: str, measure: str, amount: str, unit: str, **window: Any) -> dict[str, Any]:
    params = {"amount": amount, "unit": unit, "measure": measure}
    return {"id": name, "params": {**params, **({"window": window} if window else {})}}


def limit(content: dict[str, Any], *trigger: str, **fields: Any) -> dict[str, Any]:
    return provision("", "cap_absolute", *trigger, **{**content, **fields})


POOL = [
    quorum(1, "purchase"),
    quorum(2, "sale"),
    quorum(1, "custody_transfer"),
    quorum(1, "transfer_out", "exchange"),
    quorum(2, "pledge", "release_encumbrance"),
    quorum(1, "period_close"),
    quorum(1, "opening", "deposit"),
    quorum(1, "any_registration"),
    quorum(1, "settlement"),
    quorum(1, "entry"),
    quorum(1, "restatement", "statement_issue"),
    quorum(1, "measurement", "valuation"),
    approval("P.BOTH", "transfer_out", "exchange",
             roles_all_of=["ChiefInvestmentOfficer", "RiskOfficer"], roles_count="2"),
    approval("P.THREE", "sale", roles_all_of=["RiskOfficer"],
             roles_any_of=["Governor", "CustodyOfficer"], roles_count="3"),
    approval("P.BAND", "purchase", "cash_out", roles_all_of=["RiskOfficer"],
             roles_count="1", above="100000", up_to="300000", unit="USD"),
    approval("P.REASON", "sale", roles_any_of=["Governor"], roles_count="1", reason="urgent"),
    approval("P.AGREE", "custody_transfer", "cash_out", initiator_roles=["CustodyOfficer"]),
    approval("P.ANYONE", "cash_in", "price", roles_count="1"),
    approval("P.NOT", "valuation", "price",
             initiator_roles=["RiskOfficer", "TreasuryOfficer"]) | {"effect": "allow_only_if"},
    limit(cap("P.CAP", "cumulative_purchase_cost", "400000", "USD", kind="rolling_days", days=5),
          "purchase"),
    limit(cap("P.TOTAL", "cumulative_purchase_cost", "500000", "USD"), "purchase"),
    limit({"id": "P.BELOW", "params": {"amount": "600000", "unit": "USD", "comparison": "<",
                                       "measure": "cumulative_purchase_cost"}}, "purchase"),
    limit(cap("P.UNITS", "cumulative_units", "6", "BTC", kind="calendar_month"), "purchase"),
    limit(cap("P.MONTH", "cumulative_transfer_units", "4", "BTC", kind="calendar_month"),
          "custody_transfer", effect="flag"),
    limit(cap("P.OUT", "cumulative_outflow_units", "5", "BTC", kind="rolling_days", days=3),
          "sale", "transfer_out", "exchange"),
    limit(cap("P.YEAR", "cumulative_outflow_units", "7", "BTC", kind="calendar_year"),
          "sale", "transfer_out"),
    limit(cap("P.ONE", "transaction_units", "4", "BTC"),
          "purchase", "sale", "custody_transfer", "pledge"),
    limit(cap("P.COST", "transaction_cost", "250000", "USD"), "purchase"),
    provision("P.LIST", "eligible_asset_list", "purchase", "exchange",
              params={"assets": [BTC, "BNB"], "instrument_classes": ["coin"]}),
    provision("P.EXCLUDED", "eligible_asset_list", "purchase", "exchange",
              params={"excluded_assets": ["BNB"]}),
    provision("P.SOD", "separation_of_duties", "transfer_release", "transfer_settlement",
              params={"must_differ": ["approver", "releaser"]}),
    provision("P.SETTLER", "separation_of_duties", "settlement",
              params={"must_differ": ["proposer", "settler"]}),
    provision("P.DEST", "outflow_restriction", "custody_transfer",
              params={"destinations": "registered"}),
    provision("P.LEAVE", "outflow_restriction", "sale", "transfer_out", params={
        "scope": ["sale", "transfer_out"],
        "exceptions": [{"reason": "urgent", "roles": ["TreasuryOfficer"]}, {"evidence": "Act"}]}),
    provision("P.PURPOSE", "outflow_restriction", "sale", effect="flag",
              params={"purpose_required": True}),
    provision("P.TOL", "settlement_tolerance", "settlement",
              params={"units_over": "0.25", "price_adverse": "0.1"}),
    limit(cap("P.BILL", "transaction_cost", "0", "USD"), "purchase", status="bill"),
    limit(cap("P.UNKNOWN", "transaction_units", "0", "BTC"), "transfer_out", unknown=["amount"]),
    limit(cap("P.LESS", "transaction_cost", "200000", "USD"), "purchase", "sale"),
    provision("P.OPEN", "eligible_asset_list", "purchase",
              params={"assets": ["ETH"], "closed": False, "list_owner": "RiskOfficer"}),
    provision("P.WIDE", "eligible_asset_list", "purchase", "exchange", params={
        "assets": ["BTC"], "closed": False, "excluded_instrument_classes": ["metal"]}),
    approval("P.FLAG", "custody_transfer", "transfer_release", roles_count="1",
             initiator_roles=["TreasuryOfficer"]) | {"effect": "flag"},
    approval("P.ONLY", "transfer_out", "settlement",
             initiator_roles=["TreasuryOfficer", "CustodyOfficer"]) | {"effect": "deny"},
    approval("P.SECOND", "purchase", initiator_roles=["RiskOfficer"],
             roles_any_of=["Governor", "RiskOfficer"], roles_count="2"),
    approval("P.GUESS", "custody_transfer", roles_all_of=["RiskOfficer"], roles_count="1",
             ) | {"unknown": ["levels"]},
    provision("P.APART", "separation_of_duties", "custody_transfer",
              params={"must_differ": ["approver", "releaser", "settler"]}),
    provision("P.PRICE", "settlement_tolerance", "sale_settlement", "exchange_settlement",
              params={"price_adverse": "0.5"}),
    EXCEPTION,
    EXCEPTION | {"id": "P.EXC", "params": {"roles_any_of": ["RiskOfficer"], "roles_count": "1"}},
]  # fmt: skip
ACTS = anybody("P.ACTS", "any_instruction")
ACTS["params"] = {"initiator_roles": ["TreasuryOfficer", "ChiefInvestmentOfficer"]}
FACTS = anybody("P.FACTS", "any_fact")
FACTS["params"] = {"initiator_roles": ["TreasuryOfficer", "CustodyOfficer"]}

provisions = st.lists(
    st.sampled_from(POOL), unique_by=lambda one: str(one["id"]), min_size=3, max_size=14
)
bases = st.sampled_from([[ANYBODY]] * 8 + [[ACTS, FACTS]] * 4 + [[ACTS], []])


@st.composite
def books(draw: st.DrawFn) -> dict[str, Any]:
    """A book of a few provisions, mostly on the ground that somebody may act at all."""
    rules = [*draw(bases), *draw(provisions)]
    return book(*(rules or [ANYBODY]))


# -- charters -----------------------------------------------------------------------------------

CHARTERS: list[dict[str, Any]] = [
    {"quorum": 2, "notice_days": 2, "max_backdating_days": 10, "utc_offset_minutes": 300},
    {"quorum": 1, "notice_days": 0, "max_backdating_days": 30, "utc_offset_minutes": -600},
    {"quorum": 2, "notice_days": 10, "max_backdating_days": 3, "utc_offset_minutes": 0,
     "wider_backdating": {"days": 30, "until": "2026-01-08"}},
]  # fmt: skip
charters = st.sampled_from(CHARTERS)


def charter(terms: dict[str, Any], *offices: str) -> dict[str, Any]:
    return {"governance_offices": list(offices or ("Governor",)), **terms}


# -- the books ----------------------------------------------------------------------------------

MARKET: dict[str, Any] = {"active_market": True, "active_market_evidence": DIGEST}
AT_COST: dict[str, Any] = {
    "classification": "intangible",
    "measurement_model": "cost",
    "memo": DIGEST,
}
ENTRIES: list[dict[str, Any]] = [
    {**AT_COST},
    {**AT_COST, "interchangeable": False},
    {**AT_COST, "interchangeable": False, "class_id": "coins", **MARKET},
    {**AT_COST, "measurement_model": "revaluation", **MARKET},
    {**AT_COST, "measurement_model": "revaluation", "class_id": "coins", **MARKET},
    {**AT_COST, "measurement_model": "revaluation"},
    {**AT_COST, "measurement_model": "fv_net_income", "class_id": "coins"},
    {**AT_COST, "classification": "inventory", "measurement_model": "lower_cost_nrv"},
    {**AT_COST, "classification": "financial_asset", "measurement_model": "amortised_cost"},
]
"""What a policy may say of an asset."""
FAIR_VALUE: dict[str, Any] = {
    "principal_market": "M",
    "price_point": "last",
    "cut_off_time": "06:30:00",
    "max_age_days": 1,
}
PLAIN_POLICY: dict[str, Any] = {
    "framework": "ifrs",
    "functional_currency": "USD",
    "cost_formula": "fifo",
}
FIRST_POLICIES: list[dict[str, Any] | None] = [
    None,
    None,
    *[{**PLAIN_POLICY, "fair_value": FAIR_VALUE, "assets": [{"asset": "BTC", **AT_COST}]}] * 2,
    *[
        {
            **PLAIN_POLICY,
            "cost_formula": "specific",
            "assets": [{"asset": asset, **ENTRIES[1]} for asset in ("BTC", "BNB")],
        }
    ]
    * 2,
]
"""Before anything is held: none, prices that are looked at, or lots that are named."""
IN_A_POLICY: list[dict[str, Any]] = [
    {"disposal_cost_rate": "0.01"}, {"fair_value": FAIR_VALUE}, {"fx_source": "A bank"},
    {"cost_formula": "weighted_average"}, {"cost_formula": "specific"}, {"cost_formula": "fifo"},
    {"cost_formula": "lifo"}, {"unit_of_account": "holding"}, {"unit_of_account": "lot"},
    {"lot_scope": "account"}, {"lot_scope": "fund"}, {"swap_fee": "expense"},
    {"framework": "us_gaap"}, {"memo": DIGEST}, {"presentation_currency": "KZT"},
]  # fmt: skip
"""What differs from one policy to the next."""
IN_AN_ASSET: list[dict[str, Any]] = [
    {"memo": NOBODY}, {"credit_loss_rate": "0.01"}, {"active_market_review": "2027-01-01"},
    {"measurement_model": "revaluation", **MARKET}, {"measurement_model": "revaluation"},
    {"classification": "inventory", "measurement_model": "lower_cost_nrv"}, {"class_id": "coins"},
    {"interchangeable": False}, {"bpm7_class": "equity_like"}, MARKET,
]  # fmt: skip
CHANGES = ["initial", "addition", "change_of_policy", "change_of_estimate", "revaluation_adopted",
           "reclassification"]  # fmt: skip


@st.composite
def new_policies(draw: st.DrawFn) -> dict[str, Any]:
    """A policy out of nothing."""
    named = draw(st.lists(st.sampled_from(["BTC", "BNB", "BNB", "XXX"]), max_size=3))
    assets = [{"asset": asset, **draw(st.sampled_from(ENTRIES))} for asset in named]
    formula = draw(st.sampled_from(["fifo", "fifo", "weighted_average", "specific", "hifo"]))
    framework = draw(st.sampled_from(["ifrs", "ifrs", "ipsas", "us_gaap", "gasb"]))
    currency = draw(st.sampled_from(["USD"] * 9 + ["KZT"]))
    unit = draw(st.sampled_from([{}, {}, {"unit_of_account": "lot"}]))
    changed = {"cost_formula": formula, "framework": framework, "functional_currency": currency}
    return {**PLAIN_POLICY, **changed, **unit, "assets": assets}


@st.composite
def policy_changes(draw: st.DrawFn) -> dict[str, Any]:
    """How a policy differs from the one before it: in itself, in an asset, in which assets."""
    how = draw(st.sampled_from(["", "", "policy", "asset", "asset", "more", "more", "less"]))
    choices = {"policy": IN_A_POLICY, "asset": IN_AN_ASSET, "more": ENTRIES}
    found: dict[str, Any] = draw(st.sampled_from(choices[how])) if how in choices else {}
    return {"how": how, "with": found, "asset": draw(st.sampled_from(["BTC", "BNB"]))}


def later_policy(before: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The policy that was adopted before with a change."""
    members = {"assets", *PLAIN_POLICY, *(name for one in IN_A_POLICY for name in one)}
    policy = {name: before[name] for name in before if name in members}
    how, asset = change["how"], change["asset"]
    assets = list(policy["assets"])
    if how == "policy":
        policy |= change["with"]
    if how == "asset" and assets:
        assets[0] = {**assets[0], **change["with"]}
    if how == "less":
        assets = assets[1:]
    if how == "more":
        assets.append({"asset": asset, **change["with"]})
    return {**policy, "assets": assets}


def _line(account: str, side: str, amount: str, **fields: Any) -> dict[str, Any]:
    return {"account": account, "side": side, "amount": amount, **fields}


OWED = _line("2010", "credit", "100")
POSTINGS: list[list[dict[str, Any]]] = [
    [_line("5060", "debit", "100"), OWED],
    [_line("5060", "debit", "60"), _line("5050", "debit", "40"), OWED],
    [_line("1110", "debit", "100", asset="BTC", adjusts="carrying_amount"), OWED],
    [_line("1000", "debit", "100", currency="EUR", foreign_amount="90"), OWED],
    [_line("1000", "debit", "100", currency="EUR", foreign_amount="0.001"), OWED],
    [_line("1000", "debit", "100"), _line("1110", "credit", "100")],
    [_line("5060", "debit", "100", foreign_amount="1"), OWED],
    [_line("5060", "debit", "99.99"), OWED],
    [_line("5060", "debit", "100.001"), OWED],
    [_line("3100", "debit", "100", asset="BTC"), _line("4000", "credit", "100", asset="BTC")],
    [_line("3100", "debit", "100", asset="BNB"), _line("3300", "credit", "100")],
    [_line("7777", "debit", "100"), OWED],
    [_line("9000", "debit", "100", asset="XXX"), OWED],
    [_line("1110", "debit", "100", asset="XXX"), OWED],
]
postings = st.sampled_from(POSTINGS[:4] * 3 + POSTINGS)


def named_lots(fund: FundBeside, asset: str, units: Fraction, how: str) -> list[dict[str, str]]:
    """The lots that a settlement names: those that are kept, from the oldest or the newest on."""
    if how == "unknown":
        return [{"lot": NOBODY, "units": _in_units(units)}]
    lots = sorted(fund.story.lots.get(asset, []), key=lambda lot: lot.day, reverse=how == "newest")
    found: list[tuple[str, Fraction]] = []
    for lot in lots if how != "none" else ():
        part = min(lot.units, units)
        units -= part
        found += [(lot.event_id, part)] if part else []
    if how == "twice" and found:
        (name, part), *others = found
        found = [(name, part / 2), *others, (name, part / 2)]
    if how == "short" and len(found) > 1:
        found = found[1:]
    if how == "over" and found:
        found[0] = (found[0][0], max(lot.units for lot in lots) + 1)
    return [{"lot": name, "units": _in_units(part)} for name, part in found]


def _in_units(amount: Fraction) -> str:
    return render_amount(int(amount * 10**8) or 1, 8)


# -- choices ------------------------------------------------------------------------------------

officers = st.sampled_from(EVERYBODY)
approvers = st.sampled_from(["daniyar", "marat", "gulnara", "nurlan", *EVERYBODY])
proposers = st.sampled_from(["aigerim"] * 5 + ["daniyar", "daniyar", "bolat", "gulnara"])
staff = st.sampled_from(["bolat"] * 5 + ["aigerim", "aigerim", "daniyar", "marat", "zhanna"])
accounts = st.sampled_from(["cold-1", "cold-1", "cold-2"])
places = st.sampled_from(
    [("cold-1", "cold-2"), ("cold-2", "cold-1"), ("cold-2", "warm-1"), ("cold-1", "warm-1")] * 3
    + [("cold-1", "cold-2")] * 6
    + [("cold-1", "cold-1")]
)
units = st.sampled_from(["0.5", "1", "1", "2", "2", "3.25", "0.00000001"])
moneys = st.sampled_from(["1000", "90000", "200000", "200000", "400000"])
assets = st.sampled_from(["BTC"] * 7 + ["BNB"])
picks = st.sampled_from([0] * 7 + [1, 1, 2])
"""Which of the newest."""
shares = st.sampled_from(["all", "all", "half", "half", "half", "over", "tiny"])
grounds = st.sampled_from(
    [{}, {}, {"reason": "urgent"}, {"purpose": "rebalancing"}, {"evidence": [DIGEST]}]
)
fees = st.sampled_from(
    [None, None, ("BTC", "0.01"), ("BTC", "0.01"), ("BTC", "0.03"), ("BNB", "1")]
)
WRONG: list[Twist] = [
    {"set": {"account": "nowhere"}}, {"set": {"account": "warm-1"}},
    {"set": {"from_account": "nowhere"}}, {"set": {"to_account": "cold-1"}},
    {"set": {"to_account": "hot-1"}}, {"set": {"receive_account": "hot-1"}},
    {"set": {"asset": "XXX"}}, {"set": {"asset": "GLD"}},
    {"set": {"units": "40"}}, {"set": {"units": "0.000000001"}}, {"set": {"given": "40"}},
    {"set": {"counterparty": "nobody"}}, {"set": {"recipient": "nobody"}},
    {"set": {"proposal": NOBODY}}, {"set": {"encumbrance": NOBODY}}, {"set": {"prices": [NOBODY]}},
    {"set": {"key": NOBODY}}, {"set": {"books": [NOBODY]}},
    {"set": {"custodian": "third-vault"}}, {"set": {"give": {"asset": "BNB", "units": "1"}}},
    {"set": {"receive_min": {"asset": "GLD", "units": "20"}}},
    {"set": {"max_fee": {"asset": "XXX", "units": "1"}}},
    {"set": {"max_fee": {"asset": "BNB", "units": "1"}}},
    {"set": {"fee": {"asset": "XXX", "units": "1"}}},
    {"set": {"consideration": {"currency": "EUR", "amount": "1000"}}},
    {"set": {"consideration": {"currency": "USD", "amount": "0.001"}}},
    {"set": {"proceeds": {"currency": "EUR", "amount": "1000"}}},
    {"set": {"cost": {"currency": "USD", "amount": "0.001"}}},
    {"set": {"max_consideration": {"currency": "EUR", "amount": "1000"}}},
    {"set": {"restates": ["2031"]}}, {"set": {"known_at": 99_999}}, {"set": {"period": "2031"}},
    {"set": {"entry": NOBODY}}, {"set": {"lots": []}}, {"set": {"functional_currency": "KZT"}},
    {"over": 0}, {"over": 1}, {"over": 2}, {"over": 3},
    {"back": 1}, {"back": 1}, {"back": 1}, {"back": 2}, {"back": 2}, {"back": 4}, {"back": 12},
    {"back": 40}, {"back": -1}, {"hours": 1}, {"hours": 1}, {"hours": 1}, {"hours": 30},
    {"hours": 24 * 401}, {"occurred": 1}, {"occurred": -1}, {"fund": "test/other"},
    {"reuse": True}, {"reuse": True}, {"omit": True}, {"stranger": True}, {"late": True},
    {"forged": True},
    {"cosigner": "daniyar"}, {"cosigner": "marat"}, {"cosigner": "gulnara"},
]  # fmt: skip
PLAIN: Twist = {}
twists = st.one_of(st.just(PLAIN), st.just(PLAIN), st.just(PLAIN), st.sampled_from(WRONG))
"""What is unusual about an event: nothing, mostly. `set` replaces members that it has, `over` names
a proposal that is over, `back` and `occurred` are days, `hours` is how long it is valid; the rest
is about who signs."""
governing = st.sampled_from(
    [("gulnara", ("nurlan",))] * 8
    + [("gulnara", ("saule",)), ("nurlan", ()), ("saule", ("gulnara", "nurlan"))]
    + [("marat", ()), ("marat", ("gulnara", "nurlan")), ("gulnara", ("marat",))]
)
registering = st.sampled_from(
    [("gulnara", ("nurlan",))] * 3
    + [("bolat", ("daniyar",))] * 3
    + [("gulnara", ()), ("bolat", ()), ("aigerim", ("nurlan",))]
)


def bent(fund: FundBeside, members: dict[str, Any], twist: Twist) -> dict[str, Any]:
    """The members of an event with what is unusual about them."""
    changed = {**members}
    replaced = {**twist.get("set", {}), **_over(fund, twist)}
    changed |= {name: value for name, value in replaced.items() if name in members}
    if "back" in twist:
        changed["value_date"] = fund.day(-twist["back"])
    if "trade_date" in members and twist.get("back") != 2:
        changed["trade_date"] = changed["value_date"]
    if "hours" in twist:
        changed["valid_until"] = fund.instant(seconds=3600 * twist["hours"])
    if "occurred" in twist and members["kind"].removesuffix(".v1") in HAPPENED:
        changed["occurred_on"] = fund.day(-twist["occurred"])
    return changed | _signed(members, twist)


def _over(fund: FundBeside, twist: Twist) -> dict[str, Any]:
    """The id of a proposal that is over, the newest first."""
    if "over" not in twist:
        return {}
    over = [p.event_id for p in fund.story.proposals.values() if not p.open][::-1] or [NOBODY]
    return {"proposal": over[twist["over"] % len(over)]}


def _signed(members: dict[str, Any], twist: Twist) -> dict[str, Any]:
    """Members that say who signs, for what fund, under which reference."""
    changed: dict[str, Any] = {}
    cosigner = twist.get("cosigner", members["author"])
    if cosigner != members["author"]:
        changed["cosigners"] = sorted({*members["cosigners"], cosigner})
    if "fund" in twist and "possession" not in members:
        changed["fund"] = twist["fund"]
    if "reuse" in twist:
        changed["reference"] = f"{members['author']}-again"
    return changed
