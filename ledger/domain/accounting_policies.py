"""Accounting policies: how holdings are classified, measured and relieved, from which day on.

Classification of an asset stands only here, with the digest of the memorandum that reasons it; the
ledger asks and never assumes. What a standard leaves open is a member, never a constant in code.

| classification | models that a framework may choose from |
|---|---|
| `intangible` | `cost`, `revaluation` (`ifrs`, `ipsas`), `fv_net_income` (`us_gaap`, `gasb`) |
| `inventory` | `lower_cost_nrv` |
| `inventory_broker_trader` | `fvlcts_pl` |
| `financial_asset` | `amortised_cost`, `fvtpl` |
| `prepayment` | `cost` |
| `cash` | `amortised_cost` |

A later policy says how IAS 8 treats the change; nothing is applied backwards unless it says so.
The first policy measures from the beginning, as does every `change_of_policy`, which replaces all
before it. Any other takes over on its `effective_from` from whatever measured that day and later
ones, and differs from each policy that it takes over from only in what its treatment covers. Dates,
`change` and the policy's own `memo` are not compared.

| `change` | covers |
|---|---|
| `addition` | assets that were not classified before; the `memo` of any |
| `change_of_estimate` | additions; `disposal_cost_rate`, `fair_value`, `fx_source`; an asset's |
| | `credit_loss_rate` and the evidence and review of its active market |
| `revaluation_adopted` | additions; an asset's model from `cost` to `revaluation`, and whether |
| | it has an active market, with evidence and review |
| `reclassification` | additions, assets left out, all of an asset but `interchangeable` |
| `change_of_policy` | everything |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.laws import deny
from ledger.domain.policy_changes import RETROSPECTIVE, laws_of_change
from ledger.kernel.fixed import fixed
from ledger.kernel.form import (
    AssetCode,
    Code,
    CurrencyCode,
    Day,
    Digest,
    Form,
    Many,
    Name,
    PositiveAmount,
    Slug,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledger.domain.outcome import Finding
    from ledger.domain.state import Event, State
    from ledger.domain.view import View

Framework = Literal["ifrs", "ipsas", "us_gaap", "gasb"]
Classification = Literal[
    "intangible", "inventory", "inventory_broker_trader", "financial_asset", "prepayment", "cash"
]
Model = Literal[
    "cost",
    "revaluation",
    "fvlcts_pl",
    "lower_cost_nrv",
    "amortised_cost",
    "fvtpl",
    "fv_net_income",
]
Formula = Literal["fifo", "weighted_average", "specific", "lifo", "hifo"]
Bpm7Class = Literal["nonproduced_nonfinancial", "equity_like", "financial_instrument"]
Rate = Annotated[str, Field(pattern=r"^(?:0|0\.[0-9]{0,17}[1-9])$")]

MODELS: Final[dict[str, tuple[str, ...]]] = {
    "intangible": ("cost", "revaluation", "fv_net_income"),
    "inventory": ("lower_cost_nrv",),
    "inventory_broker_trader": ("fvlcts_pl",),
    "financial_asset": ("amortised_cost", "fvtpl"),
    "prepayment": ("cost",),
    "cash": ("amortised_cost",),
}
"""Classification to the measurement models that a framework may choose from."""
IFRS_LIKE: Final = frozenset({"ifrs", "ipsas"})
FORMULAS: Final = ("fifo", "weighted_average", "specific")


class Redemption(Form):
    """What the issuer owes the holder of one whole unit of a redeemable stablecoin."""

    currency: CurrencyCode
    value: PositiveAmount
    """Money for one whole unit."""


class AssetPolicy(Form):
    """How one asset is classified and measured."""

    asset: AssetCode
    classification: Classification
    memo: Digest
    """SHA-256 of the memorandum that reasons the classification."""
    measurement_model: Model
    class_id: Slug | None = None
    """The class that is measured by one model (IAS 38.72); what has no active market is at cost in
    any (IAS 38.81)."""
    interchangeable: bool = True
    """Whether units stand for one another; false only with evidence (IAS 2.23)."""
    active_market: bool = False
    """Whether there is an active market (IAS 38.75); revaluation needs one."""
    active_market_evidence: Digest | None = None
    """SHA-256 of what shows it."""
    active_market_review: Day | None = None
    """The day by which the market is looked at again."""
    redemption: Redemption | None = None
    """What the issuer owes; amortised cost needs it."""
    credit_loss_rate: Rate = "0"
    """Share of the nominal amount that is expected not to be paid (IFRS 9 5.5)."""
    bpm7_class: Bpm7Class | None = None
    """Class in external statistics (BPM7, 2025 SNA); independent of the books."""


class FairValuePolicy(Form):
    """Which price is a fair value (IFRS 13)."""

    principal_market: Name
    price_point: Code
    """`last`, `mid`, `vwap_1h` …"""
    cut_off_time: Annotated[str, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]
    """In the fund's time zone; a price observed after this second is not a price of that day."""
    max_age_days: Annotated[int, Field(ge=0, le=366)]
    """A price observed, or a fair value adopted, so many days before is used, and none older."""


