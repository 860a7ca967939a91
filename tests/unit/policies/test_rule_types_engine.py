"""What any rule may have: exceptions, exemptions, narrowing, days, approvers, doubtful texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.outcome import DENY, FLAG, Finding
from ledger.domain.policy import Judgement, Requirement
from ledger.kernel.errors import BookError
from ledger.kernel.money import Money
from policies.book import read_book
from policies.engine import AUTHORITY, PolicyEngine
from policies.questions import load_findings, rules_of
from tests.support.books import ANYBODY, approval, book, rule
from tests.support.known_facts import KnownFacts
from tests.support.rule_questions import (
    BTC,
    COLD,
    DOCUMENT,
    ENGINE,
    USDC,
    action,
    judged,
    stands,
)

OUT = action("transfer_out", account=COLD)


def forbidden(*exceptions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A rule that nothing leaves, but for its exceptions."""
    params: dict[str, Any] = {"exceptions": list(exceptions), **fields.pop("params", {})}
    return rule("T.NO", "outflow_restriction", "transfer_out", params=params, **fields)


def codes(judgement: Judgement) -> list[tuple[str, str]]:
    return [(finding.rule, finding.verdict) for finding in judgement.findings]


# -- exceptions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exception", "subject", "answer"),
    [
        ({"reason": "a"}, replace(OUT, reason="a"), "effective"),
        ({"reason": "a"}, OUT, "refused"),
        ({"evidence": "order"}, replace(OUT, evidence=(DOCUMENT,)), "effective"),
        ({"evidence": "order"}, OUT, "refused"),
        ({"provenance": "fork"}, replace(OUT, source="fork"), "effective"),
        ({"provenance": "fork"}, replace(OUT, facts={"from_fork": True}), "effective"),
        ({"provenance": "fork"}, replace(OUT, facts={"from_fork": False}), "refused"),
        ({"provenance": "fork"}, OUT, "refused"),
        ({"roles": ["Court"]}, OUT, "pending"),
        ({"roles": ["Court"], "reason": "a"}, OUT, "refused"),
        ({"roles": ["Court"], "reason": "a"}, replace(OUT, reason="a"), "pending"),
    ],
)
def test_an_exception_holds_where_all_that_it_names_holds(
    exception: dict[str, Any], subject: Any, answer: str
) -> None:
    assert stands(judged(subject, forbidden(exception))) == answer


def test_an_exception_that_asks_for_nobody_comes_first() -> None:
    both = forbidden({"roles": ["Court"]}, {"reason": "a"})
    assert stands(judged(replace(OUT, reason="a"), both)) == "effective"
    judgement = judged(OUT, both)
    assert judgement.requirements == (Requirement("T.NO", any_of=("Court",), count=1),)


def test_an_exception_is_needed_only_where_the_rule_is_broken() -> None:
    """Else who says the reason must wait for an approval that who leaves it out does not need."""
    listed = {"assets": ["BTC"], "exceptions": [{"reason": "a", "roles": ["Court"]}]}
    eligible = rule("T.R", "eligible_asset_list", "purchase", params=listed)
    assert stands(judged(action(), eligible)) == "effective"
    assert stands(judged(action(reason="a"), eligible)) == "effective"


@pytest.mark.parametrize(
    ("exception", "subject", "word"),
    [
        ({"reason": "a"}, replace(OUT, reason="a"), "a"),
        ({"provenance": "fork"}, replace(OUT, source="fork"), "fork"),
        ({"evidence": "order"}, replace(OUT, evidence=(DOCUMENT,)), "proven"),
    ],
)
def test_an_exception_is_explained(exception: dict[str, Any], subject: Any, word: str) -> None:
    books = [read_book(book(forbidden(exception)))]
    (one,) = ENGINE.explain(books, subject, KnownFacts())
    assert (one.book, one.rule.form.id) == ("test-book", "T.NO")
    assert one.verdict.inputs == (f"exception {word}",)


