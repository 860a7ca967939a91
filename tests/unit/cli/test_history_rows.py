"""Rows of a history: strictly read, and turned into events that their forms accept."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cli import csv_rows
from ledger.cli.history import COLUMNS, Row, read_history
from ledger.domain.drafts import payload_of
from ledger.domain.laws import LAWS
from ledger.kernel.errors import HistoryError

GOOD = {
    "trade_date": "2021-09-06",
    "kind": "acquisition",
    "asset": "BTC",
    "units": "400",
    "consideration": "20000000",
    "currency": "USD",
    "fee": "",
    "counterparty": "open-market",
    "account": "vault-1",
    "reference": "row-1",
    "source": "a press release",
}


def written(*rows: dict[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def events(**changes: str) -> list[tuple[str, dict[str, Any]]]:
    (row,) = read_history(written(GOOD | changes))
    return row.events()


def test_both_shipped_histories_are_read() -> None:
    folder = resources.files("ledger.cli").joinpath("histories")
    for name, count in (("el_salvador_2021_2022.csv", 10), ("strategy_2020_2021.csv", 19)):
        rows = read_history(folder.joinpath(name).read_bytes())
        assert len(rows) == count
        assert [row.line for row in rows] == list(range(2, count + 2))
        assert [row.trade_date for row in rows] == sorted(row.trade_date for row in rows)


@pytest.mark.parametrize("kind", ["acquisition", "disposal"])
def test_a_trade_is_a_proposal_and_its_settlement(kind: str) -> None:
    (proposed, first), (settled, second) = events(kind=kind, fee="25.5")
    money = {"currency": "USD", "amount": "20000000"}
    bound, paid = {
        "acquisition": ("max_consideration", "consideration"),
        "disposal": ("min_proceeds", "proceeds"),
    }[kind]
    assert (proposed, settled) == (f"{kind}.proposed", f"{kind}.settled")
    assert first[bound] == second[paid] == money
    assert first["reference"] == "row-1"
    assert second["reference"] == "row-1/settled"
    assert second["trade_date"] == first["value_date"] == second["value_date"] == "2021-09-06"
    assert second["fees"] == [{"leg": "cash", "currency": "USD", "amount": "25.5"}]
    assert second["final"] is True
    assert first["evidence"] == [hashlib.sha256(b"a press release").hexdigest()]


def test_a_receipt_is_one_event() -> None:
    empty = dict.fromkeys(("counterparty", "consideration", "currency"), "")
    ((kind, members),) = events(kind="receipt", source="mining in our pool", **empty)
    assert (kind, members["source"]) == ("receipt.recorded", "mining")
    assert "fair_value" not in members
    changes = empty | {"consideration": "5", "currency": "USD"}
    ((_, members),) = events(kind="receipt", source="mining", **changes)
    assert members["fair_value"] == {"currency": "USD", "amount": "5"}


def test_every_event_is_of_its_form() -> None:
    base = {
        "fund": "test/harbour",
        "author": "aigerim",
        "cosigners": [],
        "valid_until": "2026-01-01T00:00:00.000000Z",
    }
    empty = dict.fromkeys(("counterparty", "consideration", "currency"), "")
    rows = [
        GOOD,
        GOOD | {"kind": "disposal", "source": ""},
        GOOD | {"kind": "receipt", "source": "mining"} | empty,
    ]
    for row in rows:
        for kind, members in events(**row):
            settles = {"proposal": "0" * 64} if kind.endswith(".settled") else {}
            payload_of({**base, "kind": f"{kind}.v1", **members, **settles})


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_is_checked(name: str) -> None:
    with pytest.raises(HistoryError) as caught:
        read_history(written(GOOD, GOOD | {"reference": "row-2", name: "\x00"}))
    assert caught.value.where == f"line 3, column {name}"


@pytest.mark.parametrize("name", ["fee", "source"])
def test_two_cells_of_a_trade_may_be_empty(name: str) -> None:
    read_history(written(GOOD | {name: ""}))


def test_every_other_cell_of_a_trade_is_needed() -> None:
    for name in set(COLUMNS) - {"fee", "source"}:
        with pytest.raises(HistoryError):
            read_history(written(GOOD | {name: ""}))


def test_a_cell_of_many_lines_keeps_the_count() -> None:
    with pytest.raises(HistoryError) as caught:
        read_history(written(GOOD | {"source": "two\nlines"}, GOOD | {"units": "x"}))
    assert caught.value.where == "line 3, column source"


def test_too_long_a_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "HISTORY_BYTES_MAX", 10)
    with pytest.raises(HistoryError, match="11 bytes where 10 are allowed"):
        read_history(b"x" * 11)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_us(data: bytes) -> None:
    with pytest.raises(HistoryError):
        read_history(data)


@given(
    name=st.sampled_from(COLUMNS),
    cell=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_any_cell_is_taken_as_it_is_or_refused_with_its_place(name: str, cell: str) -> None:
    try:
        (row,) = read_history(written(GOOD | {name: cell}))
    except HistoryError as error:
        found = error.where
    else:
        found = f"line 2, column {name}"
        assert getattr(row, name) == cell
    assert re.fullmatch(r"line [0-9]+, column [a-z_]+", found), "a cell may hold the end of a line"


# -- the column that a refusal is about

ROW = Row(2, *GOOD.values())


@pytest.mark.parametrize(
    ("rule", "found", "column"),
    [
        ("asset_unknown", "", "asset"),
        ("account_frozen", "", "account"),
        ("counterparty_unknown", "", "counterparty"),
        ("value_date_in_future", "", "trade_date"),
        ("period_shut", "", "trade_date"),
        ("units_short", "", "units"),
        ("amount_scale", "400 BTC", "units"),
        ("amount_scale", "20000000 USD", "consideration"),
        ("amount_scale", "7 USD", "fee"),
        ("REF.LIMIT.1", "", "kind"),
        ("officer_not_in_office", "", "kind"),
    ],
)
def test_a_finding_has_a_column(rule: str, found: str, column: str) -> None:
    row = Row(2, *(GOOD | {"fee": "7"}).values()) if found == "7 USD" else ROW
    assert row.column_of(rule, found) == column


def test_every_law_has_a_column_of_the_file() -> None:
    assert {ROW.column_of(rule, "") for rule in LAWS} <= set(COLUMNS)


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("units", "units"),
        ("max_consideration.amount", "consideration"),
        ("min_proceeds.amount", "consideration"),
        ("proceeds.amount", "consideration"),
        ("consideration.amount", "consideration"),
        ("consideration.currency", "currency"),
        ("fair_value.currency", "currency"),
        ("fair_value.amount", "consideration"),
        ("fees.0.cash.amount", "fee"),
        ("value_date", "trade_date"),
        ("source", "source"),
        ("payload", "kind"),
        ("", "kind"),
    ],
)
def test_a_member_came_from_a_column(path: str, column: str) -> None:
    assert ROW.column_of_member(path) == column
