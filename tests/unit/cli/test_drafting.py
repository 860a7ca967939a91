"""Drafting: what was said becomes a body, with defaults for what was not."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from ledger.cli import drafting, wiring
from ledger.cli.commands.drafts import money, units_of
from ledger.cli.workspace import Workspace
from ledger.domain.drafts import payload_of
from ledger.domain.record import event_id_of
from ledger.domain.state import State
from ledger.kernel.errors import InputError, LedgerError, NotFoundError, ValueFormError
from ledger.kernel.limits import VALIDITY_DAYS_MAX
from tests.support.fund_simulator import FundSimulator

NOW = "2026-03-01T20:30:00.000000Z"
SAID = {
    "author": "aigerim",
    "direction": "out",
    "amount": {"currency": "USD", "amount": "1"},
    "category": "other",
    "facts": {},
    "evidence": [],
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "now", lambda: NOW)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, "test/harbour", tmp_path / "log.key")


@pytest.fixture(scope="module")
def state() -> State:
    return FundSimulator().begin().state


def members(workspace: Workspace, state: State, **said: Any) -> dict[str, Any]:
    return drafting.members_of(workspace, state, "cash.recorded", {**SAID, **said})


def test_defaults_fill_what_every_body_has(workspace: Workspace, state: State) -> None:
    found = members(workspace, state)
    assert found["fund"] == "test/harbour"
    assert found["kind"] == "cash.recorded.v1"
    assert found["value_date"] == "2026-03-02", "today in the fund's own time zone, UTC+5"
    assert found["valid_until"] == "2026-03-04T20:30:00.000000Z"
    assert found["reference"].startswith("cash-2026-03-01-")
    assert found["cosigners"] == []
    assert event_id_of(payload_of(found))


def test_what_was_said_stands(workspace: Workspace, state: State) -> None:
    said = {"reference": "R-1", "value_date": "2026-01-09", "cosigners": ("marat", "daniyar")}
    found = members(workspace, state, **said, expires="4h")
    assert found["reference"] == "R-1"
    assert found["value_date"] == "2026-01-09"
    assert found["valid_until"] == "2026-03-02T00:30:00.000000Z"
    assert found["cosigners"] == ["daniyar", "marat"]
    assert "expires" not in found


def test_two_drafts_that_differ_have_two_references(workspace: Workspace, state: State) -> None:
    first, second = members(workspace, state), members(workspace, state, category="custody_fee")
    assert first["reference"] != second["reference"]


@pytest.mark.parametrize("cosigners", [5, "abc", {"a": 1}, [1, "a"], [["a"]], ["a", None]])
def test_cosigners_are_a_list_of_names(workspace: Workspace, state: State, cosigners: Any) -> None:
    with pytest.raises(InputError) as caught:
        members(workspace, state, cosigners=cosigners)
    assert caught.value.where == "cosigners"


@pytest.mark.parametrize("expires", [5, ["3d"], {"d": 3}])
def test_a_duration_is_text(workspace: Workspace, state: State, expires: Any) -> None:
    with pytest.raises(InputError) as caught:
        members(workspace, state, expires=expires)
    assert caught.value.where == "expires"


@pytest.mark.parametrize(
    "charter", ["x", 5, [], {"utc_offset_minutes": "x"}, {"utc_offset_minutes": 10**18}]
)
def test_a_charter_of_no_form_is_left_to_the_form(workspace: Workspace, charter: Any) -> None:
    said = {"author": "gulnara", "charter": charter}
    found = drafting.members_of(workspace, State(), "fund.constituted", said)
    assert found["value_date"][:8] == "2026-03-"
    with pytest.raises(LedgerError):
        payload_of(found)


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("1h", "2026-03-01T21:30:00.000000Z"),
        ("4h", "2026-03-02T00:30:00.000000Z"),
        ("3d", "2026-03-04T20:30:00.000000Z"),
        ("2w", "2026-03-15T20:30:00.000000Z"),
        (f"{VALIDITY_DAYS_MAX}d", "2027-04-05T20:30:00.000000Z"),
        ("2026-04-01T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z"),
    ],
)
def test_durations_and_instants(said: str, until: str) -> None:
    assert drafting.valid_until(NOW, said) == until


@pytest.mark.parametrize(
    "said", ["", "0d", "-1d", "3", "d", "3m", "1.5d", "\uff13d", "100000w", "3d ", "tomorrow"]
)
def test_what_is_no_duration(said: str) -> None:
    with pytest.raises(ValueFormError):
        drafting.valid_until(NOW, said)


def test_every_duration_of_the_form_gives_an_instant() -> None:
    for unit in "hdw":
        assert drafting.valid_until(NOW, f"99999{unit}").endswith("Z")


# -- grounds


def test_facts_and_documents(tmp_path: Path) -> None:
    document = tmp_path / "contract.pdf"
    document.write_bytes(b"a contract")
    said = {
        "facts": ("signed=true", "final=false"),
        "evidence": (str(document), "0" * 64),
        "asset": "BTC",
    }
    assert drafting.grounds_of(said) == {
        "asset": "BTC",
        "facts": {"signed": True, "final": False},
        "evidence": [hashlib.sha256(b"a contract").hexdigest(), "0" * 64],
    }


@pytest.mark.parametrize("fact", ["x", "x=", "x=1", "x=True", "=", ""])
def test_a_fact_is_true_or_false(fact: str) -> None:
    with pytest.raises(ValueFormError):
        drafting.grounds_of({"facts": (fact,), "evidence": ()})


@pytest.mark.parametrize("name", ["none", "0" * 63, "A" * 64])
def test_a_document_that_is_not_there(name: str) -> None:
    with pytest.raises(NotFoundError):
        drafting.digest_of(name)


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        drafting.digest_of(str(tmp_path))


# -- money and units


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("400000 USD", "USD", "400000"), ("400000USD", "USD", "400000"), ("0.5 eur", "EUR", "0.5")],
)
def test_money_of_the_command_line(text: str, currency: str, amount: str) -> None:
    assert money(text) == {"currency": currency, "amount": amount}


@pytest.mark.parametrize("text", ["", "USD", "400000", "400000 US", "400000 U5D", "  USD"])
def test_what_is_no_money(text: str) -> None:
    with pytest.raises(InputError):
        money(text)


def test_units_of_the_command_line() -> None:
    assert units_of("0.001 BTC") == {"asset": "BTC", "units": "0.001"}
    for text in ("", "0.001", "0.001BTC"):
        with pytest.raises(InputError):
            units_of(text)


# -- files and names


def test_a_draft_is_written_once_and_the_same_again(workspace: Workspace, state: State) -> None:
    found = members(workspace, state)
    path, payload = drafting.write_draft(workspace, found, None)
    assert path == workspace.drafts / f"{event_id_of(payload)}.draft.json"
    assert path.read_bytes() == payload == payload_of(found)
    assert drafting.write_draft(workspace, found, None) == (path, payload)
    with pytest.raises(InputError, match="exists and is another"):
        drafting.write_draft(workspace, members(workspace, state, reference="R-9"), str(path))


def test_a_body_of_no_form_leaves_no_file(workspace: Workspace, state: State) -> None:
    with pytest.raises(LedgerError):
        drafting.write_draft(workspace, members(workspace, state, author="A B"), None)
    assert not workspace.drafts.exists()


def test_a_proposal_is_named_by_six_digits_or_its_reference() -> None:
    fund = FundSimulator().begin()
    first = fund.propose_acquisition(reference="IC-1")
    fund.propose_acquisition(reference="IC-2")
    assert drafting.proposal_named(fund.state, "IC-1") == first
    for size in (6, 12, 64):
        assert drafting.proposal_named(fund.state, first[:size]) == first
    for name in (first[:5], "", "IC-3", "0" * 64):
        with pytest.raises(NotFoundError, match="no open proposal"):
            drafting.proposal_named(fund.state, name)


def test_two_officers_with_one_reference_are_told_apart() -> None:
    fund = FundSimulator().begin()
    fund.propose_acquisition(reference="IC-1")
    body = fund.members(
        "acquisition.proposed",
        "daniyar",
        asset="BTC",
        units="1",
        max_consideration={"currency": "USD", "amount": "1"},
        counterparty="exchange-one",
        account="cold-1",
        facts={},
        evidence=[],
        reference="IC-1",
    )
    fund.submit(fund.sign(body))
    with pytest.raises(NotFoundError, match="2 open proposals named IC-1"):
        drafting.proposal_named(fund.state, "IC-1")


def test_the_preview_is_what_admission_will_say() -> None:
    fund = FundSimulator().begin()
    fund.now = NOW
    before = fund.state.position
    body = fund.members(
        "cash.recorded", "marat", **{k: v for k, v in SAID.items() if k != "author"}
    )
    decision = drafting.preview(fund.state, payload_of(body))
    answer: Any = fund.submit(fund.sign(body))
    assert decision is not None
    assert decision.verdict == answer.outcome.verdict
    assert decision.findings == answer.outcome.findings
    assert fund.state.position == before + 1


def test_an_answer_has_no_preview() -> None:
    fund = FundSimulator().begin()
    proposal = fund.propose_acquisition()
    body = fund.members("approval.given", "marat", proposal=proposal)
    assert drafting.preview(fund.state, payload_of(body)) is None


def test_paths_are_taken_as_they_are(workspace: Workspace, state: State, tmp_path: Path) -> None:
    target = tmp_path / "a new folder" / "d.json"
    path, _ = drafting.write_draft(workspace, members(workspace, state), str(target))
    assert path == Path(target)
    assert target.exists()
