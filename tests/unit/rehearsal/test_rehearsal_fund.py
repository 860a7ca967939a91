"""A fund in memory: its calendar, its keys, and that it refuses as a real one does."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.audit.replay import Replay
from ledger.cli.commands.mandate_questions import stage_value
from ledger.kernel.errors import InputError, LedgerError
from ledger.rehearsal.fund import GOVERNORS, RehearsalFund
from ledger.rehearsal.stage import DOCUMENT, set_stage
from policies.engine import PolicyEngine

DAY = "2020-01-01"


def staged(**officers: str) -> RehearsalFund:
    """A fund on the stage that ships, with officers by name."""
    fund = RehearsalFund(PolicyEngine(), DAY)
    stage = stage_value()
    del stage["house"]
    set_stage(fund, stage, {name: [office] for name, office in officers.items()})
    return fund


def test_a_rehearsal_gives_the_same_bytes_each_time() -> None:
    first, second = staged(marat="RiskOfficer"), staged(marat="RiskOfficer")
    assert first.records == second.records
    assert staged(nurlan="RiskOfficer").records != first.records


def test_its_log_can_be_decided_again_by_an_audit() -> None:
    fund = staged()
    replay = Replay(fund.engine)
    for record in fund.records:
        replay.fold(record)
    assert (replay.stop, fund.state.position) == (None, len(fund.records))
    assert len(fund.records) > 20


def test_keys_are_made_of_names() -> None:
    fund, other = RehearsalFund(PolicyEngine(), DAY), RehearsalFund(PolicyEngine(), "2021-01-01")
    assert fund.signer("a").public_key == other.signer("a").public_key
    assert fund.signer("a").public_key != fund.signer("b").public_key
    assert fund.signer("a") is fund.signer("a")


def test_the_calendar_never_goes_back() -> None:
    fund = RehearsalFund(PolicyEngine(), "2026-02-01")
    with pytest.raises(InputError, match="2026-01-31 lies before 2026-02-01") as caught:
        fund.move_to("2026-01-31")
    assert caught.value.hint == "Put events in order of days"
    fund.move_to("2026-02-01")
    fund.move_to("2026-02-02")
    assert fund.now == "2026-02-02T00:00:00.000000Z"


def test_events_of_one_day_are_seconds_apart_and_stay_in_it() -> None:
    fund = staged()
    count = len(fund.records)
    assert fund.now == f"{DAY}T00:00:{count:02}.000000Z"
    fund.move_to(DAY)
    assert fund.now == f"{DAY}T00:00:{count:02}.000000Z", "moving to the same day changes nothing"
    fund._second = 86_398
    for account in ("reserve", "second", "clients"):
        fund.govern("account.frozen", account=account, reason="A doubt")
    assert fund.now == f"{DAY}T23:59:59.000000Z"


def test_what_the_charter_refuses_is_said_with_its_law() -> None:
    fund = staged()
    fields: dict[str, Any] = {
        "account": "third", "custodian": "nobody", "title": "The Fund", "tier": "cold",
        "method": "qualified_custodian", "owner_class": "own",
    }  # fmt: skip
    with pytest.raises(InputError, match=r"account\.opened did not take effect: custodian_unknown"):
        fund.govern("account.opened", **fields)


def test_what_admission_rejects_is_an_error_with_its_code() -> None:
    fund = staged()
    late = {"reason": "Late", "valid_until": "2019-12-31T00:00:00.000000Z"}
    with pytest.raises(InputError, match=r"account\.frozen\.v1: expired"):
        fund.record("account.frozen", GOVERNORS[0], account="reserve", **late)


def test_a_kind_that_nobody_knows_cannot_be_recorded() -> None:
    fund = staged()
    before = len(fund.records)
    with pytest.raises(InputError, match=r"no kind of event is named moon\.landed"):
        fund.record("moon.landed", GOVERNORS[0])
    assert len(fund.records) == before


def test_a_second_key_is_enrolled_and_the_first_one_comes_back() -> None:
    fund = staged(marat="RiskOfficer")
    own = fund.signer("marat")
    fund.enrol("marat", "marat#2")
    assert sum(key.officer == "marat" for key in fund.state.keys.values()) == 2
    with pytest.raises(LedgerError):
        fund.approve("marat", "marat#2", "not an id")
    assert fund.signers["marat"] is own
    fund.approve("marat", "marat#2", DOCUMENT)
    assert fund.signers["marat"] is own


def test_members_that_are_none_are_left_out() -> None:
    fund = staged()
    event = fund.signed("account.frozen", GOVERNORS[0], account="reserve", reason="A doubt",
                        facts=None)  # fmt: skip
    assert event.body.kind == "account.frozen.v1"
    assert len(fund.records) == fund.state.position, "a signed event is not recorded yet"
