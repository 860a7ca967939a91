"""Trying accounting cases: play them, compare every figure, say every difference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ledger.kernel.errors import InputError, LedgerError
from ledger.kernel.form import read_form
from ledger.rehearsal.accounting_case import CaseAsset, CasePolicy
from ledger.rehearsal.accounting_fact import CaseEvent
from ledger.rehearsal.accounting_figures import figures, played
from ledger.rehearsal.accounting_notes import NOTES, REMARKS
from ledger.rehearsal.accounting_player import AccountingPlayer
from ledger.rehearsal.accounting_stage import Refused

if TYPE_CHECKING:
    from ledger.rehearsal.accounting_case import Case, CaseFile, Input, RejectionCase

DIFFERENCES_MAX = 64
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z", re.ASCII)
_KEYS = {
    "cash": "1000",
    "digital_assets": "1110",
    "contributed_capital": "3000",
    "revaluation_surplus": "3100",
    "retained_earnings": "3300",
    "pl_disposal": "4000",
    "pl_revaluation": "4010",
    "pl_impairment": "5030",
    "expense_fees": "5040",
}
"""Keys by which the lines of an entry in a rejection name accounts."""
_SOME_DAY = "2026-01-01"


@dataclass(frozen=True, slots=True)
class TriedCase:
    """One case or rejection, and how what came out differs from what was expected."""

    id: str
    kind: str
    title: str
    differences: tuple[str, ...]
    said: str = ""
    """What the ledger answered to an input that must be refused."""

    @property
    def passed(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def try_cases(file: CaseFile) -> list[TriedCase]:
    """Every case and every rejection of a file, each on a fund of its own."""
    return [*map(try_case, file.cases), *map(try_rejection, file.rejections)]


def try_case(case: Case) -> TriedCase:
    """Play a case and compare its figures."""
    try:
        differences = _differences(case)
    except Refused as refused:
        differences = [f"refused: {refused.said}"]
    except LedgerError as error:
        where = f" (at {error.where})" if error.where else ""
        differences = [f"cannot be played: {error.message}{where}"]
    return TriedCase(case.id, case.kind, case.title, tuple(differences[:DIFFERENCES_MAX]))


def figures_of(case: Case) -> dict[str, Any]:
    """Play a case; every figure that the format knows, and what the books lack."""
    player = AccountingPlayer(case.policy, case.assets, case.events[0].date)
    first = f"{case.events[0].date[:4]}-01-01"
    player.adopt(case.policy, min(first, player.fund.day))
    for lot in case.opening:
        player.take_on(lot)
    for fact in case.events:
        try:
            player.play(fact)
        except Refused as refused:
            raise Refused(refused.reasons, f"event {fact.seq}: {refused.said}") from None
    one = played(case, player)
    return {
        **figures(one),
        "gaps": [f"{gap.code} {gap.subject} on {gap.day} ({gap.paragraph})" for gap in one.gaps],
    }


def _differences(case: Case) -> list[str]:
    found = figures_of(case)
    differences = [f"the books lack: {gap}" for gap in found["gaps"]]
    expected = case.expected
    if expected.journal is not None:
        wanted = [entry.model_dump(exclude_none=True) for entry in expected.journal]
        differences += _journal_differences(wanted, found["journal"])
    for name in ("disposals", "periods", "closing"):
        if getattr(expected, name) is not None:
            differences += compare(getattr(expected, name), found[name], name)
    for note, value in (expected.notes or {}).items():
        if note in NOTES:
            differences += compare(value, found["notes"][note], f"notes.{note}")
        elif note not in REMARKS:
            differences.append(f"notes.{note}: no such note is known")
    return differences


def _journal_differences(wanted: list[Any], got: list[Any]) -> list[str]:
    """Entries by event and name, their lines added up and in no order."""
    left, right = _by_entry(wanted), _by_entry(got)
    found = []
    for key in sorted({*left, *right}, key=str):
        if left.get(key) != right.get(key):
            name = f" ({key[1]})" if key[1] else ""
            found.append(
                f"journal, event {key[0]}{name}: expected {_lines(left.get(key))}, "
                f"found {_lines(right.get(key))}"
            )
    return found


def _by_entry(entries: list[Any]) -> dict[tuple[int, str], dict[tuple[str, str], Fraction]]:
    found: dict[tuple[int, str], dict[tuple[str, str], Fraction]] = {}
    for entry in entries:
        sums = found.setdefault((entry["event"], entry.get("entry", "")), {})
        for line in entry["lines"]:
            key = (line["account"], line.get("asset") or line.get("currency") or "")
            amount = Fraction(line["debit"]) if "debit" in line else -Fraction(line["credit"])
            sums[key] = sums.get(key, Fraction()) + amount
    return {
        key: {line: amount for line, amount in sums.items() if amount}
        for key, sums in found.items()
        if any(sums.values())
    }


def _lines(sums: dict[tuple[str, str], Fraction] | None) -> str:
    if not sums:
        return "nothing"
    return ", ".join(
        f"{'Dr' if amount > 0 else 'Cr'} {key}{':' + by if by else ''} {_shown(abs(amount))}"
        for (key, by), amount in sorted(sums.items())
    )


def _shown(value: Fraction) -> str:
    whole, rest = divmod(value.numerator * 10**4, value.denominator)
    text = f"{whole // 10**4}.{whole % 10**4:04}".rstrip("0").rstrip(".")
    return text + ("…" if rest else "")


def compare(wanted: Any, got: Any, path: str) -> list[str]:  # noqa: ANN401 - figures of any shape
    """Every place where two figures differ: decimals by value, everything else as it is.

    What an expectation leaves out is not compared; a zero that is left out on one side is zero.
    """
    if isinstance(wanted, dict) and isinstance(got, dict):
        return _compare_members(wanted, got, path)
    if isinstance(wanted, list) and isinstance(got, list):
        return _compare_items(wanted, got, path)
    if got is None and _is_zero(wanted):
        return []
    if _is_decimal(wanted) and _is_decimal(got):
        return [] if Fraction(wanted) == Fraction(got) else [_differ(path, wanted, got)]
    return [] if wanted == got else [_differ(path, wanted, got)]


def _compare_members(wanted: dict[str, Any], got: dict[str, Any], path: str) -> list[str]:
    found = []
    for key, value in wanted.items():
        found += compare(value, got.get(key), f"{path}.{key}")
    for key in sorted(got.keys() - wanted.keys()):
        if _is_exhaustive(path) and not _is_zero(got[key]):
            found.append(f"{path}.{key}: expected nothing, found {got[key]}")
    return found


def _compare_items(wanted: list[Any], got: list[Any], path: str) -> list[str]:
    if len(wanted) != len(got):
        return [f"{path}: expected {len(wanted)}, found {len(got)}"]
    return [
        difference
        for index, (a, b) in enumerate(zip(wanted, got, strict=True))
        for difference in compare(a, b, f"{path}[{index}]")
    ]


_EXHAUSTIVE = re.compile(r"(profit_or_loss_lines|roll_forward\.[^.]+|cash_flows|ledger)\Z")


def _is_exhaustive(path: str) -> bool:
    """Whether what is not listed there is zero (see the format's `omitted`)."""
    return _EXHAUSTIVE.search(path) is not None


def _is_decimal(value: Any) -> bool:  # noqa: ANN401 - any figure
    return isinstance(value, str) and _DECIMAL.match(value) is not None


def _is_zero(value: Any) -> bool:  # noqa: ANN401 - any figure
    return _is_decimal(value) and Fraction(value) == 0


def _differ(path: str, wanted: Any, got: Any) -> str:  # noqa: ANN401 - any figure
    return f"{path}: expected {wanted}, found {got}"


# -- inputs that must be refused ----------------------------------------------------------------


def try_rejection(one: RejectionCase) -> TriedCase:
    """Offer an input; it must be refused, and for this reason."""
    try:
        _offer(one.input)
    except Refused as refused:
        if one.reason in refused.reasons:
            return TriedCase(one.id, "rejection", one.reason, (), refused.said)
        said = f"refused, but for {', '.join(refused.reasons)}: {refused.said}"
        return TriedCase(one.id, "rejection", one.reason, (said,))
    except LedgerError as error:
        return TriedCase(one.id, "rejection", one.reason, (f"cannot be offered: {error.message}",))
    return TriedCase(one.id, "rejection", one.reason, ("it was not refused",))


def _offer(given: Input) -> None:
    facts = [*given.events, *([given.event] if given.event else [])]
    day = str(next((fact["date"] for fact in facts if "date" in fact), given.measure or _SOME_DAY))
    policy = given.policy or CasePolicy()
    player = AccountingPlayer(policy, _assets(given, facts), day)
    player.adopt(policy, day)
    if given.closed_through is not None:
        player.close(given.closed_through)
    if given.policy_event is not None:
        changed = {**given.policy_event.model_dump(exclude_unset=True)}
        player.adopt(policy.model_copy(update={"change": "change_of_estimate", **changed}), day)
    if given.price is not None and given.measure is not None:
        player.observe_price(given.price, given.measure)
    if given.entry is not None:
        player.post(given.entry.lines, _KEYS)
    for number, fact in enumerate(facts, start=1):
        shown = {"seq": number, "date": max(day, player.fund.day), **fact}
        event = read_form(CaseEvent, shown)
        if event.date < player.fund.day:
            player.play_backdated(event)
        else:
            player.play(event)


def _assets(given: Input, facts: list[dict[str, Any]]) -> dict[str, Any]:
    named = [fact.get("asset") for fact in facts]
    named += [line.asset for line in given.entry.lines] if given.entry else []
    named += [given.price.asset] if given.price else []
    found = dict(given.assets)
    for code in (*named, *([] if found else ["BTC"])):
        if isinstance(code, str):
            found.setdefault(code, CaseAsset())
    if not found:
        raise InputError("no asset is named")
    return found
