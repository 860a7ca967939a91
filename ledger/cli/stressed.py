"""A stress test as machines read it: every figure with its inputs, and with what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.rules.valuation import decimal_text

if TYPE_CHECKING:
    from policies.rule import Headroom
    from policies.stress.failure import Failure
    from policies.stress.liquidity import Demand, Liquidity
    from policies.stress.peg import LostPeg
    from policies.stress.shock import Shock, ShockedLimit
    from policies.stress.way import Answer, Asked, Way
    from policies.stress.withdrawal import Exit


def shock_value(one: Shock) -> dict[str, Any]:
    """A price shock, in per cent: by asset, in all, and limit by limit."""
    return {
        "shock": decimal_text(one.share * 100),
        "assets": [
            {
                "asset": line.asset.code,
                "units": line.units.explain(),
                "price": line.price.explain(),
                "before": line.value.explain(),
                "after": after.explain(),
            }
            for line, after in one.lines
        ],
        "total": one.total.explain(),
        "at_least": one.at_least.explain(),
        "limits": [_limit(limit) for limit in one.limits],
    }


def _limit(one: ShockedLimit) -> dict[str, Any]:
    limit = one.headroom
    return {
        "rule": limit.rule,
        "measure": limit.measure,
        "unit": limit.unit,
        **{name: _amount(limit, name) for name in ("limit", "used", "reserved", "left")},
        "passed": one.passed,
        "note": limit.note,
        "citation": limit.citation,
        "inputs": [entry.explain() for entry in one.inputs],
    }


def _amount(limit: Headroom, name: str) -> str:
    value: str | None = getattr(limit, name)
    return value or ("" if limit.note == "each transaction" else "unknown")


def liquidity_value(one: Liquidity) -> dict[str, Any]:
    """How fast an asset can be sold, and what selling and buying do to its price."""
    return {
        "asset": one.asset.code,
        "units": one.units.explain(),
        "days": one.days.explain(),
        "impact": one.impact.explain(),
        "cost": one.cost.explain(),
        "note": one.note,
        "demand": [_demand(demand) for demand in one.demand],
    }


def _demand(one: Demand) -> dict[str, Any]:
    return {
        "share_of_volume": decimal_text(one.share),
        "units": one.units.explain(),
        "impact": one.impact.explain(),
    }


def failure_value(one: Failure) -> dict[str, Any]:
    """What the failure of a custodian keeps from its owners, and what is left to them."""
    return {
        "custodian": one.custodian,
        "owner_class": one.owner_class,
        "accounts": list(one.accounts),
        "assets": [
            {
                "asset": line.asset.code,
                "units": line.units.explain(),
                "value": line.value.explain(),
            }
            for line in one.lines
        ],
        "lost": one.lost.explain(),
        "share": one.share.explain(),
        "remains": one.remains.explain(),
    }


def peg_value(one: LostPeg) -> dict[str, Any]:
    """What pegged assets are worth at a level of their last price."""
    return {
        "assets": list(one.assets),
        "level": decimal_text(one.level),
        "before": one.before.explain(),
        "after": one.after.explain(),
        "loss": one.loss.explain(),
        "share": one.share.explain(),
        "remains": one.remains.explain(),
    }


def exit_value(one: Exit) -> dict[str, Any]:
    """The ways out of a holding."""
    account = one.holding.account
    return {
        "asset": one.holding.asset.code,
        "account": account.account,
        "custodian": account.custodian,
        "owner_class": account.owner_class,
        "units": one.units.explain(),
        "not_available": [
            {"why": part.why, "units": part.units.explain()} for part in one.unavailable
        ],
        "available": one.available.explain(),
        "days": one.days.explain(),
        "value": one.value.explain(),
        "ways": [_way(way) for way in one.ways],
    }


def _way(one: Way) -> dict[str, Any]:
    return {
        "way": one.way,
        **_answer(one.plain),
        "otherwise": [
            {"ground": answer.ground.member, "word": answer.ground.word, **_answer(answer)}
            for answer in one.otherwise
        ],
    }


def _answer(one: Answer) -> dict[str, Any]:
    return {
        "verdict": one.verdict,
        "denied": [finding.explain() for finding in one.denied],
        "flagged": [finding.explain() for finding in one.flagged],
        "asked": [_asked(entry) for entry in one.asked],
        "kept": [finding.explain() for finding in one.kept],
        "proposed_by": list(one.authors),
        "to": one.other_end,
    }


def _asked(one: Asked) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "offices": list(one.offices),
        "each_of": list(one.each_of),
        "needed": one.count,
        "officers": list(one.officers),
    }
