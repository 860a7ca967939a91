"""Taking a history on: both shipped ones tie to what was published; a second time is nothing."""

from __future__ import annotations

import os
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from ledger.cli import wiring
from ledger.cli.history import COLUMNS
from ledger.store.record_store import RecordStore
from tests.support.custody_program import PASSPHRASE, Harbour, Said, custody_process, template

if TYPE_CHECKING:
    from pathlib import Path

HISTORIES = resources.files("ledger.cli").joinpath("histories")
ROW = {
    "trade_date": "2021-09-06",
    "kind": "acquisition",
    "asset": "BTC",
    "units": "4",
    "consideration": "200000",
    "currency": "USD",
    "fee": "",
    "counterparty": "open-market",
    "account": "vault-1",
    "reference": "row-1",
    "source": "https://example.org/press-release",
}
RECEIPT = {
    **ROW,
    "kind": "receipt",
    "source": "mining in our own pool",
    **dict.fromkeys(("counterparty", "consideration", "currency"), ""),
}


def shipped(harbour: Harbour, name: str) -> Path:
    target = harbour.root / name
    target.write_bytes(HISTORIES.joinpath(name).read_bytes())
    return target


def csv_of(harbour: Harbour, *rows: dict[str, str], text: str = "") -> Path:
    lines = [",".join(COLUMNS), *(",".join(quoted(row[name]) for name in COLUMNS) for row in rows)]
    target = harbour.root / "history.csv"
    target.write_text(text or "\n".join(lines) + "\n", encoding="utf-8", newline="")
    return target


def quoted(cell: str) -> str:
    return f'"{cell}"' if "," in cell or "\n" in cell else cell


def take_on(harbour: Harbour, history: Path, *more: object) -> Said:
    """Import as the treasury does: its own key, and two officers who cosign."""
    cosigned = [part for name in ("daniyar", "marat") for part in ("--cosign", harbour.key(name))]
    secret = ("--passphrase-file", harbour.passphrase)
    return harbour("import", history, "--author", harbour.key("aigerim"), *cosigned, *secret, *more)


def log(harbour: Harbour) -> list[bytes]:
    """Every stored record, byte for byte."""
    with RecordStore.open(harbour.root / "ledger.db", fund="test/harbour", read_only=True) as store:
        return [raw for page in store.raw_pages() for raw in page]


@pytest.mark.parametrize(
    ("name", "rows", "units", "given"),
    [
        ("el_salvador_2021_2022.csv", 10, "2381", "104613860"),
        ("strategy_2020_2021.csv", 19, "124392", "3751589470"),
    ],
)
def test_a_shipped_history_ties_and_a_second_import_changes_nothing(
    working: Harbour, name: str, rows: int, units: str, given: str
) -> None:
    history = shipped(working, name)
    said = take_on(working, history)
    assert (said.code, said.err) == (0, "")
    assert said.out == f"{rows} rows: {rows} recorded, 0 recorded before, 0 left out\n"
    total = {"asset": "BTC", "units": units, "consideration": {"USD": given}}
    assert working.json("holdings")["totals"] == [total]
    records = log(working)
    assert len(records) == 11 + 2 * rows

    again = take_on(working, history)
    assert (again.code, again.out) == (
        0,
        f"{rows} rows: 0 recorded, {rows} recorded before, 0 left out\n",
    )
    value = take_on(working, history, "--json").ok().json
    assert value == {
        "schema": "custody.import/1",
        "rows": rows,
        "recorded": 0,
        "repeated": rows,
        "positions": [],
        "faults": [],
    }
    assert log(working) == records


def test_holdings_of_every_day_of_a_history(working: Harbour) -> None:
    take_on(working, shipped(working, "el_salvador_2021_2022.csv")).ok()
    for day, units in (
        ("2021-09-05", None),
        ("2021-09-06", "400"),
        ("2021-10-28", "1120"),
        ("2022-06-30", "2381"),
    ):
        totals = working.json("holdings", "--as-of", day)["totals"]
        assert [entry["units"] for entry in totals] == ([units] if units else [])
    assert working.json("holdings", "--known-at", "12")["totals"] == []


