from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ledger.cli.naming import REFERRING, record_named, resolved
from ledger.store.record_store import RecordStore
from tests.support.custody_program import custody

if TYPE_CHECKING:
    from tests.support.custody_program import Harbour


def test_members_that_refer_to_events_take_any_name_of_them(trading: Harbour) -> None:
    """By reference, by position, by the beginning of the id; other members stay as they are."""
    listed = custody("events", "--json", "--limit", "3", at=trading.root).out.splitlines()
    events = [json.loads(line) for line in listed]
    names = [events[0]["reference"], str(events[1]["position"]), events[2]["event"][:10]]
    ids = [event["event"] for event in events]
    with RecordStore.open(
        trading.root / "ledger.db", fund=custody_fund(trading), read_only=True
    ) as store:
        assert resolved(store, {"books": names, "mandate": "1"}) == {"books": ids, "mandate": "1"}
        for name in REFERRING:
            assert resolved(store, {name: names[0]}) == {name: ids[0]}
        assert resolved(store, {"proposal": "0" * 64, "books": 5}) == {
            "proposal": "0" * 64,
            "books": 5,
        }
        assert record_named(store, ids[1]).position == events[1]["position"]


def custody_fund(harbour: Harbour) -> str:
    value = json.loads(custody("holdings", "--json", at=harbour.root).out)
    return str(value["fund"])


def test_a_draft_names_a_proposal_by_its_reference(trading: Harbour) -> None:
    event = json.loads(
        custody(
            "events", "--json", "--kind", "acquisition.proposed", at=trading.root
        ).out.splitlines()[0]
    )
    (trading.root / "yes.toml").write_text(f'proposal = "{event["reference"]}"\n')
    drafted = custody(
        "draft", "approval.given", "--from", "yes.toml", "--author", "daniyar", "--json",
        at=trading.root,
    )  # fmt: skip
    path = trading.root / json.loads(drafted.out)["file"]
    assert json.loads(path.read_bytes())["proposal"] == event["event"]


def test_a_name_of_nothing_is_said(trading: Harbour) -> None:
    (trading.root / "yes.toml").write_text('proposal = "no-such-thing"\n')
    drafted = custody(
        "draft", "approval.given", "--from", "yes.toml", "--author", "daniyar", at=trading.root
    )
    assert (drafted.code, "no event named no-such-thing" in drafted.err) == (7, True)
