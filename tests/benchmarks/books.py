"""The books of a long history: `python -m tests.benchmarks.books --movements 10000 100000`.

Twenty assets over four years: acquisitions, disposals, receipts, transfers with a fee in units;
every quarter a fair value of each asset and a measurement. A movement with its proposal is one to
three records; records of every kind are made after one that was really signed and decided, whose
signature stands in all of them, since the reader of the books checks none.

Each measurement runs in a process of its own, which tells seconds and the peak of its memory
(`VmHWM`). Beside them run the programs named by `--bean-check`, `--hledger`, `--ledger`, on the
same movements as plain text. None of them revalues. Beancount books every disposal first in, first
out; Ledger is told the lots; hledger keeps none and converts at cost.
"""

from __future__ import annotations

import argparse
import base64
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.audit.histories import take_record
from ledger.domain.record import event_id_of, parse_record, render_record
from ledger.domain.verified import read_event
from ledger.kernel import canonical
from ledger.kernel.amounts import render_amount
from ledger.kernel.instants import add_days
from ledger.projections.fund_history import FundHistory
from ledger.rehearsal.fund import RehearsalFund
from ledger.statements.report import basis_of, report_of
from policies.engine import PolicyEngine
from tests.benchmarks.audits import peak_of
from tests.benchmarks.books_text import (
    ASSETS,
    DAYS,
    FEE,
    FIRST_DAY,
    PROGRAMS,
    QUARTERS,
    History,
    Movement,
    price_of,
    texts_until,
    write_text,
)
from tests.support.fund_simulator import DIGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 300
"""Seconds after which another program is stopped."""
WARM = 5
"""How often a report is made again from books that are there."""
STRICTLY = 5_000
"""How many records of a history are also read by the strict reader, when it is made."""
PERIOD = "2025"
LAST_DAY = DAYS[-1]
OFFICER = "operator"
BOOK = {
    "book": "books-benchmark",
    "title": "A mandate that lets everything through",
    "version": "1",
    "status": "in_force",
    "source": "Design of this product",
    "rules": [
        {
            "id": f"FREE.INIT.{number}",
            "rule_type": "approval",
            "effect": "allow_only_if",
            "trigger": [trigger],
            "params": {"initiator_roles": ["Operator"]},
            "origin": "design",
            "citation": "The benchmark asks about books, not about authority",
            "text": "The operator acts alone.",
        }
        for number, trigger in enumerate(("any_instruction", "any_fact"), start=1)
    ],
}
ARGUMENTS = {
    "beancount": ("--no-cache", "{file}"),
    "hledger": ("-f", "{file}", "balancesheet", "--value=cost"),
    "ledger": ("-f", "{file}", "bal", "--lots"),
}


# -- the records --------------------------------------------------------------------------------


def begun() -> RehearsalFund:
    """A fund with its assets, accounts, mandate and accounting policy, the day before."""
    fund = RehearsalFund(PolicyEngine(), add_days(FIRST_DAY, -1))
    charter = {
        "governance_offices": ["Governor"],
        "quorum": 2,
        "notice_days": 0,
        "max_backdating_days": 36_500,
        "utc_offset_minutes": 0,
    }
    fund.constitute({OFFICER: ["Operator"]}, charter, "USD")
    for number, asset in enumerate(ASSETS, start=1):
        fund.govern(
            "asset.listed", asset=asset, asset_id=f"eip155:1/slip44:{number}", name=asset,
            scale=8, instrument_class="coin",
        )  # fmt: skip
    fund.govern("custodian.engaged", custodian="bank", legal_name="Bank", jurisdiction="KZ",
                licences=[], contract=DIGEST)  # fmt: skip
    fund.govern("counterparty.registered", counterparty="dealer", legal_name="Dealer",
                jurisdiction="KZ")  # fmt: skip
    for account in ("vault", "second"):
        fund.govern(
            "account.opened", account=account, custodian="bank", title="The Fund", tier="cold",
            method="qualified_custodian", owner_class="own",
        )  # fmt: skip
    book = fund.govern("book.recorded", book=BOOK).event.event_id
    fund.govern("mandate.adopted", mandate="free", version="1", books=[book],
                effective_from=fund.day)  # fmt: skip
    terms = {
        "classification": "intangible",
        "memo": DIGEST,
        "measurement_model": "revaluation",
        "class_id": "tokens",
        "active_market": True,
        "active_market_evidence": DIGEST,
        "bpm7_class": "nonproduced_nonfinancial",
    }
    fund.govern(
        "accounting_policy.adopted", effective_from=FIRST_DAY, framework="ifrs",
        functional_currency="USD", cost_formula="fifo",
        assets=[{"asset": asset, **terms} for asset in ASSETS],
    )  # fmt: skip
    return fund