def test_an_import_that_was_cut_off_goes_on(working: Harbour) -> None:
    """What is there already, down to half a row, is passed over."""
    history = shipped(working, "el_salvador_2021_2022.csv")
    lines = history.read_text(encoding="utf-8").splitlines(keepends=True)
    half = working.root / "half.csv"
    half.write_text("".join(lines[:6]), encoding="utf-8")
    take_on(working, half).ok()
    said = take_on(working, history)
    assert said.out == "10 rows: 5 recorded, 5 recorded before, 0 left out\n"
    assert working.json("holdings")["totals"][0]["units"] == "2381"


def test_rows_become_proposals_settlements_and_receipts(working: Harbour) -> None:
    rows = [
        ROW | {"fee": "25.5"},
        RECEIPT | {"reference": "row-2"},
        RECEIPT | {"reference": "row-3", "consideration": "900", "currency": "EUR"},
    ]
    value = take_on(working, csv_of(working, *rows), "--json").ok().json
    assert value["positions"] == [12, 13, 14, 15]
    events = working("events", "--after", "11", "--json").lines
    assert [(event["kind"], event["reference"], event["value_date"]) for event in events] == [
        ("acquisition.proposed.v1", "row-1", "2021-09-06"),
        ("acquisition.settled.v1", "row-1/settled", "2021-09-06"),
        ("receipt.recorded.v1", "row-2", "2021-09-06"),
        ("receipt.recorded.v1", "row-3", "2021-09-06"),
    ]
    body = working.json("show", "row-1/settled")["body"]
    assert body["fees"] == [{"leg": "cash", "currency": "USD", "amount": "25.5"}]
    assert working.json("holdings")["totals"][0]["units"] == "12"


# -- bad rows: line and column, and nothing is recorded

LONG = "9" * 61
BAD: list[tuple[str, dict[str, str], str]] = [
    ("trade_date", {"trade_date": ""}, "'' is not a day"),
    ("trade_date", {"trade_date": "2021-02-30"}, "'2021-02-30' is not a real day"),
    ("trade_date", {"trade_date": "06.09.2021"}, "'06.09.2021' is not a day"),
    ("trade_date", {"trade_date": "2999-01-01"}, "would be refused by value_date_in_future"),
    ("trade_date", {"trade_date": "1899-01-01"}, "would be refused by value_date_too_early"),
    ("kind", {"kind": "purchase"}, "'purchase' is not one of acquisition, disposal, receipt"),
    ("asset", {"asset": "btc"}, "'btc' is not the code of an asset"),
    (
        "asset",
        {"asset": "DOGE"},
        "would be refused by asset_unknown: no such asset is listed; found DOGE",
    ),
    ("units", {"units": ""}, "'' is not an amount above zero"),
    ("units", {"units": "0"}, "'0' is not an amount above zero"),
    ("units", {"units": "1,5"}, "'1,5' is not an amount above zero"),
    ("units", {"units": "1e3"}, "'1e3' is not an amount above zero"),
    ("units", {"units": "1.50"}, "'1.50' is not an amount above zero"),
    ("units", {"units": "٤"}, "is not an amount above zero"),
    ("units", {"units": "0.000000001"}, "would be refused by amount_scale"),
    ("units", {"units": LONG}, "at most 60 characters"),
    ("consideration", {"consideration": "-1"}, "'-1' is not an amount"),
    ("consideration", {"consideration": "0.001"}, "would be refused by amount_scale"),
    ("consideration", {"consideration": LONG}, "at most 60 characters"),
    ("currency", {"currency": "usd"}, "'usd' is not money of ISO 4217"),
    ("currency", {"currency": "ZZZ"}, "'ZZZ' is not money of ISO 4217"),
    ("fee", {"fee": "0"}, "'0' is not an amount above zero, or empty"),
    ("fee", {"fee": "0.001"}, "would be refused by amount_scale"),
    ("counterparty", {"counterparty": ""}, "'' is not the name of a counterparty"),
    ("counterparty", {"counterparty": "nobody"}, "would be refused by counterparty_unknown"),
    ("account", {"account": "vault-9"}, "would be refused by account_unknown"),
    ("reference", {"reference": ""}, "'' is not a reference"),
    ("reference", {"reference": "a b"}, "'a b' is not a reference"),
    ("reference", {"reference": "x" * 56}, "more than 55 characters"),
    ("source", {"source": "a\tb"}, "character U+0009 cannot be shown plainly"),
    ("source", {"source": "a\u202eb"}, "character U+202E cannot be shown plainly"),
    ("source", {"source": "x" * 1_001}, "more than 1000 characters"),
    (
        "kind",
        {"consideration": "1500000001"},
        "would be refused by REF.LIMIT.1: expected transaction_cost",
    ),
]
BAD_RECEIPTS: list[tuple[str, dict[str, str], str]] = [
    ("source", {"source": ""}, "text of 0 characters"),
    ("source", {"source": "luck, mostly"}, "Input should be"),
    ("fee", {"fee": "5"}, "a receipt has no fee"),
    ("counterparty", {"counterparty": "open-market"}, "a receipt has no counterparty"),
    ("currency", {"consideration": "5"}, "missing beside the consideration"),
    ("consideration", {"currency": "USD"}, "missing beside the currency"),
    ("consideration", {"consideration": "0.001", "currency": "USD"}, "amount_scale"),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    """A workspace that no test of this part changes: that is what they are about."""
    return template("working").copy(tmp_path_factory.mktemp("import") / "harbour")


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [(ROW | changes, column, message) for column, changes, message in BAD]
    + [(RECEIPT | changes, column, message) for column, changes, message in BAD_RECEIPTS],
)
def test_a_bad_cell_is_named_and_nothing_is_recorded(
    shared: Harbour, row: dict[str, str], column: str, message: str
) -> None:
    rows = [ROW | {"reference": "good-1"}, row, ROW | {"reference": "good-2"}]
    said = take_on(shared, csv_of(shared, *rows))
    assert said.code == 2
    assert f"(at line 3, column {column})" in said.err, said.err
    assert message in said.err
    assert said.out == ""
    assert len(log(shared)) == 11


