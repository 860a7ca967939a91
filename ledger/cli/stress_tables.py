"""A stress test as people read it: a section for each risk, with what it rests on below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.cli import output
from policies.stress.figure import UNKNOWN, Input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DIGITS = 4


def say_stress(value: dict[str, Any]) -> None:
    """The whole test, of the object that machines get."""
    output.say(
        f"{value['fund']}  stress on {value['on']}  values in {value['currency']}  "
        f"known at position {value['position']}"
    )
    _say_shocks(value["shocks"], value["currency"])
    _say_liquidity(value["liquidity"], value["parameters"], value["currency"])
    _say_failures(value["custodians"])
    _say_pegs(value["pegs"])
    _say_withdrawal(value["withdrawal"])


def _say_shocks(shocks: Sequence[dict[str, Any]], currency: str) -> None:
    _heading("1. price shocks: every price alike")
    rows = []
    for shock in shocks:
        for one in shock["assets"]:
            amounts = [_figure(one[name]) for name in ("units", "price", "before", "after")]
            rows.append([_signed(shock["shock"]), one["asset"], *amounts])
        whole = _figure(shock["total"])
        if whole == UNKNOWN:
            whole += f", at least {_figure(shock['at_least'])}"
        rows.append([_signed(shock["shock"]), "in all", "", "", "", whole])
    columns = ("shock %", "asset", "units", "price", f"{currency} before", f"{currency} after")
    output.table(columns, rows, right=(columns[0], *columns[2:]))
    _say_limits(shocks)
    _say_rests([shock["assets"] for shock in shocks])


def _say_limits(shocks: Sequence[dict[str, Any]]) -> None:
    columns = ("rule", "measure", "unit", "limit", "used", "reserved", "left", "passed")
    rows = [
        [
            _signed(shock["shock"]),
            *(output.grouped(one[c]) if _is_amount(one[c]) else one[c] for c in columns),
        ]
        for shock in shocks
        for one in shock["limits"]
    ]
    output.say()
    if not rows:
        output.say("the mandate names no limit: that is unknown, not unlimited")
        return
    output.table(("shock %", *columns), rows, right=("shock %", *columns[3:7]))


def _say_liquidity(
    lines: Sequence[dict[str, Any]], parameters: dict[str, Any], currency: str
) -> None:
    _heading("2. liquidity, and the effect of the fund's own demand")
    output.say(
        f"  at most {parameters['participation']} of a day's volume; {parameters['impact_model']}, "
        f"coefficient {parameters['impact_coefficient']}"
    )
    for source in parameters["impact_sources"]:
        output.say(f"  {source}")
    columns = ("asset", "units", "days to sell", "impact %", f"cost {currency}", "note")
    rows = [
        [
            one["asset"],
            _figure(one["units"]),
            _figure(one["days"]),
            _percent(one["impact"]),
            _figure(one["cost"]),
            one["note"],
        ]
        for one in lines
    ]
    output.table(columns, rows, right=columns[1:-1])
    _say_demand(lines)
    _say_rests(lines)


def _say_demand(lines: Sequence[dict[str, Any]]) -> None:
    columns = ("asset", "buying % of a day's volume", "units", "impact %")
    rows = [
        [
            line["asset"],
            _percent({"value": one["share_of_volume"]}),
            _figure(one["units"]),
            _percent(one["impact"]),
        ]
        for line in lines
        for one in line["demand"]
    ]
    output.say()
    output.table(columns, rows, right=columns[1:])


def _say_failures(failures: Sequence[dict[str, Any]]) -> None:
    _heading("3. a custodian fails: access is lost, whose the units are is a question of law")
    columns = ("custodian", "owner", "accounts", "units", "lost", "share %", "remains")
    rows = [
        [
            one["custodian"],
            one["owner_class"],
            ", ".join(one["accounts"]),
            ", ".join(f"{_figure(part['units'])} {part['asset']}" for part in one["assets"]),
            _figure(one["lost"]),
            _percent(one["share"]),
            _figure(one["remains"]),
        ]
        for one in failures
    ]
    output.table(columns, rows, right=columns[4:])
    _say_rests(failures)


def _say_pegs(pegs: Sequence[dict[str, Any]]) -> None:
    _heading("4. a peg is lost: claims and tokenised deposits at a share of their last price")
    if not pegs:
        output.say("  the fund holds nothing of the kind")
        return
    columns = ("assets", "level", "before", "after", "loss", "share %", "remains")
    amounts = ("before", "after", "loss")
    rows = [
        [
            ", ".join(one["assets"]),
            one["level"],
            *(_figure(one[name]) for name in amounts),
            _percent(one["share"]),
            _figure(one["remains"]),
        ]
        for one in pegs
    ]
    output.table(columns, rows, right=columns[1:])
    _say_rests(pegs)


def _say_withdrawal(value: dict[str, Any]) -> None:
    _heading("5. the mandate is withdrawn: what may leave under the rules of today, and in order")
    charter = value["charter"]
    output.say(
        f"  {value['mandate']} ({', '.join(value['books'])}) binds until another is adopted or it "
        f"is suspended, by {charter['quorum']} of {' or '.join(charter['offices'])}; "
        f"another takes effect after {charter['notice_days']} days"
    )
    for one in value["ahead"]:
        output.say(f"  {one['mandate']} is adopted and takes effect on {one['effective_from']}")
    if value["suspended"]:
        output.say("  it is suspended: nothing may be proposed")
    for number, one in enumerate(value["holdings"], 1):
        gone = [f"{_figure(part['units'])} {part['why']}" for part in one["not_available"]]
        there = f"not available: {', '.join(gone)}" if gone else "all available"
        output.say(
            f"  {number}) {_figure(one['units'])} {one['asset']} on {one['account']} "
            f"({one['owner_class']}), {there}; days to sell: {_figure(one['days'])}"
        )
        for way in one["ways"]:
            _say_way(way)
    _say_rests(value["holdings"])


def _say_way(way: dict[str, Any]) -> None:
    name = way["way"].replace("_", " ")
    output.say(f"   {name:<16} {way['verdict']:<14} {_whose(way)}".rstrip())
    for finding in way["denied"]:
        why = "; ".join(f"{n} {finding[n]}" for n in ("expected", "found") if finding.get(n))
        output.say(f"   {'':<16} {finding['rule']:<14} {why}  [{finding.get('citation', '')}]")
    for one in way["otherwise"]:
        said = f"for the {one['ground']} {one['word']}, with a document: {one['verdict']}"
        output.say(f"   {'':<16} {said}  {_whose(one)}".rstrip())


def _whose(answer: dict[str, Any]) -> str:
    """Who may propose, and whose approval is asked, with those who could give it."""
    authors = " or ".join(answer["proposed_by"])
    said = [f"by {authors} to {answer['to']}"] if authors else []
    for one in answer["asked"]:
        offices = _offices(one)
        able = ", ".join(one["officers"]) or "nobody in office"
        said.append(f"{one['needed']} of {offices} ({able}; {one['rule']})")
    return "; ".join(said)


def _offices(asked: dict[str, Any]) -> str:
    each = " and ".join(asked["each_of"])
    return each or " or ".join(asked["offices"]) or "any office"


def _heading(text: str) -> None:
    output.say()
    output.say(text)


def _say_rests(value: object) -> None:
    """What a section rests on and what is missing, each once."""
    for line in dict.fromkeys(_rests(value)):
        output.say(f"  {line}")


def _rests(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        inputs, missing = value.get("inputs", ()), value.get("missing", ())
        recorded = [Input(**{"subject": "", **one}) for one in inputs if "position" in one]
        yield from (f"rests on  {one.text}" for one in recorded)
        yield from (f"missing   {one}" for one in missing)
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _rests(inner)


def _is_amount(text: str) -> bool:
    return text.lstrip("-")[:1].isdigit()


def _figure(figure: dict[str, Any]) -> str:
    text: str = figure["value"]
    return text if text == UNKNOWN else output.grouped(text)


def _percent(figure: dict[str, Any]) -> str:
    """A share in per cent, cut after four digits."""
    text: str = figure["value"]
    if text == UNKNOWN:
        return text
    whole, _, digits = text.partition(".")
    shifted = digits.ljust(2, "0")
    kept = shifted[2 : 2 + _DIGITS].rstrip("0")
    return output.grouped(whole + shifted[:2]) + (f".{kept}" if kept else "")


def _signed(shock: str) -> str:
    return shock if shock.startswith("-") else f"+{shock}"
