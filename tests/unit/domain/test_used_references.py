"""References and event ids that were used, beside plain sets and the textbook's tree."""

from __future__ import annotations

import hashlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.references import References
from tests.support.naive_tree import NaiveTree

NAMES = st.sampled_from(["a", "b", "a\nb", ""])
DAYS = [f"2026-01-{day:02d}" for day in range(1, 8)]


def fingerprint(author: str, reference: str) -> bytes:
    return hashlib.sha256(f"{author}\n{reference}".encode()).digest()


@given(st.lists(st.tuples(NAMES, NAMES, st.booleans(), NAMES, NAMES), max_size=20))
def test_a_reference_is_used_once_whatever_was_asked_before(
    uses: list[tuple[str, str, bool, str, str]],
) -> None:
    references, used, leaves = References(), set[bytes](), list[bytes]()
    for author, reference, ask, other_author, other in uses:
        if ask:
            asked = fingerprint(other_author, other)
            assert references.is_used(other_author, other) == (asked in used)
        references.use(author, reference)
        leaf = fingerprint(author, reference)
        used.add(leaf)
        leaves.append(leaf)
    found = references.digest_value()
    assert found["references_size"] == str(len(leaves))
    assert found["references_root"] == NaiveTree(leaves).root(0, len(leaves)).hex()


@given(st.lists(st.sampled_from(DAYS), max_size=30), st.permutations(DAYS))
def test_event_ids_are_known_until_their_day_is_over(ends: list[str], order: list[str]) -> None:
    references = References()
    for number, day in enumerate(ends):
        references.remember(f"{number:064x}", f"{day}T12:00:00.000000Z")
    for day in [*order, *sorted(order)]:
        references.forget_before(day)
    last = max(DAYS)
    for number, day in enumerate(ends):
        assert references.knows(f"{number:064x}") == (day >= last)


def test_each_day_is_forgotten_in_its_turn() -> None:
    references = References()
    for number, day in enumerate(reversed(DAYS)):
        references.remember(f"{number:064x}", f"{day}T23:59:59.999999Z")
    for gone, first in pairwise(DAYS):
        references.forget_before(first)
        known = [day for n, day in enumerate(reversed(DAYS)) if references.knows(f"{n:064x}")]
        assert gone not in known
        assert min(known) == first
        references.remember("f" * 64, f"{first}T00:00:00.000000Z")
        assert references.knows("f" * 64)
    references.forget_before("2026-02-01")
    assert references.digest_value()["event_ids"] == []
