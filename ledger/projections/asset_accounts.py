"""Which accounts carry an asset, by how its policy classifies and measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.projections.journal import Line

if TYPE_CHECKING:
    from ledger.domain.accounting_policies import AssetPolicy

GROSS, IMPAIRMENT = "1110", "1119"
"""Cost and accumulated impairment of intangibles at cost (IAS 38.118(c))."""
UNCLASSIFIED = "1290"
"""Where an asset stands that no policy classifies; no statement is given while one does."""
_BY_MODEL = {
    "revaluation": "1100",
    "fv_net_income": "1105",
    "lower_cost_nrv": "1120",
    "fvlcts_pl": "1130",
    "amortised_cost": "1140",
    "fvtpl": "1150",
}


def carrying_account(policy: AssetPolicy | None) -> str:
    """The account on which changes of the carrying amount are posted."""
    if policy is None:
        return UNCLASSIFIED
    if policy.classification == "cash":
        return "1000"
    if policy.classification == "prepayment":
        return "1210"
    return _BY_MODEL.get(policy.measurement_model, IMPAIRMENT)


def asset_lines(
    policy: AssetPolicy | None, asset: str, cost: int, carrying_amount: int, word: str
) -> list[Line]:
    """The lines of an asset that comes in with these amounts (or goes out, if negative)."""
    account = carrying_account(policy)
    if account != IMPAIRMENT:
        return [Line(account, asset, carrying_amount, word)]
    gross = max(cost, carrying_amount) if carrying_amount >= 0 else min(cost, carrying_amount)
    return [
        Line(GROSS, asset, gross, word),
        Line(IMPAIRMENT, asset, carrying_amount - gross, word),
    ]


def by_sign(gain: str, loss: str, dimension: str, credit: int, word: str) -> Line:
    """A line of profit or loss: on the account of gains if a credit, else on that of losses."""
    return Line(gain if credit >= 0 else loss, dimension, -credit, word)