def test_an_exception_of_everything_is_refused() -> None:
    with pytest.raises(BookError, match="an exception of everything"):
        read_book(book(forbidden({})))


# -- an exception by another rule -----------------------------------------------------------------

BY_RULE = forbidden({"rule": "T.YES"})
COSTS: dict[str, Any] = {"purposes": ["administration"]}


def yes(**fields: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"params": COSTS, "effect": "allow_only_if"}
    return rule("T.YES", "outflow_restriction", "transfer_out", **{**base, **fields})


COST = replace(OUT, purpose="administration")


@pytest.mark.parametrize(
    ("other", "subject", "answer"),
    [
        (yes(), COST, "effective"),
        (yes(), OUT, "refused"),
        (yes(trigger=["sale"]), COST, "refused"),
        (yes(unknown=["purposes"]), COST, "refused"),
        (yes(status="bill"), COST, "refused"),
        (yes(effect="none"), COST, "refused"),
        (yes(params={**COSTS, "reason": "a"}), COST, "refused"),
    ],
)
def test_a_rule_that_governs_the_case_must_be_called_and_kept(
    other: dict[str, Any], subject: Any, answer: str
) -> None:
    assert stands(judged(subject, BY_RULE, other)) == answer
    assert stands(judged(subject, other, BY_RULE)) == answer


NOT_GOVERNING: dict[str, dict[str, Any]] = {
    "one that begins later": yes(effective_from="2026-01-06"),
    "one that has ended": yes(effective_to="2026-01-04"),
    "one about another asset": yes(params={**COSTS, "about": ["USDC"]}),
    "one about another class": yes(params={**COSTS, "applies_to": ["token"]}),
}


@pytest.mark.parametrize("other", NOT_GOVERNING.values(), ids=NOT_GOVERNING)
def test_a_rule_that_is_not_about_the_case_does_not_govern_it(other: dict[str, Any]) -> None:
    assert stands(judged(COST, BY_RULE, other)) == "refused"


def test_a_monitor_that_flags_is_not_kept() -> None:
    assert stands(judged(OUT, BY_RULE, yes(effect="flag"))) == "refused"


def test_the_rule_that_governs_is_of_the_same_book() -> None:
    books = [read_book(book(ANYBODY, BY_RULE)), read_book(book(yes(), book="another"))]
    assert stands(ENGINE.judge(books, COST, KnownFacts())) == "refused"


def test_a_rule_of_the_same_name_in_another_book_does_not_govern_by_coming_first() -> None:
    """Whether it comes before or after must not matter."""
    own = read_book(book(ANYBODY, BY_RULE, yes(params={**COSTS, "reason": "a"})))
    other = read_book(book(yes(), book="another"))
    one_way = ENGINE.judge([own, other], COST, KnownFacts())
    assert stands(one_way) == stands(ENGINE.judge([other, own], COST, KnownFacts()))


# -- exempt ---------------------------------------------------------------------------------------

LISTED = rule("T.ELIG", "eligible_asset_list", "inflow", params={"assets": ["USDC"]})
FORKS: dict[str, Any] = {"exempt_sources": ["fork"], "exempt_from": "T.ELIG"}
EXEMPT = rule("T.FORK", "inflow_source", "inflow", effect="exempt", params=FORKS)
FORK = action("inflow", source="fork")


@pytest.mark.parametrize(
    ("exempting", "subject", "answer"),
    [
        (EXEMPT, FORK, "effective"),
        (EXEMPT, action("inflow", source="donation"), "refused"),
        ({**EXEMPT, "effective_from": "2026-01-06"}, FORK, "refused"),
        ({**EXEMPT, "effective_to": "2026-01-04"}, FORK, "refused"),
        ({**EXEMPT, "params": {**FORKS, "about": ["USDC"]}}, FORK, "refused"),
        ({**EXEMPT, "params": {**FORKS, "about": ["BTC"]}}, FORK, "effective"),
        ({**EXEMPT, "status": "bill"}, FORK, "refused"),
        ({**EXEMPT, "params": {"exempt_sources": ["fork"]}}, FORK, "refused"),
    ],
)
def test_what_a_rule_exempts_another_is_not_asked_of(
    exempting: dict[str, Any], subject: Any, answer: str
) -> None:
    assert stands(judged(subject, LISTED, exempting)) == answer
    assert stands(judged(subject, exempting, LISTED)) == answer