class Pattern:
    """Records of one kind, made after one that is real: another payload, the same signature."""

    def __init__(self, raw: bytes, blanks: dict[str, str]) -> None:
        record = parse_record(raw)
        marks = {value: f"%({name})s" for name, value in blanks.items()}
        # A reference and the end of validity are the record's own.
        marks |= {
            record.body["reference"]: "%(reference)s",
            record.body["valid_until"]: "%(until)sT00:00:00.000000Z",
            record.body["value_date"]: "%(day)s",
        }
        self._payload = canonical.encode(_blanked(record.body, marks))
        self._outcome = record.outcome.render()
        before, after = raw.split(base64.b64encode(record.envelope.payload))
        self._before = before.removeprefix(b'{"envelope":')
        self._after = after[: after.index(b',"outcome":')]

    def made(self, position: int, day: str, values: dict[bytes, bytes]) -> tuple[bytes, bytes]:
        """A record with these values, and its event id."""
        values[b"reference"] = b"operator-%d" % position
        values[b"day"] = day.encode()
        values[b"until"] = b"2030-01-01"
        payload = self._payload % values
        envelope = self._before + base64.b64encode(payload) + self._after
        raw = render_record(envelope, self._outcome, position, f"{day}T12:00:00.000000Z")
        return raw, event_id_of(payload).encode()


def _blanked(value: Any, marks: dict[str, str]) -> Any:
    """A body with a mark in the place of each text that differs from record to record."""
    if isinstance(value, dict):
        return {name: _blanked(member, marks) for name, member in value.items()}
    if isinstance(value, list):
        return [_blanked(member, marks) for member in value]
    return marks.get(value, value) if isinstance(value, str) else value


def patterns(fund: RehearsalFund) -> dict[str, Pattern]:
    """A pattern of every kind, from events that the fund signs and decides."""
    found: dict[str, Pattern] = {}
    fund.move_to(FIRST_DAY)

    def act(kind: str, **fields: Any) -> str:
        answer = fund.record(kind, OFFICER, facts={}, evidence=[], **fields)
        assert answer.outcome.verdict == "effective", (kind, answer.outcome)
        blanks = {"units": "7.31", "amount": "731.5", "price": "101.5", "asset": "TKA"}
        linked = fields.get("proposal") or (fields.get("prices") or [""])[0]
        if linked:
            blanks["linked"] = linked
        found[kind] = Pattern(fund.records[-1], blanks)
        return answer.event.event_id

    money = {"currency": "USD", "amount": "731.5"}
    fee = {"asset": "TKA", "units": render_amount(FEE, 2)}
    trade: dict[str, Any] = {"units": "7.31", "trade_date": FIRST_DAY, "fees": [], "final": True}
    act("cash.recorded", direction="in", category="contribution", amount=money)
    seen = act("price.observed", asset="TKA", currency="USD", price="101.5", source="Vendor",
               market="Market", observed_at="2021-12-31T00:00:00.000000Z")  # fmt: skip
    act("valuation.adopted", asset="TKA", currency="USD", fair_value="101.5", level="1",
        method="The last price of the day", prices=[seen])  # fmt: skip
    for _ in range(2):
        act("receipt.recorded", asset="TKA", units="7.31", account="vault",
            source="contribution", fair_value=money)  # fmt: skip
    asked = act("acquisition.proposed", asset="TKA", units="7.31", max_consideration=money,
                counterparty="dealer", account="vault")  # fmt: skip
    act("acquisition.settled", proposal=asked, consideration=money, **trade)
    asked = act("disposal.proposed", asset="TKA", units="7.31", min_proceeds=money,
                counterparty="dealer", account="vault")  # fmt: skip
    act("disposal.settled", proposal=asked, proceeds=money, **trade)
    asked = act("transfer.proposed", asset="TKA", units="7.31", from_account="vault",
                to_account="second", max_fee=fee)  # fmt: skip
    act("transfer.released", proposal=asked, units="7.31", fee=fee)
    act("transfer.settled", proposal=asked, units="7.31", final=True)
    act("measurement.recorded", occasion="interim")
    return found


