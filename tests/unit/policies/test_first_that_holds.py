"""Of several things that are wrong with an action, a flag hides none that denies or asks."""

from __future__ import annotations

from ledger.domain.outcome import DENY, FLAG, Finding
from ledger.domain.policy import Requirement
from policies.rule import Verdict, first_that_holds

FLAGGED = Verdict((Finding("T.R", FLAG, "a document", "none"),))
DENIED = Verdict((Finding("T.R", DENY, "a source", "none"),))
ASKED = Verdict(
    (Finding("T.R", FLAG, "known budget", "unknown"),),
    (Requirement("T.R", any_of=("A",), count=1),),
)


def test_nothing_wrong_is_no_answer() -> None:
    assert first_that_holds([]) is None


def test_the_first_that_denies_or_asks_is_the_answer() -> None:
    assert first_that_holds([DENIED, ASKED]) == DENIED
    assert first_that_holds([ASKED, DENIED]) == ASKED


def test_a_flag_alone_stays_a_flag() -> None:
    assert first_that_holds([FLAGGED, FLAGGED]) == FLAGGED


def test_a_flag_is_kept_beside_what_it_would_hide() -> None:
    asked = first_that_holds([FLAGGED, ASKED])
    assert asked == Verdict((*FLAGGED.findings, *ASKED.findings), ASKED.requirements)
    denied = first_that_holds([FLAGGED, DENIED, ASKED])
    assert denied == Verdict((*FLAGGED.findings, *DENIED.findings))
