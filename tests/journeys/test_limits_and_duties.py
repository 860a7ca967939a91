"""Headroom before and after a proposal, and what a Texas fund must do by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.custody_program import Harbour

BOUGHT = (
    *("propose", "acquisition", "--asset", "BTC", "--units", "2", "--max", "100000 USD"),
    *("--counterparty", "open-market", "--account", "vault-1", "--author", "aigerim"),
)


def yearly(harbour: Harbour, *more: object) -> dict[str, Any]:
    """The row of the reference book's limit over 365 days."""
    rows = harbour.json("mandate", "headroom", *more)["limits"]
    (found,) = [row for row in rows if row["rule"] == "REF.LIMIT.2"]
    return dict(found)


def test_a_draft_is_seen_in_the_limits_before_anybody_signs_it(trading: Harbour) -> None:
    before = yearly(trading)
    assert (before["limit"], before["reserved"]) == ("4000000000", "0")
    draft = trading.json(*BOUGHT)["file"]
    after = yearly(trading, "--after", draft)
    assert (after["used"], after["reserved"]) == (before["used"], "100000")
    assert int(after["left"]) == int(before["left"]) - 100_000
    assert yearly(trading) == before, "asking changes nothing"


def test_what_is_proposed_is_reserved_until_it_is_done(trading: Harbour) -> None:
    before = yearly(trading)
    trading.do(*BOUGHT, "--reference", "R-1", by=("aigerim",))
    waiting = yearly(trading)
    assert (waiting["used"], waiting["reserved"]) == (before["used"], "100000")
    trading.do("approve", "R-1", "--author", "daniyar", by=("daniyar",))
    trading.do("settle", "R-1", "--consideration", "90000 USD", "--author", "bolat", by=("bolat",))
    done = yearly(trading)
    assert int(done["used"]) == int(before["used"]) + 90_000
    assert done["reserved"] == "0"
    assert "each transaction" in trading("mandate", "headroom").ok().out


def test_what_cannot_be_proposed_has_no_place_in_the_limits(trading: Harbour) -> None:
    fact = trading.json("propose", "receipt", "--asset", "BTC", "--units", "1", "--account",
                        "vault-1", "--source", "mining", "--author", "bolat")["file"]  # fmt: skip
    said = trading("mandate", "headroom", "--after", fact)
    assert (said.code, "not the draft of a proposal" in said.err) == (2, True)
    too_much = [word.replace("100000 USD", "9999999999 USD") for word in BOUGHT]
    said = trading("mandate", "headroom", "--after", trading.json(*too_much)["file"])
    assert (said.code, "REF.LIMIT.1" in said.err) == (2, True)
    assert trading("mandate", "headroom", "--after", "nothing.json").code == 7


CHARTER = {
    "governance_offices": ["Governor"],
    "quorum": 2,
    "notice_days": 0,
    "max_backdating_days": 30,
    "utc_offset_minutes": -360,
}


def test_a_texas_fund_knows_its_report_and_how_many_days_are_left(working: Harbour) -> None:
    amended = working.register("charter.amended", charter=CHARTER)
    assert amended["verdict"] == "effective"
    named = ("--mandate", "texas", "--version", "1", "--author", "gulnara", "--cosigner", "nurlan")
    adoption = working.json("mandate", "adopt", "texas-strategic-bitcoin-reserve", *named)["file"]
    (book,) = [
        path
        for path in (working.root / "drafts").glob("*.json")
        if b"book.recorded" in path.read_bytes() and b"Texas" in path.read_bytes()
    ]
    for draft in (book, adoption):
        signed = working.sign(draft, "gulnara", "nurlan")
        assert working.json("submit", signed)["verdict"] == "effective"
    found = texas_on(working, "2026-11-22")
    report = found["TX.RPT.1.a"]
    assert (report["due"], report["days_left"], report["status"]) == ("2026-12-31", "39", "open")
    assert report["deliverable"] == "biennial_report"
    assert found["TX.RPT.1.b"]["due"] == "2026-12-31"
    assert texas_on(working, "2027-01-01")["TX.RPT.1.a"]["status"] == "overdue"
    said = working("mandate", "obligations", "--within", "90d", "--on", "2026-11-22").ok()
    assert "biennial_report" in said.out
    assert "39" in said.out
    filed = {"deliverable": "biennial_report", "covers_until": "2026-12-31", "nil_return": False}
    for channel in ("comptroller_website", "legislature"):
        draft = working.register(
            "report.filed", by=("bolat",), channel=channel, recipient="Legislature",
            document="1" * 64, **filed,
        )  # fmt: skip
        assert draft["verdict"] == "pending", "under this book the Comptroller records facts"


def texas_on(harbour: Harbour, day: str) -> dict[str, Any]:
    value = harbour.json("mandate", "obligations", "--within", "90d", "--on", day)
    return {one["rule"]: one for one in value["obligations"]}
