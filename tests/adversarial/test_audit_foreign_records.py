"""Records that are good where they come from: of another fund, another environment, another time.

Whoever holds the log key puts them between two records, numbers everything anew, and signs.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import pytest

from ledger.log.merkle import leaf_hash
from ledger.log.note import NoteSigner
from tests.support.bundle_writer import Forger, audited
from tests.support.fund_simulator import FUND
from tests.support.hostile_log import (
    AuditBefore,
    first_wrong,
    honest_leaves,
    honest_note,
    placed,
    renumbered,
    signed_again,
    with_members,
)
from tests.support.tally import tally
from tests.support.thousand_events import (
    RECORDS,
    BusyFund,
    begin,
    keep_registers_and_act,
    thousand_events,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LAGOON, STAGING = "test/lagoon", "staging/harbour"


@cache
def neighbour(origin: str) -> BusyFund:
    """Another fund, or this one in another environment, with the same officers and their keys."""
    fund = BusyFund(fund=origin, signers=dict(thousand_events().signers))
    keep_registers_and_act(begin(fund))
    return fund


def fitted(raw: bytes, position: int) -> bytes:
    """A record as it must be to stand here: with this position, at the time of the one before."""
    before = thousand_events().records[max(position - 2, 0)]
    return with_members(raw, position=position, recorded_at=json.loads(before)["recorded_at"])


def of_another_fund(position: int, _chance: Random) -> bytes:
    records = neighbour(LAGOON).records
    return fitted(records[position % len(records)], position)


def of_another_environment(position: int, _chance: Random) -> bytes:
    records = neighbour(STAGING).records
    return fitted(records[position % len(records)], position)


def of_before(position: int, chance: Random) -> bytes:
    """A record of this log, recorded before."""
    return fitted(thousand_events().records[chance.randrange(position - 1)], position)


def just_before(position: int, _chance: Random) -> bytes:
    return fitted(thousand_events().records[position - 2], position)


ELSEWHERE = {"rejected_wrong_fund", "rejected_constituted_already"}
AGAIN = {"rejected_duplicate", "rejected_expired", "rejected_constituted_already"}
SOURCES: dict[str, tuple[Callable[[int, Random], bytes], set[str]]] = {
    "of another fund": (of_another_fund, ELSEWHERE),
    "of another environment": (of_another_environment, ELSEWHERE),
    "of this log from before": (of_before, AGAIN),
    "of this log, the one before": (just_before, AGAIN),
}


@pytest.mark.deep
@pytest.mark.parametrize("source", SOURCES)
def test_a_foreign_record_in_every_place_is_named(source: str) -> None:
    make, codes = SOURCES[source]
    chance, tried = Random(source), Counter[str]()  # noqa: S311 - places, not secrets
    for audit, _ in AuditBefore.each(thousand_events().records):
        if audit.position == 1:
            continue
        (code,) = audit.told(make(audit.position, chance))
        assert code in codes, audit.position
        tried[code] += 1
    assert tried.total() == RECORDS - 1
    tally(f"well-signed records {source}, asked in every place", RECORDS - 1, tried.total())


def put_in(position: int, raw: bytes) -> list[bytes]:
    """The log with a record more at a position, numbered anew."""
    records = [*thousand_events().records]
    records.insert(position - 1, raw)
    return renumbered(records)


def audit_foreign(source: str, positions: Iterable[int]) -> int:
    make, codes = SOURCES[source]
    chance, tried = Random(source), 0  # noqa: S311 - places, not secrets
    for position in positions:
        report = signed_again(put_in(position, make(position, chance)))
        (code, at), *rest = placed(report)
        assert (code in codes, at) == (True, position), code
        assert rest == ([("not_decided", position + 1)] if position <= RECORDS else [])
        assert report.verdict == "proven_bad"
        tried += 1
    return tried


@pytest.mark.parametrize("source", SOURCES)
def test_a_foreign_record_in_some_places_is_named_in_a_full_audit(source: str) -> None:
    assert audit_foreign(source, (257, 1_001)) == 2


@pytest.mark.deep
@pytest.mark.parametrize("source", SOURCES)
def test_a_foreign_record_in_many_places_is_named_in_a_full_audit(source: str) -> None:
    tried = audit_foreign(source, range(2, RECORDS + 2, 9))
    tally(f"well-signed records {source}, audited in full", tried, tried)


# -- a record pulled forward, which may be a good one where it stands


def pull_forward(seed: int, count: int) -> Counter[str]:
    """Records of later that stand where they came not yet, and again in their own place."""
    chance, found = Random(seed), Counter[str]()  # noqa: S311 - places, not secrets
    while found.total() < count:
        position = chance.randint(2, RECORDS - 1)
        later = min(RECORDS, position + chance.choice([1, 3, 40, RECORDS]))
        records = put_in(position, fitted(thousand_events().records[later - 1], position))
        at, code = first_wrong(records)
        report = signed_again(records)
        assert placed(report)[0] == (code, at), (position, later)
        assert report.verdict == "proven_bad"
        assert position <= at <= later + 1
        found[code] += 1
    return found


def test_some_records_pulled_forward_are_named_where_the_first_does_not_follow() -> None:
    assert pull_forward(0, 4).total() == 4


@pytest.mark.deep
def test_many_records_pulled_forward_are_named_where_the_first_does_not_follow() -> None:
    found = pull_forward(1, 200)
    assert len(found) >= 2, found
    tally("records pulled forward, audited in full", 200, found.total())


# -- the first position


@pytest.mark.parametrize("origin", [LAGOON, STAGING])
def test_the_whole_log_of_another_fund_is_not_this_one(origin: str) -> None:
    """Also if the log key is the same, and signs for this fund's name."""
    other = neighbour(origin)
    trust = Forger([thousand_events().records[0]], thousand_events().signer_at(1)).trust()
    named_as_it_is = Forger(other.records, NoteSigner(origin, thousand_events().log_signer))
    found = {found.code for found in audited(named_as_it_is.build(), trust).findings}
    assert {"checkpoint_origin", "first_leaf_differs"} <= found
    named_as_ours = Forger(other.records, NoteSigner(FUND, thousand_events().log_signer))
    report = audited(named_as_ours.build(), trust, since=honest_note(20))
    assert report.verdict == "proven_bad"
    assert placed(report)[0] == ("first_leaf_differs", 1)
    assert leaf_hash(other.records[0]) != honest_leaves()[0]


@pytest.mark.parametrize("origin", [LAGOON, STAGING])
def test_a_foreign_constitution_before_our_records_is_named(origin: str) -> None:
    records = [neighbour(origin).records[0], *thousand_events().records[1:]]
    found = placed(signed_again(records))
    assert found[0] == ("first_leaf_differs", 1)
    assert ("rejected_wrong_fund", 2) in found
