"""What a later accounting policy changes, and whether its treatment under IAS 8 covers that.

A change that is not covered is no error of a label: it would reach into days that were measured
otherwise, without the restatement that IAS 8 asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.domain.body import Body
from ledger.domain.laws import deny

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.domain.accounting_policies import AccountingPolicyAdopted, AssetPolicy
    from ledger.domain.outcome import Finding

RETROSPECTIVE: Final = "change_of_policy"
"""The change that is applied as if the new policy had always been (IAS 8.19, .22)."""

_NOT_COMPARED: Final = frozenset({*Body.model_fields, "effective_from", "change", "memo", "assets"})
_MARKET: Final = frozenset({"asset.active_market_evidence", "asset.active_market_review"})
_ADDED: Final = frozenset({"added", "asset.memo"})
_REVALUED: Final = _ADDED | _MARKET | {"asset.active_market", "cost to revaluation"}
_COVERED: Final[dict[str, frozenset[str]]] = {
    "addition": _ADDED,
    "change_of_estimate": _ADDED | _MARKET
    | {"disposal_cost_rate", "fair_value", "fx_source", "asset.credit_loss_rate"},
    "revaluation_adopted": _REVALUED,
    "reclassification": _REVALUED
    | {"removed", "asset.classification", "asset.measurement_model", "asset.class_id",
       "asset.redemption", "asset.credit_loss_rate", "asset.bpm7_class"},
}  # fmt: skip
"""What each treatment may change; a change of policy may change anything."""


def laws_of_change(
    before: Sequence[AccountingPolicyAdopted], body: AccountingPolicyAdopted, shut_until: str
) -> Iterator[Finding]:
    """That a later policy says how its change is treated, and changes no more than that."""
    if not before or body.change in (None, "initial"):
        if before or body.change not in (None, "initial"):
            expected = "how IAS 8 treats the change" if before else "initial"
            yield deny("policy_change_unexplained", expected, str(body.change))
        return
    if body.change == RETROSPECTIVE:
        return
    changed = set[str]().union(*(_changed(one, body) for one in before))
    beyond = sorted(changed - _COVERED[str(body.change)])
    if beyond:
        yield deny("policy_change_mismatch", RETROSPECTIVE, f"{body.change}: {', '.join(beyond)}")
    if body.effective_from <= shut_until:
        yield deny(
            "policy_change_needs_restatement",
            f"after {shut_until}, or {RETROSPECTIVE}",
            body.effective_from,
        )


def _changed(before: AccountingPolicyAdopted, after: AccountingPolicyAdopted) -> set[str]:
    """The names of what differs between two policies."""
    found = {
        name
        for name in {*type(after).model_fields} - _NOT_COMPARED
        if getattr(before, name) != getattr(after, name)
    }
    for entry in after.assets:
        earlier = before.asset(entry.asset)
        found |= _changed_of(earlier, entry) if earlier else {"added"}
    if {one.asset for one in before.assets} - {one.asset for one in after.assets}:
        found.add("removed")
    return found


def _changed_of(before: AssetPolicy, after: AssetPolicy) -> set[str]:
    found = {
        f"asset.{name}"
        for name in type(after).model_fields
        if getattr(before, name) != getattr(after, name)
    }
    if (before.measurement_model, after.measurement_model) == ("cost", "revaluation"):
        found = found - {"asset.measurement_model"} | {"cost to revaluation"}
    return found