class AccountingPolicyAdopted(Body):
    """The accounting policy from a day on; classification of assets stands only here."""

    effective_from: Day
    framework: Framework
    functional_currency: CurrencyCode
    presentation_currency: CurrencyCode | None = None
    """The functional currency if left out."""
    fx_source: Name | None = None
    """Whose exchange rates are used; any if left out."""
    cost_formula: Formula
    unit_of_account: Literal["lot", "holding"] | None = None
    """What the cost formula implies if left out."""
    lot_scope: Literal["fund", "account"] = "fund"
    """Whether lots are kept for the fund or for each safekeeping account."""
    surplus_transfer: Literal["on_disposal", "never"] = "on_disposal"
    revalue_before_disposal: bool = False
    fair_value: FairValuePolicy | None = None
    disposal_cost_rate: Rate = "0"
    """Costs of disposal as a share of fair value; never part of fair value itself."""
    acquisition_fee: Literal["capitalise", "expense"] = "capitalise"
    disposal_fee: Literal["deduct_from_proceeds", "expense"] = "deduct_from_proceeds"
    swap_fee: Literal["capitalise", "expense", "deduct_from_proceeds"] = "capitalise"
    transfer_fee: Literal["expense"] = "expense"
    owner_contribution: Literal["equity_at_fair_value"] = "equity_at_fair_value"
    grant_policy: Literal["fair_value", "nominal"] = "fair_value"
    reward_policy: Literal["income_at_fair_value"] = "income_at_fair_value"
    airdrop_policy: Literal["nil_cost", "fair_value_income"] = "nil_cost"
    main_business_activity: Literal["invests_in_assets", "none"] = "none"
    """For the categories of profit or loss (IFRS 18.49)."""
    change: (
        Literal[
            "initial", "addition", "change_of_policy", "change_of_estimate",
            "revaluation_adopted", "reclassification",
        ]
        | None
    ) = None  # fmt: skip
    """How the change from the policy before is treated (IAS 8); a first policy changes nothing."""
    memo: Digest | None = None
    """SHA-256 of the memorandum that reasons the policy or its change."""
    assets: Annotated[Many[AssetPolicy], Field(max_length=64)]

    def asset(self, code: str) -> AssetPolicy | None:
        """What the policy says of an asset; None if it does not classify it."""
        for entry in self.assets:
            if entry.asset == code:
                return entry
        return None


@fixed
class AdoptedPolicy:
    """A policy in the log."""

    effective_from: str
    event_id: str
    position: int
    policy: AccountingPolicyAdopted


def timeline(adopted: Sequence[AdoptedPolicy]) -> list[AdoptedPolicy]:
    """Which policy measures from which day on, as known after the last of those adopted.

    The first measures from the beginning, as does a retrospective change; any other takes over on
    its first day from whatever would have measured later days.
    """
    found: list[AdoptedPolicy] = []
    for one in adopted:
        if not found or one.policy.change == RETROSPECTIVE:
            found = [AdoptedPolicy("0001-01-01", one.event_id, one.position, one.policy)]
        else:
            found = [before for before in found if before.effective_from < one.effective_from]
            found.append(one)
    return found


def policy_on(adopted: Sequence[AdoptedPolicy], day: str) -> AccountingPolicyAdopted | None:
    """The policy that measures a day; None before any was adopted."""
    for one in reversed(timeline(adopted)):
        if one.effective_from <= day:
            return one.policy
    return None


def is_identified(state: State, asset: str, day: str) -> bool:
    """Whether disposals of an asset name their lots on a day (specific identification)."""
    if not state.accounting_policies:
        return False
    policy = policy_on(state.accounting_policies, day)
    return policy is not None and policy.cost_formula == "specific" and bool(policy.asset(asset))


