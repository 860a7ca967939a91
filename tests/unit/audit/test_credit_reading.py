"""Reading on credit: for good records the same as the strict readers, for others no promise."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

from pydantic import Field

from ledger.audit.credit import UNKNOWN, maker_of, read_on_credit
from ledger.domain.acquisitions import AcquisitionSettled
from ledger.domain.kinds import KINDS
from ledger.domain.record import parse_record
from ledger.domain.state import State
from ledger.domain.verified import read_event
from ledger.kernel.form import Form, Many, read_form
from ledger.signing.dsse import render_envelope
from tests.support.bundle_writer import canonical, lived_fund, long_fund
from tests.support.fund_simulator import GROUNDS
from tests.support.thousand_events import thousand_events


def test_every_record_of_a_life_is_read_like_the_strict_readers_do() -> None:
    records = [*lived_fund().records, *long_fund().records[:40]]
    for raw in records:
        record = parse_record(raw)
        strict = read_event(record.envelope, render_envelope(record.envelope), record.body)
        event, recorded_at = read_on_credit(raw)
        assert event == strict
        assert event.body.__dict__ == strict.body.__dict__
        assert event.body.model_fields_set == strict.body.model_fields_set
        assert recorded_at == record.recorded_at


def made_anew_alike(records: list[bytes]) -> set[str]:
    """Every body beside the strict reader's, by makers that are made here; the kinds seen."""
    makers = {kind.name: maker_of(kind.form) for kind in KINDS.values()}
    seen = set()
    for raw in records:
        record = parse_record(raw)
        made = makers[record.kind](dict(record.body))
        strict = read_form(KINDS[record.kind].form, record.body)
        assert made == strict
        for name, value in strict.__dict__.items():
            assert type(made.__dict__[name]) is type(value), name
        assert made.model_fields_set == strict.model_fields_set
        assert made.model_extra is None
        seen.add(record.kind)
    return seen


def test_a_maker_made_anew_makes_the_bodies_of_a_life() -> None:
    """The makers in use are made when the room is imported."""
    assert len(made_anew_alike(lived_fund().records)) >= 15


def test_a_maker_made_anew_makes_every_body_of_every_kind() -> None:
    assert made_anew_alike(thousand_events().records) == set(KINDS)


def test_nested_forms_defaults_and_unions_are_made() -> None:
    members: dict[str, Any] = {
        "fund": "test/harbour",
        "kind": "acquisition.settled.v1",
        "author": "bolat",
        "cosigners": ["marat"],
        "reference": "r-1",
        "value_date": "2026-01-05",
        "valid_until": "2026-01-06T00:00:00.000000Z",
        "proposal": "ab" * 32,
        "units": "1",
        "consideration": {"currency": "USD", "amount": "1"},
        "fees": [
            {"leg": "cash", "currency": "USD", "amount": "1"},
            {"leg": "asset", "asset": "BTC", "units": "1", "account": "cold-1"},
        ],
        "trade_date": "2026-01-05",
        "final": True,
        **GROUNDS,
    }
    made = maker_of(AcquisitionSettled)(members)
    assert made == read_form(AcquisitionSettled, members)
    assert [type(fee).__name__ for fee in made.fees] == ["CashFee", "AssetFee"]
    assert made.purpose is None
    assert made.cosigners == ("marat",)


def test_forms_of_every_kind_have_a_maker() -> None:
    for kind in KINDS.values():
        made = maker_of(kind.form)({})
        assert type(made) is kind.form


class Left(Form):
    left: int


class Right(Form):
    right: int


class Odd(Form):
    """Shapes that no event has so far: pydantic itself makes them."""

    either: Left | Right
    by_name: dict[str, Left]
    some: Many[Annotated[Left, Field()]] = ()
    none: Left | None = None


def test_shapes_without_a_shortcut_are_left_to_pydantic() -> None:
    members: dict[str, Any] = {
        "either": {"right": 1},
        "by_name": {"a": {"left": 1}},
        "some": [{"left": 2}],
        "none": {"left": 3},
    }
    assert maker_of(Odd)(members) == read_form(Odd, members)
    fewer = {"either": {"left": 1}, "by_name": {}}
    assert maker_of(Odd)(fewer) == read_form(Odd, fewer)


def test_of_an_unknown_kind_only_what_every_body_has_is_read() -> None:
    raw = lived_fund().records[5]
    value = json.loads(raw)
    body = json.loads(base64.b64decode(value["envelope"]["payload"])) | {"kind": "dream.had.v1"}
    value["envelope"]["payload"] = base64.b64encode(canonical(body)).decode()
    event, _ = read_on_credit(canonical(value))
    assert event.kind is UNKNOWN
    assert (event.body.kind, event.body.author) == ("dream.had.v1", "gulnara")
    assert event.body.cosigners == ("nurlan",)
    assert UNKNOWN.name not in KINDS
    UNKNOWN.evolve(State(), event, event.body)  # type: ignore[arg-type] # it takes anything