class Writer:
    """Writes a history's records, one a line, to a file."""

    def __init__(self, history: History) -> None:
        fund = begun()
        self._begun = list(fund.records)
        self._patterns = patterns(fund)
        self._history = history
        self.position = 0

    def records(self) -> Iterator[bytes]:
        """Every record in order."""
        yield from self._begun
        self.position = len(self._begun)
        yield self._made("cash.recorded", FIRST_DAY, amount=10**14)
        yield from self._valued(FIRST_DAY)
        quarters = deque(QUARTERS)
        for one in self._history.movements():
            for day in texts_until(one.day, quarters):
                yield from self._measured(day)
            yield from self._moved(one)
        for day in quarters:
            yield from self._measured(day)

    def _made(self, kind: str, day: str, asset: str = "", **numbers: int) -> bytes:
        values = {b"asset": asset.encode()}
        for name, number in numbers.items():
            values[name.encode()] = render_amount(number, 2).encode()
        return self._filled(kind, day, values)

    def _filled(self, kind: str, day: str, values: dict[bytes, bytes]) -> bytes:
        self.position += 1
        raw, values[b"linked"] = self._patterns[kind].made(self.position, day, values)
        return raw

    def _valued(self, day: str) -> Iterator[bytes]:
        for asset in ASSETS:
            price = b"%d" % price_of(asset, DAYS.index(day))
            values = {b"asset": asset.encode(), b"price": price}
            yield self._filled("price.observed", day, values)
            yield self._filled("valuation.adopted", day, values)

    def _measured(self, day: str) -> Iterator[bytes]:
        yield from self._valued(day)
        yield self._made("measurement.recorded", day)

    def _moved(self, one: Movement) -> Iterator[bytes]:
        values = {
            b"asset": one.asset.encode(),
            b"units": render_amount(one.units, 2).encode(),
            b"amount": render_amount(one.amount, 2).encode(),
        }
        if one.word == "receipt":
            yield self._filled("receipt.recorded", one.day, values)
            return
        yield self._filled(f"{one.word}.proposed", one.day, values)
        if one.word == "transfer":
            proposal = values[b"linked"]
            yield self._filled("transfer.released", one.day, values)
            values[b"linked"] = proposal
        yield self._filled(f"{one.word}.settled", one.day, values)


def write_records(place: Path, history: History) -> dict[str, int]:
    """Write a history; how many records there are, and its open lots and their cost."""
    writer = Writer(history)
    with place.open("wb") as file:
        for number, raw in enumerate(writer.records()):
            if number < STRICTLY:
                record = parse_record(raw)
                read_event(record.envelope, b"", record.body)
            file.write(raw + b"\n")
    open_lots = [lot for holding in history.holdings.values() for lot in holding.lots]
    cost = sum(lot.units * lot.price for lot in open_lots)
    return {"records": writer.position, "lots": len(open_lots), "cost": cost}


# -- measuring, in a process of its own ---------------------------------------------------------


def read(place: Path) -> FundHistory:
    """The history of a file of records, on credit."""
    history = FundHistory()
    with place.open("rb") as file:
        for position, line in enumerate(file, start=1):
            take_record(history, position, line[:-1])
    return history


CPU = "_cpu"
"""Ends the name of processor time, which what else runs on the machine changes least."""


class Watch:
    """Milliseconds by name, and of them those of the processor."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}
        self._began = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        """What passed since the last."""
        began, cpu = self._began
        self.found[name] = round((time.perf_counter() - began) * 1000)
        self.found[name + CPU] = round((time.process_time() - cpu) * 1000)
        self._began = time.perf_counter(), time.process_time()


def measure_read(place: Path) -> dict[str, int]:
    """Records to a history."""
    watch = Watch()
    read(place)
    watch.lap("read")
    return watch.found


def measure_books(place: Path) -> dict[str, int]:
    """Records to a history to books."""
    watch = Watch()
    history = read(place)
    watch.lap("read")
    books = history.books(LAST_DAY)
    watch.lap("fold")
    assert not books.gaps, books.gaps[:3]
    return watch.found


def measure_lots(place: Path) -> dict[str, int]:
    """Every open lot, nothing measured on the last day; the history's own lots are the measure."""
    watch = Watch()
    history = read(place)
    watch.lap("read")
    books = history.books(LAST_DAY, measured=False)
    watch.lap("fold")
    lots = [lot for asset in books.held() for lot in books.lots(asset)]
    watch.lap("list")
    return {**watch.found, "lots": len(lots), "cost": sum(lot.cost for lot in lots)}


def measure_statements(place: Path) -> dict[str, int]:
    """Every statement from nothing, then again from the books that are there."""
    watch = Watch()
    history = read(place)
    basis = basis_of(history, PERIOD)
    watch.lap("folded")
    held = history.held(LAST_DAY)
    watch.lap("held")
    report = report_of(basis, held)
    watch.lap("report")
    assert report.is_complete, report.concerns
    found, warm = dict(watch.found), []
    for _ in range(WARM):
        report_of(basis, held)
        watch.lap("warm")
        warm.append((watch.found["warm"], watch.found["warm" + CPU]))
    found["warm"], found["warm" + CPU] = statistics.median_low(warm)
    return found


MEASURES = {
    "read": measure_read,
    "books": measure_books,
    "lots": measure_lots,
    "statements": measure_statements,
}


