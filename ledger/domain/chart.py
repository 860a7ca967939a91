"""The chart of accounts: number, name, side, and what each account is in every framework.

One closed chart for every fund; sub-accounts by asset or currency are a line's own dimension, never
a number. `key` groups accounts as auditors compare them (docs/spec/accounting-cases.md).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ledger.kernel.fixed import fixed


class Side(StrEnum):
    """The side on which an account usually stands."""

    DEBIT = "debit"
    CREDIT = "credit"


class Section(StrEnum):
    """Where an account stands in the statements."""

    ASSETS = "assets"
    LIABILITIES = "liabilities"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    OCI = "oci"
    MEMO = "memo"


class Category(StrEnum):
    """IFRS 18 category of income and expenses (.47); `RETURN` depends on the main business.

    `RETURN` is investing, or operating for an entity whose main business activity is investing in
    assets (.49 to .58).
    """

    NONE = ""
    OPERATING = "operating"
    INVESTING = "investing"
    FINANCING = "financing"
    RETURN = "return"


@fixed
class ChartAccount:
    """One account of the chart."""

    number: str
    name: str
    section: Section
    side: Side
    key: str
    """The account's key in accounting cases; several accounts may share one."""
    category: Category = Category.NONE
    concept: str = ""
    """XBRL concept: `ifrs-full:` of the IFRS Accounting Taxonomy, `scf:` our own."""
    us_gaap: str = ""
    """The line under US GAAP."""
    ipsas: str = ""
    """The line under IPSAS."""
    of: str = ""
    """What its sub-accounts are: `asset`, `currency`, or nothing."""
    by_hand: bool = True
    """Whether `entry.posted` may use it; what is derived from events alone may not be posted to."""


def _assets(number: str, name: str, key: str, concept: str, **more: object) -> ChartAccount:
    fields = {"of": "", "us_gaap": name, "ipsas": name, "side": Side.DEBIT, **more}
    return ChartAccount(number, name, Section.ASSETS, key=key, concept=concept, **fields)  # type: ignore[arg-type] # its fields


def _claims(number: str, name: str, key: str, concept: str, **more: object) -> ChartAccount:
    fields = {"us_gaap": name, "ipsas": name, "section": Section.LIABILITIES, **more}
    return ChartAccount(number, name, side=Side.CREDIT, key=key, concept=concept, **fields)  # type: ignore[arg-type] # as above


def _result(  # noqa: PLR0913 - a row of the chart
    number: str, name: str, key: str, category: Category, concept: str, *, gain: bool, of: str = ""
) -> ChartAccount:
    section, side = (Section.INCOME, Side.CREDIT) if gain else (Section.EXPENSE, Side.DEBIT)
    return ChartAccount(number, name, section, side, key, category, concept, name, name, of)


_IFRS, _OWN = "ifrs-full:", "scf:"
_INTANGIBLE = _IFRS + "IntangibleAssetsOtherThanGoodwill"
_O, _R, _F = Category.OPERATING, Category.RETURN, Category.FINANCING