HEAD = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n", "error: the header is another (at line 1)"),
        (HEAD.upper() + "\n", "error: the header is another (at line 1)"),
        ("\ufeff" + HEAD + "\n", "error: the header is another (at line 1)"),
        (HEAD + ",note\n", "error: the header is another (at line 1)"),
        (HEAD + "\n\n", "error: 0 columns where 11 are expected (at line 2)"),
        (HEAD + "\na,b\n", "error: 2 columns where 11 are expected (at line 2)"),
        (HEAD + '\n"a', "error: not CSV: unexpected end of data (at line 2)"),
        (HEAD + "\n" + "a" * 140_000, "error: 140000 bytes where 8192 are allowed (at line 2)"),
    ],
)
def test_what_is_not_a_history_is_named(shared: Harbour, text: str, message: str) -> None:
    said = take_on(shared, csv_of(shared, text=text))
    assert said.code == 2
    assert said.err.startswith(message)


def test_an_empty_or_foreign_file_is_named(shared: Harbour) -> None:
    target = shared.root / "history.csv"
    for data, message in (
        (b"", "error: the file is empty\n  hint: Its first line is trade_date,"),
        (b"\xff\xfe", "error: not UTF-8 (at byte 0)"),
        (HEAD.encode("utf-16"), "error: not UTF-8 (at byte 0)"),
    ):
        target.write_bytes(data)
        said = take_on(shared, target)
        assert (said.code, said.err.startswith(message)) == (2, True), said


def test_a_reference_stands_once(shared: Harbour) -> None:
    said = take_on(shared, csv_of(shared, ROW, ROW | {"reference": "row-2"}, ROW | {"units": "5"}))
    assert said.err == "error: used in line 2 already (at line 4, column reference)\n"


def test_a_history_without_rows_is_nothing_to_do(shared: Harbour) -> None:
    assert take_on(shared, csv_of(shared)).ok().out.startswith("0 rows: 0 recorded")


def test_a_row_that_was_imported_may_not_say_something_else(working: Harbour) -> None:
    take_on(working, csv_of(working, ROW)).ok()
    records = log(working)
    for changes, member in (
        ({"units": "5"}, "units"),
        ({"account": "vault-2"}, "account"),
        ({"consideration": "1"}, "max_consideration"),
        ({"trade_date": "2021-09-07"}, "value_date"),
        ({"source": "elsewhere"}, "evidence"),
        ({"fee": "3"}, "fees"),
    ):
        said = take_on(working, csv_of(working, ROW | changes))
        assert said.code == 2
        assert (
            said.err == f"error: used before with another {member} (at line 2, column reference)\n"
        )
    assert log(working) == records