def run_other(command: list[str]) -> dict[str, int]:
    """Another program: its milliseconds and its peak; none of it if it takes too long."""
    started = time.perf_counter()
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return {}
    milliseconds = round((time.perf_counter() - started) * 1000)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = round((used.ru_utime + used.ru_stime) * 1000)
    return {"time": milliseconds, "time" + CPU: cpu, "peak": used.ru_maxrss // 1024}


def apart(*words: str) -> dict[str, Any]:
    """A measurement in a fresh process."""
    program = [sys.executable, "-m", "tests.benchmarks.books"]
    done = subprocess.run([*program, "--measure", *words], check=True, stdout=subprocess.PIPE)
    return canonical.decode_object(done.stdout.splitlines()[-1])


# -- the table ----------------------------------------------------------------------------------


def total(found: dict[str, int], names: tuple[str, ...]) -> tuple[int, int]:
    """Milliseconds of several parts, and of them those of the processor."""
    return sum(found[name] for name in names), sum(found[name + CPU] for name in names)


def row(of: str, size: int, took: tuple[int, int], peak: int, more: str = "") -> None:
    milliseconds, cpu = took
    print(
        f"{of:22} {size:9,} movements {milliseconds / 1000:8.2f} s, cpu {cpu / 1000:7.2f} s"
        f" {milliseconds * 1000 / size:7.1f} us each  peak {peak:5} MB{more}",
        flush=True,
    )


ROWS = (
    ("read", "read", ("read",)),
    ("fold", "books", ("fold",)),
    ("read and fold", "books", ("read", "fold")),
    ("all statements, cold", "statements", ("folded", "held", "report")),
    ("all statements, warm", "statements", ("warm",)),
    ("units held, for them", "statements", ("held",)),
    ("lots: fold and list", "lots", ("fold", "list")),
)
"""A row: its name, the measurement it is from, and the parts that it adds up."""


def measured(place: Path, size: int, history: History) -> dict[str, tuple[int, int]]:
    """Rows of one size; what each took."""
    made = write_records(place, history)
    print(f"{size:,} movements are {made['records']:,} records and end in {made['lots']:,} lots")
    found = {what: apart(what, str(place)) for what in MEASURES}
    lots = found["lots"]
    assert (lots["lots"], lots["cost"]) == (made["lots"], made["cost"]), (lots, made)
    took = {}
    for of, what, parts in ROWS:
        took[of] = total(found[what], parts)
        row(of, size, took[of], found[what]["peak"])
    return took


def compare(
    folder: Path, history: History, programs: dict[str, str], rebuilt: tuple[int, int]
) -> None:
    """Rows of the other programs at one size, beside the time of our rebuild."""
    for program, path in programs.items():
        place = folder / f"history.{program}"
        size, growing = history.size, history.growing
        write_text(place, program, History(size, growing=growing))
        arguments = [word.format(file=place) for word in ARGUMENTS[program]]
        found = apart("other", path, *arguments)
        place.unlink()
        if not found:
            print(f"{program:22} {size:9,} movements  not within {LIMIT} s", flush=True)
            continue
        took = total(found, ("time",))
        ratio = f"  {took[0] / rebuilt[0]:.1f} x read and fold, cpu {took[1] / rebuilt[1]:.1f} x"
        row(program, size, took, found["peak"], ratio)


def run(sizes: list[int], programs: dict[str, str], *, growing: bool) -> None:
    """Print a row for each measurement, and what growth means."""
    times: dict[int, dict[str, tuple[int, int]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in sizes:
            place, history = folder / "records", History(size, growing=growing)
            times[size] = measured(place, size, history)
            place.unlink()
            compare(folder, history, programs, times[size]["read and fold"])
    for program in PROGRAMS:
        if program not in programs:
            print(f"{program:22} not measured: its path was not given")
    first, last = sizes[0], sizes[-1]
    if first != last:
        for of, (milliseconds, cpu) in times[last].items():
            before, cpu_before = times[first][of]
            growth, cpu_growth = milliseconds / max(1, before), cpu / max(1, cpu_before)
            print(f"{of:22} {first:,} to {last:,}: {growth:.1f} x, cpu {cpu_growth:.1f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--open-lots", action="store_true", help="disposals do not keep up")
    parser.add_argument("--bean-check", help="Beancount's program, to compare with")
    parser.add_argument("--hledger", help="hledger, to compare with")
    parser.add_argument("--ledger", help="Ledger, to compare with")
    parser.add_argument("--measure", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        what, *words = options.measure
        found = run_other(words) if what == "other" else MEASURES[what](Path(words[0]))
        if what != "other":
            found["peak"] = peak_of(Path(f"/proc/{os.getpid()}/status"))
        sys.stdout.buffer.write(canonical.encode({**found}) + b"\n")
        return
    given = {
        "beancount": options.bean_check,
        "hledger": options.hledger,
        "ledger": options.ledger,
    }
    programs = {name: path for name, path in given.items() if path}
    run(options.movements, programs, growing=options.open_lots)


if __name__ == "__main__":
    main()