def test_an_exempting_rule_gives_no_authority() -> None:
    books = [read_book(book(EXEMPT, LISTED))]
    assert codes(ENGINE.judge(books, FORK, KnownFacts())) == [(AUTHORITY, DENY)]


def test_an_exempting_rule_of_which_a_value_is_unknown_allows_nothing() -> None:
    unknown = {**EXEMPT, "unknown": ["exempt_sources"]}
    assert stands(judged(FORK, LISTED, unknown)) == "refused"


def test_an_exempting_rule_about_a_class_does_not_exempt_an_asset_that_is_not_known() -> None:
    narrow = {**EXEMPT, "params": {**FORKS, "applies_to": ["token"]}}
    assert stands(judged(FORK, LISTED, narrow)) == "refused"
    assert stands(judged(replace(FORK, asset=None, units=None), LISTED, narrow)) == "refused"


# -- narrowing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("narrowed", "subject", "answer"),
    [
        ({"params": {"applies_to": ["coin"]}}, OUT, "refused"),
        ({"params": {"applies_to": ["token"]}}, OUT, "effective"),
        ({"params": {"applies_to": ["token"]}}, replace(OUT, asset=None), "refused"),
        ({"params": {"about": ["BTC"]}}, OUT, "refused"),
        ({"params": {"about": [BTC.asset_id]}}, OUT, "refused"),
        ({"params": {"about": ["USDC"]}}, OUT, "effective"),
        ({"effective_from": "2026-01-05"}, OUT, "refused"),
        ({"effective_from": "2026-01-06"}, OUT, "effective"),
        ({"effective_to": "2026-01-05"}, OUT, "refused"),
        ({"effective_to": "2026-01-04"}, OUT, "effective"),
    ],
)
def test_a_rule_is_asked_only_of_what_it_is_about(
    narrowed: dict[str, Any], subject: Any, answer: str
) -> None:
    assert stands(judged(subject, forbidden(**narrowed))) == answer


def test_a_rule_about_an_asset_binds_where_that_asset_goes_out_in_an_exchange() -> None:
    swap = action("transfer_out", asset=USDC, units=5, given_asset=BTC, given_units=10**9)
    assert stands(judged(swap, forbidden(params={"about": ["BTC"]}))) == "refused"


def test_rules_of_a_day_are_those_in_force() -> None:
    rows = [
        {**ANYBODY, "id": "T.A", "effective_from": "2026-01-05"},
        {**ANYBODY, "id": "T.B", "effective_from": "2026-01-06"},
        {**ANYBODY, "id": "T.C", "effective_to": "2026-01-05"},
        {**ANYBODY, "id": "T.D", "effective_to": "2026-01-04"},
    ]
    asked_of = [one.form.id for _, one in rules_of([read_book(book(*rows))], "2026-01-05")]
    assert asked_of == ["T.A", "T.C"]


# -- approvers, unverified texts, scenarios -------------------------------------------------------


def test_a_value_that_is_not_published_waits_for_its_approvers() -> None:
    """No flag stands in for an approval, and no other office for theirs."""
    known = forbidden(unknown=["purposes"], params={"approvers": ["Board", "Governor"]})
    judgement = judged(OUT, known)
    wanted = Requirement("T.NO", any_of=("Board", "Governor"), count=1)
    assert judgement.requirements == (wanted,)
    assert judgement.findings == (
        Finding("T.NO", FLAG, "known purposes", "unknown", "A test"),
    )  # fmt: skip
    assert stands(judgement) == "pending"