def _laws(view: View) -> Iterator[Finding]:
    body: AccountingPolicyAdopted = view.body
    for entry in body.assets:
        if entry.asset not in view.state.assets:
            yield deny("policy_incomplete", found=entry.asset)
    named = [entry.asset for entry in body.assets]
    for code in dict.fromkeys(named):
        if named.count(code) > 1:
            yield deny("policy_asset_repeated", found=code)
    charter = view.state.charter
    if charter is not None and charter.functional_currency != body.functional_currency:
        yield deny(
            "functional_currency_differs", charter.functional_currency, body.functional_currency
        )
    yield from _laws_of_formula(view, body)
    yield from _laws_of_models(body)
    before = _taken_over(view.state.accounting_policies, body.effective_from)
    yield from laws_of_change(before, body, view.state.shut_until)


def _laws_of_formula(view: View, body: AccountingPolicyAdopted) -> Iterator[Finding]:
    if body.cost_formula not in FORMULAS:
        yield deny("cost_formula_not_allowed", " or ".join(FORMULAS), body.cost_formula)
    if body.cost_formula == "specific":
        yield from _laws_of_specific(view, body)
    implied = "holding" if body.cost_formula == "weighted_average" else "lot"
    if body.unit_of_account not in (None, implied):
        yield deny(
            "unit_of_account_conflicts_with_cost_formula", implied, str(body.unit_of_account)
        )


def _laws_of_specific(view: View, body: AccountingPolicyAdopted) -> Iterator[Finding]:
    """Identified units only (IAS 2.23, .24), and none that came before their lots were kept."""
    if body.lot_scope == "account":
        yield deny("lots_identified_for_the_fund", "fund", body.lot_scope)
    for entry in body.assets:
        if body.framework in IFRS_LIKE and entry.interchangeable:
            yield deny("specific_identification_needs_non_interchangeable_items", found=entry.asset)
        if entry.asset not in view.state.lots and any(
            not balance.is_empty
            for (_, asset), balance in view.state.balances.items()
            if asset == entry.asset
        ):
            yield deny("lots_unknown", found=entry.asset)


def _laws_of_models(body: AccountingPolicyAdopted) -> Iterator[Finding]:
    for entry in body.assets:
        if not _is_allowed(body.framework, entry):
            allowed = [m for m in MODELS[entry.classification] if _fits(body.framework, m)]
            yield deny(
                "model_not_allowed",
                f"{' or '.join(allowed)} for {entry.classification} under {body.framework}",
                entry.measurement_model,
            )
        if entry.measurement_model == "revaluation" and not entry.active_market:
            yield deny("revaluation_needs_active_market", found=entry.asset)
        if entry.measurement_model == "amortised_cost" and entry.redemption is None:
            yield deny("redemption_missing", found=entry.asset)
    yield from _laws_of_classes(body.assets)


def _is_allowed(framework: str, entry: AssetPolicy) -> bool:
    model = entry.measurement_model
    return model in MODELS[entry.classification] and _fits(framework, model)


def _fits(framework: str, model: str) -> bool:
    """No revaluation under US standards, no fair value through net income under IFRS."""
    return model != ("fv_net_income" if framework in IFRS_LIKE else "revaluation")


def _laws_of_classes(entries: Iterable[AssetPolicy]) -> Iterator[Finding]:
    """One model for a class (IAS 38.72), but cost without an active market (.81)."""
    classes: dict[str, set[str]] = {}
    for entry in entries:
        if entry.class_id is None:
            continue
        is_exempt = entry.measurement_model == "cost" and not entry.active_market
        models = classes.setdefault(entry.class_id, set())
        if not is_exempt:
            models.add(entry.measurement_model)
    for class_id, models in classes.items():
        if len(models) > 1:
            yield deny(
                "class_must_share_one_model", found=f"{class_id}: {', '.join(sorted(models))}"
            )


def _taken_over(adopted: Sequence[AdoptedPolicy], day: str) -> list[AccountingPolicyAdopted]:
    """The policies from which one takes over on a day: that of the day before, and later ones."""
    line = timeline(adopted)
    later = [one for one in line if one.effective_from >= day]
    return [one.policy for one in line[max(0, len(line) - len(later) - 1) :]]


def _evolve(state: State, event: Event, body: AccountingPolicyAdopted) -> None:
    state.accounting_policies.append(
        AdoptedPolicy(body.effective_from, event.event_id, event.position, body)
    )
    if body.cost_formula == "specific":
        for entry in body.assets:
            state.lots.setdefault(entry.asset, {})


KINDS = (
    Kind(
        name="accounting_policy.adopted.v1",
        form=AccountingPolicyAdopted,
        nature=Nature.CHARTER,
        laws=_laws,
        evolve=_evolve,
    ),
)
