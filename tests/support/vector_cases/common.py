"""Cases that any kind may meet: who and when, the charter, the mandate, exceptions.

Each is named for the code that its answer gives; the kind that shows it is only an example.
"""

from __future__ import annotations

from typing import Any

from tests.support.vector_case import Case, Subject, case
from tests.support.vector_cases.accounting import SUBJECTS as ACCOUNTING
from tests.support.vector_cases.constitution import SUBJECTS as CONSTITUTION
from tests.support.vector_cases.custody import SUBJECTS as CUSTODY
from tests.support.vector_cases.judgement import SUBJECTS as JUDGEMENT
from tests.support.vector_cases.movements import SUBJECTS as MOVEMENTS
from tests.support.vector_cases.movements import usd
from tests.support.vector_cases.registry import SUBJECTS as REGISTRY

_BY_KIND = {
    subject.kind: subject
    for subject in (*CONSTITUTION, *REGISTRY, *MOVEMENTS, *CUSTODY, *JUDGEMENT, *ACCOUNTING)
}
_ALONE: dict[str, Any] = {"cosigners": []}

_CASES: tuple[tuple[str, Case], ...] = (
    # who and when
    ("fact.recorded", case("officer_not_in_office", "the author left office", author="timur")),
    (
        "fact.recorded",
        case("value_date_in_future", "tomorrow in the fund's zone", value_date="2026-01-13"),
    ),
    (
        "fact.recorded",
        case(
            "value_date_too_early",
            "3651 days back where 3650 are allowed",
            value_date="2016-01-14",
            occurred_on=None,
        ),
    ),
    (
        "fact.recorded",
        case(
            "valid-earliest_value_date",
            "exactly 3650 days back",
            value_date="2016-01-15",
            occurred_on=None,
        ),
    ),
    (
        "fact.recorded",
        case("period_shut", "the last day of a closed period", "closed", value_date="2025-12-31"),
    ),
    (
        "fact.recorded",
        case("period_shut-closing", "its close is pending", "closing", value_date="2025-12-31"),
    ),
    (
        "fact.recorded",
        case(
            "valid-late_fact",
            "it happened in a closed period: the first open day, and when it was",
            "closed",
            value_date="2026-01-01",
            occurred_on="2025-12-30",
        ),
    ),
    (
        "fact.recorded",
        case(
            "value_date_before_reference-occurred_on",
            "valued before it happened",
            value_date="2026-01-10",
            occurred_on="2026-01-11",
        ),
    ),
    # the charter
    (
        "mandate.suspended",
        case(
            "office_not_entitled",
            "governance officers have signed, and the author is none",
            author="aigerim",
            cosigners=["gulnara", "nurlan"],
        ),
    ),
    (
        "mandate.suspended",
        case("charter_quorum", "one of two has signed: it waits", **_ALONE),
    ),
    (
        "asset.listed",
        case(
            "charter_quorum-registry",
            "without a mandate the charter governs the registry",
            "registered",
            author="gulnara",
            cosigners=["bolat"],
        ),
    ),
    (
        "asset.listed",
        case(
            "valid-registry_by_charter",
            "without a mandate the charter governs the registry",
            "registered",
            author="gulnara",
            cosigners=["nurlan"],
        ),
    ),
    # the mandate
    ("fact.recorded", case("no_mandate", "no mandate is in force yet", "registered")),
    (
        "acquisition.proposed",
        case("mandate_suspended", "an act is refused", "suspended"),
    ),
    (
        "fact.recorded",
        case("mandate_suspended-fact", "a fact waits for the exception quorum", "suspended"),
    ),
    (
        "asset.listed",
        case("DESIGN.AUTHORITY.1", "no rule of the mandate says who may do this", "sparse"),
    ),
    (
        "acquisition.settled",
        case(
            "DESIGN.TOLERANCE.1",
            "the mandate names no tolerance, so it is zero; a fact waits",
            "sparse",
            author="aigerim",
            units="1.5",
            fees=[],
            value_date="2026-01-05",
            trade_date="2026-01-05",
        ),
    ),
    ("acquisition.proposed", case("VEC.INIT.1", "not an office that proposes", author="bolat")),
    (
        "fact.recorded",
        case(
            "VEC.INIT.2",
            "not an office that records; a fact is not refused, it waits",
            author="marat",
        ),
    ),
    ("asset.listed", case("VEC.INIT.3", "a second officer's approval is missing", **_ALONE)),
    ("acquisition.proposed", case("VEC.ELIG.1", "an asset that is not eligible", asset="LTC")),
    (
        "acquisition.proposed",
        case("VEC.LIMIT.1", "a cent above the limit", max_consideration=usd("1000000.01")),
    ),
    ("acquisition.proposed", case("VEC.APPR.1", "the approval is missing: it waits", **_ALONE)),
    (
        "acquisition.proposed",
        case("VEC.APPR.2", "one of two approvals: it waits", max_consideration=usd("1000000")),
    ),
    (
        "transfer.released",
        case("VEC.SOD.1", "who approved the transfer released it; it waits", author="daniyar"),
    ),
    (
        "transfer.proposed",
        case(
            "VEC.DEST.1",
            "the destination has no registered address",
            to_account="empty-1",
            to_address=None,
        ),
    ),
    (
        "acquisition.settled",
        case(
            "VEC.TOL.1-price", "more than one per cent dearer; it waits", consideration=usd("41000")
        ),
    ),
    ("acquisition.settled", case("VEC.TOL.1-units", "more units than proposed", units="1.5")),
    # exceptions
    (
        "acquisition.settled",
        case(
            "proposal_not_effective-flagged",
            "the exception quorum signed with it: effective, and flagged",
            proposal="@acquisition_waits",
            cosigners=["gulnara", "marat"],
        ),
    ),
    # references
    (
        "fact.recorded",
        case(
            "valid-reference_of_refused",
            "a refused event used this reference; it may be used again",
            reference="refused-once",
        ),
    ),
)

COMMON: dict[str, tuple[Subject, Case]] = {
    item.name: (_BY_KIND[kind], item) for kind, item in _CASES
}
"""File name to the kind that shows it and the case."""
