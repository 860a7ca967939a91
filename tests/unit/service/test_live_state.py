"""The live state is what the log says, and it can be loaded up to any position."""

from __future__ import annotations

import pytest

from ledger.domain.digest import state_digest
from ledger.domain.record import parse_record
from ledger.kernel.limits import PAGE_RECORDS
from ledger.log.merkle import leaf_hash, tree_root
from ledger.service.live import load
from tests.support.fund_simulator import replayed
from tests.support.sequenced_fund import ENGINE, SequencedFund


def test_loading_equals_living_and_replaying(fund: SequencedFund) -> None:
    fund.sequencer.submit_all([fund.cash() for _ in range(40)])
    loaded = load(fund.store, ENGINE)
    assert state_digest(loaded.state) == fund.digest == state_digest(replayed(fund.records))
    assert loaded.tree.root() == fund.sequencer.live.tree.root()
    assert loaded.tree.root() == tree_root([leaf_hash(raw) for raw in fund.records])


@pytest.mark.parametrize("until", [0, 1, 2, 13, 14, 15])
def test_until_stops_after_a_position(fund: SequencedFund, until: int) -> None:
    records = fund.records[:until]
    loaded = load(fund.store, ENGINE, until=until)
    assert loaded.state.position == loaded.tree.size == min(until, 14)
    assert loaded.tree.root() == tree_root([leaf_hash(raw) for raw in records])
    if records:
        assert state_digest(loaded.state) == state_digest(replayed(records))


def test_every_record_is_observed_with_its_event(fund: SequencedFund) -> None:
    seen: list[tuple[int, str]] = []
    load(
        fund.store,
        ENGINE,
        observe=lambda record, event, _: seen.append((record.position, event.event_id)),
    )
    assert seen == [(n, parse_record(raw).event_id) for n, raw in enumerate(fund.records, 1)]


def test_roots_are_remembered_where_they_were_asked_for(fund: SequencedFund) -> None:
    leaves = [leaf_hash(raw) for raw in fund.records]
    loaded = load(fund.store, ENGINE, watch=[1, 7, 14, 99])
    assert loaded.roots == {size: tree_root(leaves[:size]) for size in (1, 7, 14)}


def test_more_than_a_page_is_loaded(fund: SequencedFund) -> None:
    fund.sequencer.submit_all([fund.cash() for _ in range(PAGE_RECORDS)], threads=2)
    loaded = load(fund.store, ENGINE)
    assert loaded.state.position == PAGE_RECORDS + 14
    assert state_digest(loaded.state) == fund.digest


def test_an_empty_store_is_an_empty_state(empty: SequencedFund) -> None:
    loaded = load(empty.store, ENGINE)
    assert (loaded.state.position, loaded.state.fund, loaded.tree.size) == (0, "", 0)