def test_an_exception_frees_of_a_value_that_is_not_published() -> None:
    known = forbidden({"reason": "a"}, unknown=["purposes"])
    assert stands(judged(OUT, known)) == "refused"
    assert stands(judged(replace(OUT, reason="a"), known)) == "effective"


def test_approvers_decide_what_a_rule_needs_approval_for() -> None:
    asked = forbidden(effect="needs_approval", params={"approvers": ["Board"]})
    assert judged(OUT, asked).requirements == (Requirement("T.NO", any_of=("Board",), count=1),)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (COST, [("T.YES", FLAG)]),
        (OUT, [("T.YES", DENY)]),
        (replace(COST, reason="b"), []),
    ],
)
def test_a_text_that_nobody_confirmed_says_so_when_it_is_kept(
    subject: Any, expected: list[tuple[str, str]]
) -> None:
    params: dict[str, Any] = {**COSTS, "reason": "a"} if subject.reason else COSTS
    judgement = judged(subject, yes(confidence="unverified", params=params))
    assert codes(judgement) == expected
    if expected == [("T.YES", FLAG)]:
        (finding,) = judgement.findings
        assert (finding.expected, finding.found) == ("a confirmed text", "an unverified one")


def test_an_approval_by_an_unconfirmed_text_is_asked_for_all_the_same() -> None:
    doubtful = {**approval("T.A", "transfer_out", roles_count="2"), "confidence": "unverified"}
    judgement = ENGINE.judge([read_book(book(doubtful))], OUT, KnownFacts())
    assert [wanted.count for wanted in judgement.requirements] == [2]
    assert codes(judgement) == [("T.A", FLAG)]


@pytest.mark.parametrize(
    ("status", "effect", "decides"),
    [
        ("bill", "deny", True),
        ("proposal", "deny", True),
        ("in_force", "deny", True),
        ("none_published", "deny", False),
        ("bill", "none", False),
    ],
)
def test_bills_decide_in_a_scenario(status: str, effect: str, decides: bool) -> None:  # noqa: FBT001 - a column of the table
    books = [read_book(book(ANYBODY, forbidden(status=status, effect=effect)))]
    scenario = PolicyEngine(scenario=True)
    assert (stands(scenario.judge(books, OUT, KnownFacts())) == "refused") is decides
    assert stands(ENGINE.judge(books, OUT, KnownFacts())) == (
        "refused" if status == "in_force" else "effective"
    )


def test_a_bill_gives_authority_in_a_scenario_only() -> None:
    books = [read_book(book({**ANYBODY, "status": "bill"}))]
    assert codes(PolicyEngine(scenario=True).judge(books, OUT, KnownFacts())) == []
    assert codes(ENGINE.judge(books, OUT, KnownFacts())) == [(AUTHORITY, DENY)]


def test_an_exception_of_a_band_gives_no_authority_over_an_amount_that_is_not_known() -> None:
    """Else who leaves the amount out needs neither the band's officers nor anybody else's."""
    band: dict[str, Any] = {"initiator_roles": ["TreasuryOfficer"], "up_to": "100", "unit": "USD"}
    small = approval("T.A", "purchase", exceptions=[{"reason": "a"}], **band)
    books = [read_book(book(small))]
    large = action(reason="a", consideration=Money("USD", 10**9))
    assert stands(ENGINE.judge(books, large, KnownFacts())) == "refused"
    unknown = replace(large, consideration=None)
    assert stands(ENGINE.judge(books, unknown, KnownFacts())) == "refused"


def test_what_is_said_when_books_are_loaded() -> None:
    silent = rule("T.N", "no_published_rule", "purchase", params={"values": ["cap"]}, effect="none")
    bill = read_book(book(silent, status="bill"))
    named = [(one.rule, one.verdict, one.found) for one in load_findings([bill])]
    said = "test-book is a bill: it decides nothing outside a marked scenario"
    assert named == [("DESIGN.STATUS.1", FLAG, said), ("T.N", FLAG, "unknown")]
