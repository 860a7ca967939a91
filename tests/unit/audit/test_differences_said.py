"""What is said of a record that is not as it must be: which member, what it says, what follows."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from ledger.audit.differences import difference, newer_than_this
from ledger.domain.outcome import Effect, Finding, Outcome
from ledger.domain.record import parse_record
from ledger.domain.verified import VerifiedEvent, read_event
from ledger.signing.dsse import render_envelope
from tests.support.bundle_writer import canonical, lived_fund

FIRST, SECOND = "a" * 64, "b" * 64
RECORDED = Outcome(
    verdict="pending",
    findings=(Finding("REF.APPR.1", "needs_approval"), Finding("T.WATCH", "flag")),
    effects=(
        Effect(FIRST, "refused", (Finding("withdrawn", "deny"), Finding("lapsed", "flag"))),
        Effect(SECOND, "effective", ()),
    ),
    mandate="1" * 64,
    state_digest="2" * 64,
)


@cache
def read(position: int) -> tuple[bytes, VerifiedEvent]:
    """A record of the honest log with the outcome above, and its event."""
    record = parse_record(lived_fund().records[position - 1])
    event = read_event(record.envelope, render_envelope(record.envelope), record.body)
    value = json.loads(record.raw) | {"outcome": json.loads(RECORDED.render())}
    return canonical(value), event


def said(**decided: Any) -> str:
    raw, event = read(20)
    code, text = difference(raw, 20, event, replace(RECORDED, **decided))
    assert code == "outcome_differs"
    return text


@pytest.mark.parametrize(
    ("member", "value", "text"),
    [
        ("verdict", "effective", "recorded pending, follows effective"),
        ("findings", (), "recorded REF.APPR.1 needs_approval, T.WATCH flag, follows none"),
        (
            "effects",
            (Effect(SECOND, "effective", ()),),
            (
                f"recorded {FIRST} refused (withdrawn deny, lapsed flag), {SECOND} effective"
                f" (no findings), follows {SECOND} effective (no findings)"
            ),
        ),
        ("mandate", "3" * 64, f"recorded {'1' * 64}, follows {'3' * 64}"),
        ("mandate", "", f"recorded {'1' * 64}, follows none"),
        ("state_digest", "4" * 64, f"recorded {'2' * 64}, follows {'4' * 64}"),
    ],
)
def test_each_member_that_differs_is_said(member: str, value: Any, text: str) -> None:
    assert said(**{member: value}) == f"{member}: {text}"


def test_several_members_are_said_one_after_the_other() -> None:
    assert said(verdict="refused", mandate="") == (
        f"verdict: recorded pending, follows refused; mandate: recorded {'1' * 64}, follows none"
    )


def test_what_is_long_is_cut() -> None:
    many = tuple(Finding("T.ONE-OF-MANY", "deny") for _ in range(30))
    text = said(findings=many).partition("follows ")[2]
    assert text == ", ".join(["T.ONE-OF-MANY deny"] * 30)[:300]


def test_what_is_no_record_is_said_with_its_place() -> None:
    raw, event = read(20)
    code, text = difference(raw.replace(b'"pending"', b'"maybe"'), 20, event, RECORDED)
    assert (code, text) == ("record_malformed", "unknown verdict 'maybe' (at outcome.verdict)")


def test_another_position_is_said_before_the_outcome() -> None:
    raw, event = read(20)
    found = difference(raw, 21, event, replace(RECORDED, verdict="refused"))
    assert found == ("position_differs", "the record says 20")


def test_a_protocol_of_later_may_have_other_outcomes() -> None:
    raw, event = read(1)
    assert newer_than_this(event) is None
    later = replace(event, body=event.body.model_copy(update={"protocol": 7}))
    assert newer_than_this(later) == ("unknown_protocol", "protocol 7")
    assert difference(raw, 1, later, RECORDED) == ("unknown_protocol", "protocol 7")