_ROWS: Final = (
    _assets("1000", "Cash", "cash", _IFRS + "CashAndCashEquivalents", of="currency"),
    _assets("1030", "Restricted cash", "restricted_cash",
            _IFRS + "RestrictedCashAndCashEquivalents", of="currency"),
    _assets("1100", "Digital assets, revaluation model", "digital_assets",
            _INTANGIBLE + "CarryingAmountOfRevaluedAssets", of="asset",
            us_gaap="not available"),
    _assets("1105", "Crypto assets at fair value", "digital_assets",
            _OWN + "CryptoAssetsAtFairValue", of="asset",
            us_gaap="Crypto assets at fair value (ASC 350-60)"),
    _assets("1110", "Digital assets, cost model, cost", "digital_assets", _INTANGIBLE, of="asset",
            us_gaap="Digital assets, cost"),
    _assets("1119", "Digital assets, accumulated impairment", "digital_assets", _INTANGIBLE,
            side=Side.CREDIT, of="asset"),
    _assets("1120", "Digital assets, inventory at cost or net realisable value", "digital_assets",
            _IFRS + "Inventories", of="asset"),
    _assets("1130", "Digital assets, inventory at fair value less costs to sell",
            "digital_assets", _IFRS + "InventoriesAtFairValueLessCostsToSell", of="asset"),
    _assets("1140", "Stablecoins at amortised cost", "financial_assets",
            _IFRS + "FinancialAssetsAtAmortisedCost", of="asset"),
    _assets("1149", "Loss allowance", "loss_allowance",
            _IFRS + "AllowanceAccountForCreditLossesOfFinancialAssets", side=Side.CREDIT,
            of="asset"),
    _assets("1150", "Financial assets at fair value through profit or loss", "financial_assets",
            _IFRS + "FinancialAssetsAtFairValueThroughProfitOrLoss", of="asset"),
    _assets("1160", "Claims on custodians, lent coins", "receivables",
            _IFRS + "TradeAndOtherReceivables"),
    _assets("1200", "Unsettled disposals receivable", "receivables",
            _IFRS + "TradeAndOtherReceivables"),
    _assets("1210", "Prepayments", "prepayments", _IFRS + "Prepayments", of="asset"),
    _assets("1290", "Clearing", "clearing", _OWN + "Clearing"),
    _claims("2000", "Unsettled acquisitions payable", "payables",
            _IFRS + "TradeAndOtherPayables"),
    _claims("2010", "Fees and other payables", "payables", _IFRS + "TradeAndOtherPayables"),
    _claims("2100", "Deferred income, government grants", "deferred_income",
            _IFRS + "GovernmentGrants"),
    _claims("3000", "Capital contributed by the State", "contributed_capital",
            _OWN + "StateContributedCapital", section=Section.EQUITY,
            ipsas="Contributed capital (net assets)"),
    _claims("3100", "Revaluation surplus", "revaluation_surplus",
            _IFRS + "RevaluationSurplus", section=Section.EQUITY, of="asset",
            ipsas="Revaluation surplus (net assets)"),
    _claims("3110", "Revaluation surplus, realised and not transferred", "revaluation_surplus",
            _IFRS + "RevaluationSurplus", section=Section.EQUITY, of="asset"),
    _claims("3200", "Translation reserve", "translation_reserve",
            _IFRS + "ReserveOfExchangeDifferencesOnTranslation", section=Section.EQUITY),
    _claims("3300", "Retained earnings", "retained_earnings", _IFRS + "RetainedEarnings",
            section=Section.EQUITY, ipsas="Accumulated surpluses or deficits"),
    _claims("3310", "Distributions to the State", "distributions",
            _IFRS + "IncreaseDecreaseThroughOtherDistributionsToOwners", section=Section.EQUITY),
    _result("4000", "Gain on disposal of digital assets", "pl_disposal", _R,
            _IFRS + "GainsLossesOnDisposalsOfOtherNoncurrentAssets", gain=True, of="asset"),
    _result("4010", "Revaluation increase in profit or loss", "pl_revaluation", _R,
            _OWN + "DigitalAssetsRevaluationGainsLossesInProfitOrLoss", gain=True, of="asset"),
    _result("4020", "Fair value gain", "pl_fair_value", _R,
            _OWN + "DigitalAssetInventoryFairValueGainsLosses", gain=True, of="asset"),
    _result("4030", "Reversal of impairment", "pl_impairment", _R,
            _IFRS + "ReversalOfImpairmentLoss", gain=True, of="asset"),
    _result("4040", "Staking rewards", "income_rewards", _R,
            _OWN + "StakingRewardIncome", gain=True, of="asset"),
    _result("4050", "Mining and validation income", "income_rewards", _O,
            _OWN + "MiningIncome", gain=True, of="asset"),
    _result("4060", "Airdrops and forks", "income_airdrops", _R,
            _OWN + "AirdropIncome", gain=True, of="asset"),
    _result("4070", "Exchange gain", "pl_fx", _R, _IFRS + "ForeignExchangeGain", gain=True),
    _result("4080", "Interest", "income_interest", _R,
            _IFRS + "InterestRevenueCalculatedUsingEffectiveInterestMethod", gain=True),
    _result("4090", "Grants, forfeitures and other income", "income_other", _O,
            _IFRS + "OtherIncome", gain=True),
    _result("5000", "Loss on disposal of digital assets", "pl_disposal", _R,
            _IFRS + "GainsLossesOnDisposalsOfOtherNoncurrentAssets", gain=False, of="asset"),
    _result("5010", "Revaluation decrease in profit or loss", "pl_revaluation", _R,
            _OWN + "DigitalAssetsRevaluationGainsLossesInProfitOrLoss", gain=False, of="asset"),
    _result("5020", "Fair value loss", "pl_fair_value", _R,
            _OWN + "DigitalAssetInventoryFairValueGainsLosses", gain=False, of="asset"),
    _result("5030", "Impairment loss", "pl_impairment", _R,
            _IFRS + "ImpairmentLoss", gain=False, of="asset"),
    _result("5040", "Network and exchange fees", "expense_fees", _O,
            _IFRS + "FeeAndCommissionExpense", gain=False),
    _result("5045", "Costs of trades, expensed", "expense_fees", _R,
            _IFRS + "FeeAndCommissionExpense", gain=False),
    _result("5050", "Custody and management fees", "expense_custody", _O,
            _IFRS + "FeeAndCommissionExpense", gain=False),
    _result("5060", "Administration", "expense_administration", _O,
            _IFRS + "AdministrativeExpense", gain=False),
    _result("5070", "Exchange loss", "pl_fx", _R, _IFRS + "ForeignExchangeLoss", gain=False),
    _result("5080", "Expected credit loss", "pl_credit_loss", _R,
            _IFRS + "ImpairmentLossImpairmentGainAndReversalOfImpairmentLoss"
            "DeterminedInAccordanceWithIFRS9", gain=False, of="asset"),
    _result("5090", "Interest expense", "expense_interest", _F, _IFRS + "FinanceCosts",
            gain=False),
    ChartAccount("6000", "Revaluation of digital assets", Section.OCI, Side.CREDIT,
            "oci_revaluation",
            concept=_IFRS + "OtherComprehensiveIncomeNetOfTaxGainsLossesOnRevaluation",
            us_gaap="not available", ipsas="Revaluation surplus (net assets), directly",
            of="asset"),
    ChartAccount("6100", "Translation to the presentation currency", Section.OCI, Side.CREDIT,
            "oci_translation",
            concept=_IFRS + "GainsLossesOnExchangeDifferencesOnTranslationNetOfTax",
            us_gaap="Translation adjustment", ipsas="Translation reserve, directly"),
    ChartAccount("9000", "Carrying amount under the cost model", Section.MEMO, Side.DEBIT,
            "shadow_cost", concept=_INTANGIBLE + "CarryingAmountAtCostOfRevaluedAssets",
            of="asset", by_hand=False),
    ChartAccount("9010", "Cost of what is held", Section.MEMO, Side.DEBIT, "cost_basis",
            of="asset", by_hand=False),
    ChartAccount("9020", "Net proceeds of what left", Section.MEMO, Side.DEBIT, "net_proceeds",
            of="asset", by_hand=False),
    ChartAccount("9021", "Realised gains against cost", Section.MEMO, Side.CREDIT,
            "realised_gains", of="asset", by_hand=False),
    ChartAccount("9022", "Realised losses against cost", Section.MEMO, Side.DEBIT,
            "realised_losses", of="asset", by_hand=False),
    ChartAccount("9100", "Units by encumbrance", Section.MEMO, Side.DEBIT, "encumbered_units",
            concept=_IFRS + "IntangibleAssetsPledgedAsSecurityForLiabilities", of="asset",
            by_hand=False),
    ChartAccount("9200", "Units held for others or seized and not final", Section.MEMO, Side.DEBIT,
            "units_of_others", of="asset", by_hand=False),
    ChartAccount("9300", "Units held", Section.MEMO, Side.DEBIT, "units", of="asset",
            by_hand=False),
)  # fmt: skip

CHART: Final[dict[str, ChartAccount]] = {account.number: account for account in _ROWS}
"""Every account by its number, in order."""

DIGITAL_ASSETS: Final = frozenset({"1100", "1105", "1110", "1119", "1120", "1130"})
"""Accounts that together carry digital assets (`digital_assets` of accounting cases)."""
CARRYING: Final = DIGITAL_ASSETS | {"1140", "1150", "1210"}
"""Accounts whose balance per asset is the sum of the carrying amounts of its lots."""
RESULT: Final = frozenset(
    account.number for account in _ROWS if account.section in (Section.INCOME, Section.EXPENSE)
)
"""Accounts of profit or loss."""
SURPLUS: Final = frozenset({"3100", "3110"})