def test_partial_records_the_good_rows_and_lists_the_others(working: Harbour) -> None:
    rows: list[dict[str, str]] = [
        ROW,
        ROW | {"reference": "row-2", "account": "vault-9"},
        ROW | {"reference": "row-3"},
        ROW | {"reference": "row-4", "asset": "DOGE"},
        RECEIPT | {"reference": "row-5"},
    ]
    said = take_on(working, csv_of(working, *rows), "--partial")
    assert (said.code, said.out) == (2, "5 rows: 3 recorded, 0 recorded before, 2 left out\n")
    assert said.err == (
        "  line 3, column account: would be refused by account_unknown: "
        "no such account is open; found vault-9\n"
        "  line 5, column asset: would be refused by asset_unknown: "
        "no such asset is listed; found DOGE\n"
    )
    again = take_on(working, csv_of(working, *rows), "--partial", "--json")
    assert again.code == 2
    assert (again.json["recorded"], again.json["repeated"]) == (0, 3)
    assert [fault["where"] for fault in again.json["faults"]] == [
        "line 3, column account",
        "line 5, column asset",
    ]
    assert working.json("holdings")["totals"][0]["units"] == "12"


def test_a_row_left_out_takes_nothing_of_a_limit(working: Harbour) -> None:
    """Its proposal was tried and its settlement failed: neither may count against later rows."""
    large = ROW | {"consideration": "1400000000"}
    rows = [
        large | {"reference": "row-1", "fee": "0.001"},
        large | {"reference": "row-2"},
        large | {"reference": "row-3"},
    ]
    said = take_on(working, csv_of(working, *rows), "--partial")
    assert said.out == "3 rows: 2 recorded, 0 recorded before, 1 left out\n"
    assert said.err.startswith("  line 2, column fee: would be refused by amount_scale")


def test_partial_does_not_excuse_a_file_that_cannot_be_read(shared: Harbour) -> None:
    said = take_on(shared, csv_of(shared, ROW | {"units": "x"}), "--partial")
    assert (said.code, len(log(shared))) == (2, 11)


def test_a_cosigner_too_few_stops_the_file(shared: Harbour) -> None:
    history = csv_of(shared, ROW | {"consideration": "200000000"})
    secret = ("--passphrase-file", shared.passphrase)
    keys = ("--author", shared.key("aigerim"), "--cosign", shared.key("daniyar"))
    said = shared("import", history, *keys, *secret)
    assert said.code == 2
    assert "would be pending by REF.APPR.2" in said.err
    assert len(log(shared)) == 11


def test_a_key_of_no_officer_imports_nothing(shared: Harbour) -> None:
    stranger = shared.root / "stranger.key"
    shared("key", "new", stranger, "--passphrase-file", shared.passphrase).ok()
    said = shared(
        "import", csv_of(shared, ROW), "--author", stranger, "--passphrase-file", shared.passphrase
    )
    assert said.code == 2
    assert "is not enrolled in this fund" in said.err


def test_one_passphrase_through_a_pipe_opens_every_key(working: Harbour) -> None:
    """A descriptor can be read once; three keys are opened with what it said."""
    reader, writer = os.pipe()
    os.write(writer, PASSPHRASE.encode() + b"\n")
    os.close(writer)
    cosigned = [part for name in ("daniyar", "marat") for part in ("--cosign", working.key(name))]
    options: dict[str, Any] = {"pass_fds": (reader,)}
    said = custody_process(
        *("import", csv_of(working, ROW), "--author", working.key("aigerim"), *cosigned),
        *("--passphrase-fd", reader),
        at=working.root,
        **options,
    )
    os.close(reader)
    assert (said.code, said.out) == (0, "1 rows: 1 recorded, 0 recorded before, 0 left out\n"), said


def test_a_clock_that_jumped_is_named(working: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "now", lambda: "2031-01-01T00:00:00.000000Z")
    history = csv_of(working, ROW)
    said = take_on(working, history)
    assert said.code == 1
    assert said.err.endswith("  hint: If that is right, say so with --accept-clock-jump\n")
    assert len(log(working)) == 11
    assert take_on(working, history, "--accept-clock-jump").code == 0


def test_a_locked_store_imports_nothing(working: Harbour) -> None:
    with RecordStore.open(working.root / "ledger.db", fund="test/harbour"):
        said = take_on(working, csv_of(working, ROW))
    assert said.code == 1
    assert "is writing to this store" in said.err
