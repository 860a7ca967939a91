"""What one asks of books beside a verdict: what is due, what is left, how holdings are spread."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from typing_extensions import override

from ledger.domain.outcome import DENY, Finding
from policies.book import read_book
from policies.engine import is_unknown
from policies.monitors import StalePrice, concentration, stale_prices
from policies.questions import headroom, load_findings, no_lawful_option, obligations
from tests.support.books import book, rule
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import CLIENT, IBIT, USDC, action, asked, holding

if TYPE_CHECKING:
    from ledger.domain.policy import Observed

DAY = "2026-01-05"

# -- questions of a day ---------------------------------------------------------------------------


def test_obligations_are_sorted_and_those_without_a_day_come_last() -> None:
    later = {"deliverable": "later", "due": "2026-02-01"}
    rules = [
        rule("T.A", "obligation_due", "calendar", params={"deliverable": "never"}),
        rule("T.B", "obligation_due", "calendar", params=later),
        rule("T.C", "obligation_due", "calendar", params={"deliverable": "soon", "due": DAY}),
        rule("T.D", "obligation_due", "calendar", params=later, status="bill"),
        rule("T.E", "obligation_due", "calendar", params=later, effective_to="2026-01-04"),
        rule("T.F", "obligation_due", "calendar", params=later, effective_from="2026-01-06"),
        rule("T.G", "effective_date", "calendar", params={"in_force_from": DAY}),
    ]
    found_of = obligations([read_book(book(*rules))], KnownFacts(), DAY)
    assert [one.rule for one in found_of] == ["T.C", "T.B", "T.A"]


def test_headroom_is_asked_of_every_limit_in_force() -> None:
    cap = {"amount": "10", "unit": "USD", "measure": "cumulative_purchase_cost"}
    rows = [
        rule("T.A", "cap_absolute", "purchase", params=cap),
        rule("T.B", "cap_absolute", "purchase", params=cap, status="bill"),
        rule("T.C", "effective_date", "purchase", params={"in_force_from": DAY}),
    ]
    (entry,) = headroom([read_book(book(*rows))], KnownFacts(constant=400), DAY)
    assert (entry.rule, entry.left) == ("T.A", "6")


def test_every_way_against_some_rule_is_no_lawful_option() -> None:
    one, other = (Finding(name, DENY) for name in ("T.B", "T.A"))
    assert no_lawful_option([]) is None
    assert no_lawful_option([[one], []]) is None
    clash = no_lawful_option([[one], [other, one]])
    assert clash is not None
    assert (clash.expected, clash.found) == ("no lawful option", "T.A, T.B")


def test_two_versions_of_a_book_are_denied_and_a_missing_value_is_told_from_a_wrong_one() -> None:
    read = read_book(book())
    (finding,) = load_findings([read, read])
    assert (finding.verdict, finding.found) == (DENY, "2 versions of test-book")
    assert load_findings([read]) == []
    assert not is_unknown(finding)
    missing = asked("eligible_asset_list", action(asset=None)).findings[0]
    assert is_unknown(missing)


# -- monitors -------------------------------------------------------------------------------------


def test_shares_are_of_what_has_a_price() -> None:
    held = [holding(10**8), holding(3 * 10**6, USDC, CLIENT), holding(0, IBIT), holding(5, IBIT)]
    known = KnownFacts(held=held, prices={"BTC": "1", "USDC": "1"})
    shares = [(one.by, one.name, one.share) for one in concentration(known, "USD", DAY)]
    quarter, rest = Fraction(1, 4), Fraction(3, 4)
    assert shares == [
        ("asset", "USDC", rest), ("asset", "BTC", quarter),
        ("custodian", "second-vault", rest), ("custodian", "first-vault", quarter),
        ("jurisdiction", "AE", rest), ("jurisdiction", "KZ", quarter),
    ]  # fmt: skip
    worthless = KnownFacts(held=[holding(10**8)], prices={"BTC": "0"})
    assert [one.share for one in concentration(worthless, "USD", DAY)] == [0, 0, 0]


class OldPrices(KnownFacts):
    """Prices of the fifth of January."""

    @override
    def price(self, asset: str, currency: str, day: str) -> Observed | None:
        return super().price(asset, currency, DAY)


def test_a_price_is_old_from_the_day_after_the_oldest_that_counts() -> None:
    known = OldPrices(held=[holding(1), holding(1, USDC), holding(0, IBIT)], prices={"BTC": "1"})
    missing = StalePrice("USDC", "", None)
    assert stale_prices(known, "USD", "2026-01-08", oldest=3) == [missing]
    old = StalePrice("BTC", DAY, 4)
    assert stale_prices(known, "USD", "2026-01-09", oldest=3) == [old, missing]
