"""A mandate withdrawn: what the rules allow of each holding, who must agree, in what order."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.outcome import ALLOW, DENY, NEEDS_APPROVAL
from ledger.domain.policy import AccountFacts, AssetFacts, Holding, PartyFacts
from policies.book import read_book, shipped_book
from policies.engine import AUTHORITY
from policies.stress.figure import Standpoint
from policies.stress.liquidity import Trading, liquidities
from policies.stress.way import PLAIN, Ground, Surroundings, Way
from policies.stress.withdrawal import Exit, Fund, Tied, exits
from tests.support.books import approval, book, rule
from tests.support.known_facts import KnownFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.book import Book

DAY = "2026-01-06"
BTC = AssetFacts("BTC", "bip122:000/slip44:0", "coin", 8, retired=False)
ETH = AssetFacts("ETH", "eip155:1/slip44:60", "coin", 18, retired=False)
COLD = AccountFacts("cold-1", "first-vault", "qualified_custodian", "cold", "own", "KZ")
OTHER = replace(COLD, account="cold-2", addresses=1)
THIRD = replace(COLD, account="cold-3")
CLIENT = replace(COLD, account="client-1", owner_class="client", addresses=1)
HELD = [Holding(COLD, BTC, 10 * 10**8, 0, 0)]
OFFICERS = {
    "aigerim": frozenset({"TreasuryOfficer"}),
    "daniyar": frozenset({"ChiefInvestmentOfficer"}),
    "marat": frozenset({"RiskOfficer"}),
    "saule": frozenset[str](),
}
PARTIES = {"exchange-one": PartyFacts("exchange-one", "Exchange One", "SG")}
AROUND = Surroundings(accounts=(COLD, OTHER, THIRD), counterparties=("exchange-one",))
INITIATE = approval("T.INIT", "any_instruction", initiator_roles=["TreasuryOfficer"]) | {
    "effect": "allow_only_if"
}
NO_SALE = rule("T.OUT", "outflow_restriction", "sale", params={"scope": ["sale"]})


def known(**facts: Any) -> KnownFacts:
    base: dict[str, Any] = {"held": HELD, "prices": {"BTC": "90000"}}
    return KnownFacts(**{**base, "in_office": OFFICERS, "parties": PARTIES, **facts})


def asked(
    *rules: dict[str, Any],
    around: Surroundings = AROUND,
    tied: Mapping[tuple[str, str], Tied] | None = None,
    books: tuple[Book, ...] = (),
    **facts: Any,
) -> list[Exit]:
    at = Standpoint(known(**facts), DAY, "USD", 16)
    read = books or (read_book(book(*rules)),)
    liquid = liquidities(at, Trading(Fraction(1, 10), Fraction(1)))
    return exits(at, Fund(read, around, tied or {}), liquid)


def ways(*rules: dict[str, Any], **options: Any) -> dict[str, Way]:
    one, *_ = asked(*rules, **options)
    return {way.way: way for way in one.ways}


def denials(way: Way) -> list[str]:
    return [finding.rule for finding in way.plain.denied]


def test_what_no_rule_forbids_and_an_office_may_propose_is_allowed() -> None:
    found = ways(INITIATE)
    assert {way.plain.verdict for way in found.values()} == {ALLOW}
    for way in found.values():
        assert way.plain.authors == ("aigerim",)
        assert [one.rule for one in way.plain.kept] == ["T.INIT"]
        assert (way.plain.ground, way.otherwise) == (PLAIN, ())
    assert [found[name].plain.other_end for name in found] == [
        "exchange-one",
        "exchange-one",
        "cold-2",
    ]


def test_a_denial_names_its_rules() -> None:
    found = ways(INITIATE, NO_SALE)
    assert (found["sale"].plain.verdict, denials(found["sale"])) == (DENY, ["T.OUT"])
    assert found["sale"].plain.authors == ()
    assert found["delivery"].plain.verdict == ALLOW


def test_an_approval_names_its_offices_and_who_could_give_it() -> None:
    agree = approval(
        "T.AGREE", "transfer_out", roles_all_of=["RiskOfficer", "Governor"], roles_count="2"
    )
    found = ways(INITIATE, agree)["delivery"].plain
    assert found.verdict == NEEDS_APPROVAL
    (one,) = found.asked
    assert (one.rule, one.each_of, one.count) == ("T.AGREE", ("RiskOfficer", "Governor"), 2)
    assert one.officers == ("marat",), "nobody is a governor"


def test_a_single_author_does_not_approve() -> None:
    agree = approval("T.AGREE", "sale", roles_any_of=["TreasuryOfficer"], roles_count="1")
    (one,) = ways(INITIATE, agree)["sale"].plain.asked
    assert (one.offices, one.officers) == (("TreasuryOfficer",), ())


def test_authors_of_one_answer_are_named_together_and_others_are_not() -> None:
    either = ["TreasuryOfficer", "ChiefInvestmentOfficer"]
    initiate = approval("T.INIT", "any_instruction", initiator_roles=either)
    initiate |= {"effect": "allow_only_if"}
    officers = OFFICERS | {"bolat": OFFICERS["aigerim"]}
    found = ways(initiate, in_office=officers)["sale"].plain
    assert found.authors == ("aigerim", "daniyar", "bolat")
    second = approval("T.SECOND", "sale", initiator_roles=["TreasuryOfficer"])
    found = ways(initiate, second, in_office=officers)["sale"].plain
    assert (found.verdict, found.authors) == (ALLOW, ("aigerim", "bolat"))
    found = ways(initiate, second, in_office={"daniyar": OFFICERS["daniyar"]})["sale"].plain
    assert (found.verdict, found.authors) == (NEEDS_APPROVAL, ("daniyar",))


def test_without_a_rule_of_authority_nothing_may_leave() -> None:
    found = ways(NO_SALE)
    assert denials(found["delivery"]) == [AUTHORITY]
    assert denials(found["sale"]) == ["T.OUT", AUTHORITY]


def test_the_best_destination_is_found_and_no_other_owners() -> None:
    registered = rule(
        "T.DEST", "outflow_restriction", "custody_transfer", params={"destinations": "registered"}
    )
    around = replace(AROUND, accounts=(CLIENT, COLD, THIRD, OTHER))
    assert ways(INITIATE, registered, around=around)["custody_transfer"].plain.other_end == "cold-2"
    around = replace(AROUND, accounts=(CLIENT, COLD, THIRD))
    found = ways(INITIATE, registered, around=around)["custody_transfer"]
    assert denials(found) == ["T.DEST"]
    around = replace(AROUND, accounts=(CLIENT, COLD))
    assert denials(ways(INITIATE, around=around)["custody_transfer"]) == ["account_unknown"]


@pytest.mark.parametrize(
    ("around", "facts", "law"),
    [
        (replace(AROUND, suspended=True), {}, "mandate_suspended"),
        (replace(AROUND, counterparties=()), {}, "counterparty_unknown"),
        (AROUND, {"in_office": {"saule": frozenset[str]()}}, "officer_not_in_office"),
    ],
)
def test_the_laws_of_the_ledger_come_first(
    around: Surroundings, facts: dict[str, Any], law: str
) -> None:
    assert denials(ways(INITIATE, around=around, **facts)["sale"]) == [law]


def test_the_least_proceeds_are_the_value_cut_to_the_cent() -> None:
    band = {"above": "300", "unit": "USD"}
    agree = approval("T.LARGE", "sale", roles_any_of=["RiskOfficer"], roles_count="1", **band)
    held = [Holding(COLD, BTC, 333_333, 0, 0)]  # 299.9997 USD
    (one,) = asked(INITIATE, agree, held=held)
    assert one.value.value == Fraction("299.9997")
    assert ways(INITIATE, agree, held=held)["sale"].plain.verdict == ALLOW
    held = [Holding(COLD, BTC, 333_345, 0, 0)]  # 300.0105 USD, which is 300.01
    assert ways(INITIATE, agree, held=held)["sale"].plain.verdict == NEEDS_APPROVAL
    unpriced = ways(INITIATE, agree, held=held, prices={})["sale"].plain
    assert unpriced.verdict == NEEDS_APPROVAL, "an unknown amount falls into every band"


def test_what_a_reason_frees_is_said_with_whose_approval() -> None:
    free = [{"reason": "court_order", "roles": ["Court"]}, {"reason": "tax_debt", "evidence": "x"}]
    barred = {"scope": ["sale"], "exceptions": free}
    found = ways(INITIATE, rule("T.OUT", "outflow_restriction", "sale", params=barred))["sale"]
    assert found.plain.verdict == DENY
    court, tax = found.otherwise
    assert (court.ground, court.verdict) == (Ground("reason", "court_order"), NEEDS_APPROVAL)
    assert [(one.offices, one.officers) for one in court.asked] == [(("Court",), ())]
    assert (tax.ground, tax.verdict) == (Ground("reason", "tax_debt"), ALLOW)


def test_what_a_purpose_frees_is_said_unless_the_purpose_is_forbidden_itself() -> None:
    params = {"scope": ["transfer_out"], "purposes": ["victims", "debt_service"]}
    barred = rule("T.OUT", "outflow_restriction", "transfer_out", params=params)
    found = ways(INITIATE, barred)["delivery"]
    assert [one.ground.word for one in found.otherwise] == ["victims", "debt_service"]
    debt = rule("T.DEBT", "outflow_restriction", "debt_service", params={})
    found = ways(INITIATE, barred, debt)["delivery"]
    assert [one.ground.word for one in found.otherwise] == ["victims"]


def test_the_american_order_frees_by_court_and_by_agency() -> None:
    read = (read_book(shipped_book("us-government-digital-assets")), read_book(book(INITIATE)))
    found = ways(books=read)["delivery"]
    assert found.plain.verdict == DENY
    words = [one.ground.word for one in found.otherwise]
    assert {"court_order", "victim_return"} <= set(words)
    (victims,) = [one for one in found.otherwise if one.ground.word == "victim_return"]
    assert victims.verdict == NEEDS_APPROVAL
    assert victims.asked[0].offices == ("AttorneyGeneral", "AgencyHead")


# -- what is not available, and the order


def test_what_is_tied_is_named_first_and_the_rest_is_asked_about() -> None:
    held = [Holding(COLD, BTC, 10 * 10**8, 3 * 10**8, 0)]
    tied = {("cold-1", "BTC"): Tied(reserved=10**8, in_transit=2 * 10**8)}
    exact = approval("T.ALL", "sale", roles_any_of=["RiskOfficer"], roles_count="1", pct="0.4")
    (one,) = asked(INITIATE, exact, held=held, tied=tied)
    assert [(part.why, part.units.text) for part in one.unavailable] == [
        ("encumbered", "3"),
        ("reserved", "1"),
        ("in_transit", "2"),
    ]
    assert one.available.value == 4
    assert one.value.value == 360_000
    assert one.ways[0].plain.verdict == NEEDS_APPROVAL, "4 of 10 units are what is asked about"


def test_on_a_frozen_account_nothing_is_available_and_the_law_is_told_all_the_same() -> None:
    held = [Holding(COLD, BTC, 10 * 10**8, 3 * 10**8, 0)]
    (one,) = asked(INITIATE, held=held, tied={("cold-1", "BTC"): Tied(frozen=True)})
    assert [(part.why, part.units.text) for part in one.unavailable] == [
        ("encumbered", "3"),
        ("frozen", "7"),
    ]
    assert (one.available.text, one.value.text) == ("0", "900000")
    assert one.ways[0].plain.verdict == ALLOW


def test_the_most_liquid_comes_first_and_the_unknown_last() -> None:
    held = [
        Holding(COLD, AssetFacts("ADA", "a/b", "coin", 6, retired=False), 10**6, 0, 0),
        Holding(COLD, BTC, 10 * 10**8, 0, 0),
        Holding(OTHER, ETH, 10**18, 0, 0),
        Holding(CLIENT, ETH, 10**18, 0, 0),
        Holding(COLD, ETH, 10**18, 0, 0),
    ]
    seen = {
        ("traded_volume", "BTC"): ("2026-01-05", "10", "BTC"),
        ("traded_volume", "ETH"): ("2026-01-05", "10", "ETH"),
    }
    found = asked(INITIATE, held=held, observed_values=seen)
    order = [(one.holding.asset.code, one.holding.account.account) for one in found]
    assert order == [
        ("ETH", "cold-1"),
        ("ETH", "cold-2"),
        ("BTC", "cold-1"),
        ("ADA", "cold-1"),
        ("ETH", "client-1"),
    ]
    assert [one.days.value for one in found] == [2, 2, 10, None, None]
    assert found[4].days.missing == ("days for a client's ETH: it is not the fund's to sell",)


def test_what_is_gone_is_not_asked_about() -> None:
    assert asked(INITIATE, held=[Holding(COLD, BTC, 0, 0, 7)]) == []
