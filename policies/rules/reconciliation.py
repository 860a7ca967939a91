"""`reconciliation`: the ledger against what others state; any difference in units is flagged.

Compared as of the same day. The tolerance is zero unless the book says otherwise. How often it must
be done is an obligation; where no frequency is published, its age is only shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ledger.domain.outcome import FLAG, Finding
from ledger.kernel.amounts import render_amount
from ledger.kernel.form import Code
from policies.rule import Rule, RuleParams, RuleType

if TYPE_CHECKING:
    from ledger.domain.policy import Known


class Params(RuleParams):
    """What is compared, and how often."""

    item: Code | None = None
    frequency_days: Annotated[int, Field(ge=1, le=3_660)] | None = None
    within_days: Annotated[int, Field(ge=1, le=3_660)] | None = None


def watch(rule: Rule, known: Known, _day: str) -> tuple[Finding, ...]:
    """Every stated balance that differs from the holdings of its day, and every open break."""
    found = []
    for one in known.breaks():
        asset = known.asset(one.asset)
        scale = asset.scale if asset is not None else 0
        said = f"{render_amount(one.units, scale)} {one.asset} on {one.account} on {one.as_of}"
        at = (f"position {one.position}",)
        found.append(Finding(rule.form.id, FLAG, "no difference", said, rule.form.citation, at))
    return tuple(found)


TYPE = RuleType("reconciliation", Params, watch=watch)
