"""Officers who sign nonsense: whatever is validly signed gets an answer, and stops nobody.

Bodies of every kind, with each value in turn replaced by one of the same form that fits nothing:
unknown names, amounts of sixty digits, days at the ends of time.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ledger.domain.kinds import KINDS
from ledger.domain.record import parse_record
from ledger.kernel.canonical import encode
from ledger.kernel.errors import AuthorityError, InputError, UndecidableError
from ledger.signing.dsse import render_envelope, sign_payload
from ledger.store.record_store import NewRecord, RecordStore
from tests.support.fund_simulator import FUND, replayed
from tests.support.sequenced_fund import Clock, SequencedFund
from tests.support.vector_fund import VECTORS, signer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VALID: dict[str, dict[str, Any]] = {
    kind: json.loads((VECTORS / kind / "valid.json").read_bytes()) for kind in KINDS
}
COMMON = {"fund", "kind", "author", "cosigners", "reference", "value_date", "valid_until"}


TEXTS = (
    (r"-?[0-9]+(\.[0-9]+)?", ("0", "9" * 60, f"0.{'0' * 57}1", "1")),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", ("0001-01-01", "9999-12-31", "2026-01-05", "2024-02-29")),
    (r"[0-9a-f]{64}", ("0" * 64, "f" * 64)),
    (r"[A-Z]{3,5}", ("USD", "BTC", "XAU", "JPY", "ZZ9")),
    (r".*", ("nobody", "cold-1", "x" * 64, "aigerim")),
)
"""Texts of a form, and others of the same form that fit nothing."""


def hostile(value: Any) -> tuple[Any, ...]:
    """Values of the same form that fit nothing."""
    if isinstance(value, str):
        return next(others for form, others in TEXTS if re.fullmatch(form, value, re.DOTALL))
    if isinstance(value, list):
        return ([], value * 2, value[:1] * 40)
    if isinstance(value, bool):
        return (not value,)
    return ({},) if isinstance(value, dict) else (0, 1, 2**53 - 1, -1)


def mutants(value: Any) -> Iterator[Any]:
    """The value with one part of it replaced, at every depth."""
    yield from hostile(value)
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, inner in parts:
        for other in mutants(inner):
            changed = dict(value) if isinstance(value, dict) else list(value)
            changed[name] = other
            yield changed


def bodies(vector: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The vector's body and every mutant of its own members, each under its own reference."""
    common = {name: value for name, value in vector["body"].items() if name in COMMON}
    own = {name: value for name, value in vector["body"].items() if name not in COMMON}
    for number, members in enumerate([*mutants(own), own]):
        if isinstance(members, dict):
            yield {**common, "reference": f"hostile-{number}", **members}


def fund_after(vector: dict[str, Any], path: Path) -> SequencedFund:
    """A store that holds the life after which the vector's event is effective."""
    records = (VECTORS / "preludes" / f"{vector['prelude']}.log").read_bytes().splitlines()
    with RecordStore.open(path, fund=FUND) as store:
        parsed = [parse_record(raw) for raw in records]
        store.append([NewRecord(FUND, r.position, r.kind, r.raw, r.event_id) for r in parsed])
    return SequencedFund(path, Clock(vector["now"]))


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_an_officer_signs_is_answered(kind: str, tmp_path: Path) -> None:
    vector = VALID[kind]
    fund = fund_after(vector, tmp_path / "ledger.db")
    answers: Counter[str] = Counter()
    for body in bodies(vector):
        try:
            payload = encode(body)
            signers = [signer(name) for name in (body["author"], *body["cosigners"])]
            answer = fund.sequencer.submit(render_envelope(sign_payload(payload, signers)))
        except (InputError, AuthorityError, UndecidableError) as error:
            answers[type(error).__name__] += 1
        else:
            answers[type(answer).__name__] += 1
    assert sum(answers.values()) > 3
    assert answers["Receipt"], "some of it is recorded, be it as refused"
    assert fund.sequencer._stopped is None
    digest, records = fund.digest, fund.records
    assert [parse_record(raw).position for raw in records] == list(range(1, len(records) + 1))
    assert fund.reopen().digest == digest
    replayed(records)
    fund.store.close()
