"""The ledger lies about what is beside the outcome: place, time, envelope, signatures.

As before it hashes and signs what it made of a record; only the officers' signatures are not its
own. Each lie is asked about in its place, after every record before it was decided, and some of
them in a full audit.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from ledger.kernel.instants import parse_instant, render_instant
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, pae
from ledger.signing.ed25519_points import ORDER
from ledger.signing.possession import PAYLOAD_TYPE_POSSESSION
from tests.support.fund_simulator import OFFICES, signer_of
from tests.support.hostile_log import AuditBefore, placed, signed_again, with_members
from tests.support.tally import tally
from tests.support.thousand_events import RECORDS, thousand_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.signing.signer import MemorySigner

    Lie = tuple[str, bytes, str]
    """What is done, the record that it becomes, and the code of the finding."""
    Signature = dict[str, str]

MALFORMED = "record_malformed"
STRANGER = signer_of("a stranger")
TIMES = (
    "2026-01-05T09:00:00Z",
    "2026-01-05T09:00:00.000000+00:00",
    "2026-01-05T09:00:00.000000z",
    "2026-01-05 09:00:00.000000Z",
    "2026-02-30T09:00:00.000000Z",
    "2026-01-05T09:00:00.0000000Z",
    "2026-01-05T24:00:00.000000Z",
)
"""Spellings that no record has."""


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def lies_about_place(raw: bytes, position: int) -> Iterator[Lie]:
    for said in {position - 1, position + 1, position + RECORDS, 2**53 - 1} - {0}:
        yield "position", with_members(raw, position=said), "position_differs"
    for wrong in (0, -position, str(position), [position], float(position)):
        yield "position without form", with_members(raw, position=wrong), MALFORMED
    value = json.loads(raw)
    for name in ("position", "recorded_at", "outcome", "envelope"):
        rest = {key: member for key, member in value.items() if key != name}
        yield "member missing", with_members(json.dumps(rest).encode()), MALFORMED
    yield "member unknown", with_members(raw, seen=True), MALFORMED
    yield "another spelling", raw.replace(b',"recorded_at', b', "recorded_at', 1), MALFORMED
    yield "another spelling", raw + b"\n", MALFORMED


def lies_about_time(raw: bytes, position: int) -> Iterator[Lie]:
    """Times before the record before it; later ones are tried in `test_moved_clock`."""
    for wrong in TIMES:
        yield "time without form", with_members(raw, recorded_at=wrong), MALFORMED
    if position == 1:
        return
    before = json.loads(thousand_events().records[position - 2])["recorded_at"]
    moment = parse_instant(before)
    for earlier in (
        moment.replace(year=2025),
        moment.replace(microsecond=999_999, minute=0, hour=moment.hour - 1 if moment.hour else 0),
    ):
        text = render_instant(earlier)
        if text < before:
            yield "time reversed", with_members(raw, recorded_at=text), "rejected_time_reversed"


def with_envelope(raw: bytes, **members: Any) -> bytes:
    envelope = json.loads(raw)["envelope"]
    return with_members(raw, envelope=envelope | members)


def neighbour(position: int) -> bytes:
    """The record after this one, or before the last."""
    return thousand_events().records[position if position < RECORDS else position - 2]


def lies_about_payload(raw: bytes, position: int) -> Iterator[Lie]:
    """Other bytes under the signatures, or the same bytes as something else."""
    payload = base64.b64decode(json.loads(raw)["envelope"]["payload"])
    body = json.loads(payload)
    for name, text in (("reference", "another"), ("value_date", "2026-01-04")):
        forged = json.dumps(body | {name: text}, sort_keys=True, separators=(",", ":"))
        yield "body", with_envelope(raw, payload=encoded(forged.encode())), "signature_bad"
    other = json.loads(neighbour(position))["envelope"]["payload"]
    code = "signature_bad" if position > 1 else "rejected_not_constituted"
    yield "payload of another record", with_envelope(raw, payload=other), code
    loose = json.dumps(body, sort_keys=True).encode()
    yield "payload in another spelling", with_envelope(raw, payload=encoded(loose)), MALFORMED
    for kind in (PAYLOAD_TYPE_POSSESSION, PAYLOAD_TYPE_EVENT.replace("v1", "v2"), ""):
        yield "payload type", with_envelope(raw, payloadType=kind), MALFORMED
    yield "envelope's member unknown", with_envelope(raw, note="seen"), MALFORMED
    text = encoded(payload)
    for wrong in (text + "\n", text[:-4] + "====", text.rstrip("=") + "=" * 3):
        yield "base64", with_envelope(raw, payload=wrong), MALFORMED


def with_signatures(raw: bytes, signatures: list[Signature]) -> bytes:
    return with_envelope(raw, signatures=signatures)


def in_order(signatures: list[Signature]) -> list[Signature]:
    return sorted(signatures, key=lambda signature: signature["keyid"])


def grown(signature: bytes) -> bytes:
    """The same signature with S + L in place of S."""
    number = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + number.to_bytes(32, "little")


def lies_about_one_signature(raw: bytes, at: int, position: int) -> Iterator[Lie]:
    found: list[Signature] = json.loads(raw)["envelope"]["signatures"]
    one = found[at]
    rest = [*found[:at], *found[at + 1 :]]
    data = base64.b64decode(one["sig"])
    missing = "rejected_signers_differ" if rest else MALFORMED
    yield "signature removed", with_signatures(raw, rest), missing
    yield "signature repeated", with_signatures(raw, in_order([*found, one])), MALFORMED
    flipped = bytearray(data)
    flipped[position % 64] ^= 1 << position % 8
    other = json.loads(neighbour(position))["envelope"]["signatures"][0]
    for what, sig in (
        ("flipped", bytes(flipped)),
        ("with S beyond L", grown(data)),
        ("of zeros", bytes(64)),
        ("cut", data[:-1]),
        ("lengthened", data + b"\x00"),
        ("of another record", base64.b64decode(other["sig"])),
    ):
        forged = in_order([*rest, one | {"sig": encoded(sig)}])
        yield f"signature {what}", with_signatures(raw, forged), "signature_bad"
    renamed = in_order([*rest, one | {"keyid": STRANGER.public_key.keyid}])
    yield "key id of a stranger", with_signatures(raw, renamed), "rejected_unknown_key"
    keyid = other["keyid"] if other["keyid"] not in {s["keyid"] for s in found} else ""
    if keyid and position > 1 and keyid in known_before(position):
        moved = in_order([*rest, one | {"keyid": keyid}])
        yield "key id of another", with_signatures(raw, moved), "signature_bad"
    for wrong in ("", one["keyid"][:-1], one["keyid"].upper() + "A"):
        yield (
            "key id without form",
            with_signatures(raw, [*rest, one | {"keyid": wrong}]),
            MALFORMED,
        )


def known_before(position: int) -> set[str]:
    """The keys that the log knows at a position."""
    keys = thousand_events().state.keys.items()
    return {keyid for keyid, entry in keys if entry.enrolled_at < position}


def lies_about_signatures(raw: bytes, position: int) -> Iterator[Lie]:
    """Signatures taken away, put in, in another order; `position` is that of the record."""
    envelope = json.loads(raw)["envelope"]
    found: list[Signature] = envelope["signatures"]
    yield "no signatures", with_signatures(raw, []), MALFORMED
    if len(found) > 1:
        yield "signatures in another order", with_signatures(raw, found[::-1]), MALFORMED
        swapped = [
            one | {"sig": two["sig"]}
            for one, two in zip(found, [*found[1:], found[0]], strict=True)
        ]
        yield "signatures exchanged", with_signatures(raw, swapped), "signature_bad"
    for at in range(len(found)):
        yield from lies_about_one_signature(raw, at, position)
    message = pae(PAYLOAD_TYPE_EVENT, base64.b64decode(envelope["payload"]))
    yield (
        "a stranger signed too",
        with_signatures(raw, in_order([*found, signed(STRANGER, message)])),
        "rejected_unknown_key",
    )
    yield from lies_of_officers(raw, message, found, position)


def signed(signer: MemorySigner, message: bytes) -> Signature:
    return {"keyid": signer.public_key.keyid, "sig": encoded(signer.sign(message))}


def lies_of_officers(
    raw: bytes, message: bytes, found: list[Signature], position: int
) -> Iterator[Lie]:
    """One officer more, who signed indeed, or whose signature was made up."""
    signing = {signature["keyid"] for signature in found}
    signers = [thousand_events().signers[name] for name in OFFICES]
    others = [signer for signer in signers if signer.public_key.keyid not in signing]
    if not others:
        return
    one = others[position % len(others)]
    more = in_order([*found, signed(one, message)])
    yield "another officer signed too", with_signatures(raw, more), "rejected_signers_differ"
    forged = in_order([*found, {"keyid": one.public_key.keyid, "sig": found[0]["sig"]}])
    yield "another officer's signature made up", with_signatures(raw, forged), "signature_bad"


def lies_of(raw: bytes, position: int) -> Iterator[Lie]:
    yield from lies_about_place(raw, position)
    yield from lies_about_time(raw, position)
    yield from lies_about_payload(raw, position)
    yield from lies_about_signatures(raw, position)


@pytest.mark.deep
def test_every_lie_about_every_record_is_named() -> None:
    tried: Counter[str] = Counter()
    for audit, raw in AuditBefore.each(thousand_events().records):
        for what, lying, code in lies_of(raw, audit.position):
            assert lying != raw, what
            assert code in audit.told(lying), (audit.position, what)
            tried[what] += 1
    assert len(tried) >= 30
    tally("lies about place, time, envelope and signatures, asked at their position",
          tried.total(), tried.total())  # fmt: skip


def audit_lies(positions: range, first: int) -> int:
    """A full audit of one lie about each of these records, another kind of lie for each next."""
    for turn, position in enumerate(positions, start=first):
        records = [*thousand_events().records]
        found = list(lies_of(records[position - 1], position))
        what, lying, code = found[turn * 11 % len(found)]
        records[position - 1] = lying
        report = signed_again(records)
        decided = [("not_decided", position + 1)] if position < RECORDS else []
        leaf = [("first_leaf_differs", 1)] if position == 1 else []
        placed_at = placed(report)
        assert (code, position) in placed_at, (position, what)
        rest = [entry for entry in placed_at if entry not in [*leaf, *decided]]
        assert {at for _, at in rest} == {position}, what
        assert report.verdict == "proven_bad", what
    return len(positions)


def test_some_lies_about_records_are_named() -> None:
    assert audit_lies(range(1, RECORDS + 1, 110), 2) == 10
    for audit, raw in islice(AuditBefore.each(thousand_events().records), 150):
        found = list(lies_of(raw, audit.position))
        for what, lying, code in found[audit.position % 7 :: 7]:
            assert code in audit.told(lying), (audit.position, what)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(2))
def test_a_lie_about_every_other_record_is_named_in_a_full_audit(part: int) -> None:
    tried = audit_lies(range(1 + 2 * part, RECORDS + 1, 4), part)
    tally("lies about place, time, envelope and signatures, audited in full", tried, tried)
