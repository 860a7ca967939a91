"""`cap_pct`: a share of a base that may be invested, at purchase.

Compared without division: held plus new against share times base, in exact fractions. Where the
text does not say whether what is held counts at cost or at market value, the purchase must be
within the share on both. A base component that was never observed, or too long ago, is missing.
A share that is exceeded by prices alone is a flag of the day, never a denial; the next purchase is
denied.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ledger.domain.outcome import FLAG, Finding
from ledger.kernel.form import Code, CurrencyCode, Many, NotNegativeAmount
from ledger.kernel.instants import days_between
from ledger.kernel.money import minor_unit_digits
from policies.rule import Headroom, Rule, RuleParams, RuleType, Verdict
from policies.rules.cap_absolute import counted_of
from policies.rules.valuation import decimal_text, market_value

if TYPE_CHECKING:
    from ledger.domain.policy import Action, Known

Share = Annotated[str, Field(pattern=r"^(?:0|1|0\.[0-9]{0,17}[1-9])$")]
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"


class Params(RuleParams):
    """At most `pct` of the base; without `pct`, only that every component of the base is known."""

    pct: Share | None = None
    comparison: Literal["<=", "<"] = "<="
    numerator_basis: Literal["cost", "market_value"] | None = None
    """How what is held counts; None: the text does not say, so on either basis."""
    base_funds: Annotated[Many[Code], Field(max_length=16)] = ()
    """Subjects of the observation `base`, whose sum is the base."""
    base_amount: NotNegativeAmount | None = None
    """A base that the text fixes."""
    base_unit: CurrencyCode
    max_age_days: Annotated[int, Field(ge=0, le=3_660)] = 366
    """An older observation of the base counts as missing."""

    @model_validator(mode="after")
    def _has_a_base(self) -> Params:
        if not self.base_funds and self.base_amount is None:
            raise ValueError("a share needs a base: base_funds or base_amount")
        return self


def judge(rule: Rule, action: Action, known: Known) -> Verdict:
    """Deny what goes beyond the share, or cannot be measured."""
    params: Params = rule.params
    base = _base(params, known, action.value_date)
    if isinstance(base, str):
        return rule.unknown(base)
    total, inputs = base
    if params.pct is None:
        return rule.kept(*inputs)
    new = action.consideration
    if new is None or new.currency != params.base_unit:
        return rule.unknown(f"amount in {params.base_unit}")
    limit = Fraction(params.pct) * total
    one = 10 ** minor_unit_digits(params.base_unit)
    flow = ("purchase_cost", params.base_unit)
    own = new.minor_units - counted_of(action, flow, new.minor_units, (FIRST_DAY, LAST_DAY))
    for basis in _bases(params):
        held = _held(basis, params.base_unit, known, action.value_date)
        if held is None:
            return rule.unknown(f"{basis} of what is held")
        after = held + Fraction(own, one)
        if not _within(params, after, limit):
            wanted = f"{params.pct} of {decimal_text(total)} {params.base_unit} at {basis}"
            return rule.broken(wanted, f"{decimal_text(after)} {params.base_unit}", *inputs)
    return rule.kept(*inputs)


def _bases(params: Params) -> tuple[str, ...]:
    return (params.numerator_basis,) if params.numerator_basis else ("cost", "market_value")


def _within(params: Params, amount: Fraction, limit: Fraction) -> bool:
    return amount < limit if params.comparison == "<" else amount <= limit


def _base(params: Params, known: Known, day: str) -> tuple[Fraction, tuple[str, ...]] | str:
    """The base and what it rests on, or what is missing."""
    total, inputs = Fraction(params.base_amount or 0), []
    for fund in params.base_funds:
        seen = known.observed("base", fund, day)
        if seen is None or seen.unit != params.base_unit:
            return f"base {fund} in {params.base_unit}"
        if days_between(seen.day, day) > params.max_age_days:
            return f"base {fund} of the last {params.max_age_days} days"
        total += seen.value
        inputs.append(f"base {fund} of {seen.day} (position {seen.position})")
    return total, tuple(inputs)


def _held(basis: str, currency: str, known: Known, day: str) -> Fraction | None:
    """What is held and what open proposals ask for.

    At cost (all that was ever paid: sales free nothing) or at market value, where what is asked for
    counts with what it may cost.
    """
    if basis == "market_value":
        value = market_value(known, currency, day)
        return None if value is None else value + _asked(currency, known)
    paid = sum(
        known.flow(measure, currency, FIRST_DAY, LAST_DAY)
        for measure in ("purchase_cost", "carried_cost")
    )
    return Fraction(paid, 10 ** minor_unit_digits(currency))


def _asked(currency: str, known: Known) -> Fraction:
    """What open proposals may still cost."""
    asked = known.asked("purchase_cost", currency, FIRST_DAY, LAST_DAY)
    return Fraction(asked, 10 ** minor_unit_digits(currency))


def watch(rule: Rule, known: Known, day: str) -> tuple[Finding, ...]:
    """That prices alone carried what is held beyond the share."""
    return tuple(
        Finding(
            rule.form.id,
            FLAG,
            f"{rule.params.pct} of the base: {entry.limit} {entry.unit}",
            f"{entry.used} {entry.unit} at {entry.measure}",
            rule.form.citation,
        )
        for entry in measure(rule, known, day)
        if entry.limit is not None
        and entry.used is not None
        and not _within(rule.params, Fraction(entry.used), Fraction(entry.limit))
    )


def measure(rule: Rule, known: Known, day: str) -> tuple[Headroom, ...]:
    """The share used, on every basis that counts."""
    params: Params = rule.params
    if params.pct is None:
        return ()
    base = _base(params, known, day)
    limit = None if isinstance(base, str) else Fraction(params.pct) * base[0]
    note = base if isinstance(base, str) else "; ".join(base[1])
    asked = _asked(params.base_unit, known)
    return tuple(_used(rule, basis, known, day, (limit, asked, note)) for basis in _bases(params))


def _used(
    rule: Rule, basis: str, known: Known, day: str, of: tuple[Fraction | None, Fraction, str]
) -> Headroom:
    """The share used on one basis."""
    limit, asked, note = of
    unit = rule.params.base_unit
    held = _held(basis, unit, known, day)
    used = None if held is None else held - asked
    left = None if limit is None or used is None else limit - used - asked
    amounts = (limit, used, None if used is None else asked, left)
    texts = tuple(None if value is None else decimal_text(value) for value in amounts)
    return Headroom(rule.form.id, basis, unit, texts, rule.form.citation, note)


TYPE = RuleType("cap_pct", Params, judge, watch=watch, measure=measure)
