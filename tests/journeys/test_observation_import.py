"""Prices and measurements from a file: signed one by one, once, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.cli.observations import COLUMNS, read_observations
from ledger.kernel.errors import HistoryError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.custody_program import Harbour, Said

CAP = "2026-01-05,market_cap,BTC,1820000000000,USD,A source,,cap-1"
PRICE = "2026-01-05T08:00:00.000000Z,price,BTC,91250.5,USD,A source,Spot market,price-1"


def observations(harbour: Harbour, *rows: str) -> Path:
    target = harbour.root / "observations.csv"
    target.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return target


def taken(harbour: Harbour, file: Path, *more: object) -> Said:
    secret = ("--passphrase-file", harbour.passphrase)
    key = harbour.key("aigerim")
    return harbour("import-observations", file, "--author", key, *secret, *more)


def test_prices_and_measures_become_signed_events_and_only_once(trading: Harbour) -> None:
    file = observations(trading, CAP, PRICE)
    said = taken(trading, file, "--json").ok().json
    assert (said["rows"], said["recorded"], said["repeated"]) == (2, 2, 0)
    kinds = [event["kind"] for event in trading("events", "--json").lines[-2:]]
    assert kinds == ["observation.recorded.v1", "price.observed.v1"]
    again = taken(trading, file).ok()
    assert "2 rows: 0 recorded, 2 recorded before" in again.out
    monitor = trading.json("mandate", "monitor", "--on", "2026-01-06")
    assert monitor["stale_prices"] == []
    assert monitor["concentration"][0]["value"] == "912505"


def test_a_price_on_a_day_is_of_its_first_instant() -> None:
    (row,) = read_observations((",".join(COLUMNS) + "\n" + PRICE.replace(
        "T08:00:00.000000Z", "") + "\n").encode())  # fmt: skip
    ((kind, members),) = row.events()
    assert kind == "price.observed"
    assert members["observed_at"] == "2026-01-05T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (CAP.replace("2026-01-05", "2026-13-05"), "line 2, column observed"),
        (CAP.replace("2026-01-05", "2999-01-05"), "line 2, column observed"),
        (CAP.replace("market_cap", "Market Cap"), "line 2, column measure"),
        (CAP.replace("1820000000000", "1.50"), "line 2, column value"),
        (CAP.replace("1820000000000", "0.0000000000000000001"), "line 2, column value"),
        (CAP.replace(",USD,", ",$,"), "line 2, column unit"),
        (CAP.replace(",A source,,", ",,,"), "line 2, column source"),
        (CAP.replace(",A source,,", ",A source,Spot,"), "line 2, column market"),
        (CAP.replace("cap-1", "two words"), "line 2, column reference"),
        (f"{CAP}\n{CAP}", "line 3, column reference"),
        (PRICE.replace("BTC", "DOGE"), "line 2, column subject"),
        (PRICE.replace("USD", "usd"), "line 2, column unit"),
        (PRICE.replace("Spot market", ""), "line 2, column market"),
        (PRICE.replace("2026-01-05T08", "2026-01-05T25"), "line 2, column observed"),
        ("2026-01-05,market_cap", "line 2"),
    ],
)
def test_a_bad_row_stops_the_file_with_its_place(trading: Harbour, row: str, where: str) -> None:
    size = len(trading("events", "--json").lines)
    good = CAP.replace("cap-1", "cap-0") + "\n" if row.startswith("x") else ""
    said = taken(trading, observations(trading, good + row))
    assert said.code == 2, said
    assert where in said.err
    assert len(trading("events", "--json").lines) == size


def test_with_partial_the_good_rows_are_recorded(trading: Harbour) -> None:
    file = observations(trading, CAP, CAP.replace("cap-1", "cap-2").replace(",USD,", ",EUR,"))
    said = taken(trading, file, "--partial", "--json")
    assert (said.code, said.json["recorded"]) == (2, 1)
    assert said.json["faults"][0]["where"] == "line 3, column unit"


def test_a_file_of_another_header_is_refused() -> None:
    with pytest.raises(HistoryError, match="the header is another"):
        read_observations(b"observed,measure\n")
    with pytest.raises(HistoryError, match="the file is empty"):
        read_observations(b"")
