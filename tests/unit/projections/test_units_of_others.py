"""Units that are not the fund's own are held apart: they have no lots and no entries."""

from __future__ import annotations

from tests.support.folded_books import Story, asset


def story_of(model: str = "cost") -> Story:
    story = Story()
    story.adopt(asset(model=model))
    return story


def test_units_on_a_client_s_account_come_and_go_without_an_entry() -> None:
    story = story_of()
    story.receives("2025-01-10", 8, "contribution", 800, account="escrow")
    story.buys("2025-01-10", 2, 200, account="escrow")
    story.goes("2025-01-11", "delivery", 3, account="escrow")
    books = story.books()
    assert dict(books.of_others) == {("escrow", "BTC"): 7}
    assert books.lots("BTC") == []
    assert (story.entries, books.gaps) == ([], [])


def test_what_is_seized_and_not_final_is_not_the_fund_s() -> None:
    story = story_of()
    bought = story.buys("2025-01-09", 5, 500)
    story.receives("2025-01-10", 3, "seizure", 300)
    books = story.books()
    assert dict(books.of_others) == {("vault", "BTC"): 3}
    assert story.lots() == [(bought, 5, 500, 500)]


def test_between_accounts_of_others_units_stay_theirs() -> None:
    story = story_of()
    story.receives("2025-01-10", 8, "contribution", account="escrow")
    story.moves("2025-01-11", 5, "escrow", "escrow>")
    story.moves("2025-01-12", 5, "escrow>", "trust")
    held = {place: units for place, units in story.books().of_others.items() if units}
    assert held == {("escrow", "BTC"): 3, ("trust", "BTC"): 5}
    assert story.entries == []


def test_from_own_to_a_client_s_account_is_a_delivery_at_a_loss() -> None:
    story = story_of()
    story.buys("2025-01-10", 10, 1000)
    story.moves("2025-01-11", 4, "vault", "vault>")
    assert story.ledger() == {"1000 JPY": -1000, "1110 BTC": 1000}
    arrived = story.moves("2025-01-12", 4, "vault>", "escrow")
    story.books()
    assert story.entry(arrived) == {"1110 BTC": -400, "5000 BTC": 400}
    assert [one.word for one in story.reliefs] == ["delivery"]
    assert dict(story.books().of_others) == {("escrow", "BTC"): 4}


def test_a_delivery_by_transfer_waits_for_its_units() -> None:
    story = story_of()
    moved = story.moves("2025-01-11", 4, "vault", "escrow")
    books = story.books()
    assert dict(books.of_others) == {}
    assert story.gaps() == [("units_missing", "2025-01-11", moved)]
    story.buys("2025-01-11", 4, 100)
    assert story.gaps() == []
    assert dict(story.books().of_others) == {("escrow", "BTC"): 4}


def test_from_a_client_s_account_to_own_is_a_contribution_in_kind() -> None:
    story = story_of()
    story.receives("2025-01-10", 8, "contribution", account="escrow")
    story.price("2025-01-12", "90")
    story.moves("2025-01-11", 5, "escrow", "escrow>")
    arrived = story.moves("2025-01-12", 5, "escrow>", "vault")
    held = {place: units for place, units in story.books().of_others.items() if units}
    assert held == {("escrow", "BTC"): 3}
    assert story.entry(arrived) == {"1110 BTC": 450, "3000": -450}
    assert story.lots() == [(arrived, 5, 450, 450)]


def test_a_contribution_in_kind_needs_a_fair_value() -> None:
    story = story_of()
    story.receives("2025-01-10", 8, "contribution", account="escrow")
    story.moves("2025-01-12", 5, "escrow", "vault")
    assert story.gaps() == [("fair_value_missing", "2025-01-12", "BTC")]


def test_a_fee_on_a_client_s_account_is_the_client_s() -> None:
    story = story_of()
    story.receives("2025-01-10", 8, "contribution", account="escrow")
    story.goes("2025-01-11", "fee", 1, account="escrow")
    assert dict(story.books().of_others) == {("escrow", "BTC"): 7}
    assert story.entries == []


def test_the_note_on_others_counts_theirs_and_custody_only_own() -> None:
    """Five own and three seized on one account: the carrying amount is that of five."""
    story = story_of()
    story.buys("2025-01-09", 5, 500)
    story.receives("2025-01-10", 3, "seizure")
    story.receives("2025-01-10", 8, "contribution", account="escrow")
    story.price("2025-12-31", "100")
    report = story.report()
    shown = {row.ref: [cell.amount for cell in row.cells]
             for name in ("others", "custody")
             for table in [report.table(name)] if table
             for row in table.rows if row.cells}  # fmt: skip
    assert shown == {
        "others.escrow.BTC": [8],
        "others.vault.BTC": [3],
        "custody.vault.BTC.units": [5],
        "custody.vault.BTC": [500],
        "custody.total": [500],
    }


def test_encumbered_units_of_others_are_no_restriction_of_the_fund_s() -> None:
    story = story_of()
    story.buys("2025-01-09", 5, 500)
    story.receives("2025-01-10", 8, "contribution", account="escrow")
    story.encumbers("2025-01-11", 8, account="escrow")
    story.price("2025-12-31", "100")
    assert story.report().table("restricted") is None
    story.encumbers("2025-01-12", 2)
    report = story.report().table("restricted")
    assert report is not None
    assert [row.cells[0].amount for row in report.rows] == [2, 200]
