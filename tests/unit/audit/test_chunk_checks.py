"""The worker's checks: leaves, forms and signatures of one entry bundle."""

from __future__ import annotations

import base64
import hashlib
import json
import pickle
from typing import Any

import pytest

from ledger.audit import checks
from ledger.audit.checks import Chunk, check_chunk
from ledger.audit.replay import Replay
from ledger.audit.spelling import read_usual
from ledger.domain.record import parse_record
from ledger.kernel.errors import LedgerError
from ledger.log.merkle import leaf_hash, tree_root
from ledger.log.tiles import render_entries
from policies.engine import PolicyEngine
from tests.support.bundle_writer import canonical, lived_fund, long_fund

PATH = "tile/entries/000"


def keys_after(records: list[bytes]) -> dict[str, tuple[str, bytes]]:
    replay = Replay(PolicyEngine())
    for raw in records:
        replay.fold(raw)
    assert replay.stop is None
    return dict(replay.key_table())


def chunk_of(records: list[bytes], **fields: Any) -> Chunk:
    data = fields.pop("data", None) or render_entries(records)
    chunk = {"path": PATH, "first": 1, "due": len(records), "data": data}
    return Chunk(**{**chunk, "keys": keys_after(lived_fund().records), **fields})


def told(chunk: Chunk) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.position) for finding in check_chunk(chunk).findings]


def altered(raw: bytes, **members: Any) -> bytes:
    return canonical(json.loads(raw) | members)


def with_body(raw: bytes, **members: Any) -> bytes:
    """A record with another body under the old signatures."""
    value = json.loads(raw)
    body = json.loads(base64.b64decode(value["envelope"]["payload"])) | members
    value["envelope"]["payload"] = base64.b64encode(canonical(body)).decode()
    return canonical(value)


def test_good_records_give_leaves_and_no_finding() -> None:
    records = lived_fund().records
    chunk = chunk_of(records)
    verdict = check_chunk(chunk)
    assert verdict.findings == []
    assert verdict.leaves == [leaf_hash(raw) for raw in records]
    assert verdict.root is None
    assert verdict.positions == list(range(1, len(records) + 1))
    assert verdict.digest == hashlib.sha256(chunk.data).hexdigest()
    signatures = sum(len(parse_record(raw).envelope.signatures) for raw in records)
    assert verdict.signatures == signatures
    assert [chunk.data[start:end] for start, end in verdict.places] == records


def test_a_full_chunk_has_a_root() -> None:
    records = long_fund().records[:256]
    verdict = check_chunk(chunk_of(records, keys=keys_after(records)))
    assert verdict.root == tree_root([leaf_hash(raw) for raw in records])


def test_chunks_and_verdicts_travel_between_processes() -> None:
    chunk = chunk_of([*lived_fund().records[:3], b"no record"])
    assert pickle.loads(pickle.dumps(chunk)) == chunk  # noqa: S301 - our own bytes
    verdict = check_chunk(chunk)
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301 - our own bytes
    assert verdict.findings


def test_a_missing_record_is_named_by_the_first_position() -> None:
    records = lived_fund().records
    assert told(chunk_of(records[:-2], due=len(records))) == [("records_missing", len(records) - 1)]


def test_a_record_too_many_is_named_and_not_read() -> None:
    records = lived_fund().records
    chunk = chunk_of([*records, b"garbage"], due=len(records))
    assert told(chunk) == [("records_surplus", len(records) + 1)]
    chunk = chunk_of(records, data=render_entries(records) + b"\x00")
    assert told(chunk) == [("records_surplus", len(records) + 1)]


def test_a_cut_file_is_named_at_the_record_that_is_cut() -> None:
    records = lived_fund().records
    chunk = chunk_of(records, data=render_entries(records)[:-1])
    (finding,) = check_chunk(chunk).findings
    assert (finding.code, finding.position) == ("entries_cut", len(records))
    assert finding.place is not None
    assert finding.place.start == len(chunk.data) - len(records[-1]) - 1
    assert finding.place.end == len(chunk.data)


def test_an_empty_file_lacks_its_first_record() -> None:
    assert told(Chunk(PATH, 257, 9, b"", {})) == [("records_missing", 257)]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("position", 0),
        ("position", "7"),
        ("position", 7.0),
        ("recorded_at", "2026-13-05T09:00:00.000000Z"),
        ("recorded_at", "2026-01-05T09:00:00Z"),
        ("outcome", {"effects": [], "findings": [], "verdict": "perhaps"}),
        ("outcome", {"effects": [], "findings": []}),
        ("outcome", None),
        ("envelope", {}),
        ("more", "members"),
    ],
)
def test_what_is_no_record_is_malformed(member: str, value: Any) -> None:
    records = list(lived_fund().records)
    records[6] = altered(records[6], **{member: value})
    chunk = chunk_of(records)
    assert told(chunk) == [("record_malformed", 7)]
    (finding,) = check_chunk(chunk).findings
    assert finding.place is not None
    assert finding.place.path == PATH
    assert chunk.data[: finding.place.end].endswith(records[6])
    assert finding.place.start >= finding.place.end - len(records[6])
    if member == "more":  # canonical, and of another shape: no byte of it is the first wrong one
        assert chunk.data[finding.place.start : finding.place.end] == records[6]


def test_the_first_wrong_byte_of_a_record_is_named() -> None:
    records = list(lived_fund().records)
    records[6] = records[6].replace(b',"position"', b', "position"')
    chunk = chunk_of(records)
    (finding,) = check_chunk(chunk).findings
    assert finding.code == "record_malformed"
    assert finding.place is not None
    assert chunk.data[finding.place.start :].startswith(b' "position"')


def test_base64_with_stray_bits_is_malformed() -> None:
    records = list(lived_fund().records)
    value = json.loads(records[6])
    signature = value["envelope"]["signatures"][0]
    assert signature["sig"].endswith("A==") or signature["sig"].endswith("==")
    letter = signature["sig"][-3]
    stray = next(c for c in "BRhx" if c != letter)
    signature["sig"] = signature["sig"][:-3] + stray + "=="
    records[6] = canonical(value)
    assert told(chunk_of(records)) in (
        [("record_malformed", 7)],
        [("signature_bad", 7)],  # another last letter that has no stray bits
    )


def test_a_body_that_is_not_of_its_kind_is_malformed_and_badly_signed() -> None:
    records = list(lived_fund().records)
    records[20] = with_body(records[20], valid_until="tomorrow")
    assert told(chunk_of(records)) == [("body_malformed", 21), ("signature_bad", 21)]


def test_a_changed_body_is_badly_signed() -> None:
    records = list(lived_fund().records)
    records[20] = with_body(records[20], reference="another")
    (finding,) = check_chunk(chunk_of(records)).findings
    assert (finding.code, finding.position) == ("signature_bad", 21)
    assert finding.explanation.startswith("key ")


def test_a_changed_constitution_is_badly_signed_by_each_founder() -> None:
    records = list(lived_fund().records)
    records[0] = with_body(records[0], legal_entity="Another Fund")
    assert told(chunk_of(records)) == [("signature_bad", 1)] * 7


def test_a_constitution_with_a_malformed_key_is_malformed() -> None:
    records = list(lived_fund().records)
    body = parse_record(records[0]).body
    body["founders"][0]["keys"][0]["public_key"] = "AAAA"
    records[0] = with_body(records[0], founders=body["founders"])
    assert ("body_malformed", 1) in told(chunk_of(records))


def test_a_key_that_is_not_known_is_left_to_the_replay() -> None:
    records = lived_fund().records
    chunk = chunk_of(records, keys={})
    verdict = check_chunk(chunk)
    assert verdict.findings == []
    assert verdict.signatures == 7  # the founders', whose keys the constitution itself holds


def test_an_unknown_kind_is_left_to_the_replay_but_its_signature_is_not() -> None:
    records = list(lived_fund().records)
    records[20] = with_body(records[20], kind="dream.had.v1")
    assert told(chunk_of(records)) == [("signature_bad", 21)]


def test_a_defect_of_the_checker_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(checks, "read_usual", fail)
    assert told(chunk_of(lived_fund().records[:2])) == [
        ("software_defect", 1),
        ("software_defect", 2),
    ]


def variants(raw: bytes) -> list[bytes]:
    """A record and many near ones."""
    value = json.loads(raw)
    outcome = value["outcome"]
    finding = {"rule": "A.1", "verdict": "flag"}
    effect = {"event": "ab" * 32, "findings": [finding], "verdict": "refused"}
    outcomes = [
        outcome | {"effects": [effect]},
        outcome | {"effects": [effect, effect], "findings": [finding, finding]},
        outcome | {"state_digest": "cd" * 32, "mandate": "ef" * 32},
        outcome | {"mandate": ""},
        outcome | {"mandate": "é"},
        outcome | {"findings": [finding] * 64},
        outcome | {"findings": [finding] * 65},
        outcome | {"findings": [{"rule": "R" * 8_000, "verdict": "flag"}]},
        outcome | {"findings": [{"rule": "", "verdict": "flag"}]},
        outcome | {"findings": [finding | {"verdict": "allow"}]},
        outcome | {"more": 1},
    ]
    envelope = value["envelope"]
    signature = envelope["signatures"][0]
    envelopes = [
        envelope | {"payloadType": "text/plain"},
        envelope | {"signatures": []},
        envelope | {"signatures": [signature, signature]},
        envelope | {"signatures": [signature | {"keyid": "0" * 64}, signature]},
        envelope | {"signatures": [signature, signature | {"keyid": "0" * 64}]},
        envelope | {"signatures": [signature | {"sig": "A" * 96}]},
        envelope | {"signatures": [signature | {"sig": "A" * 100}]},
        envelope | {"signatures": [signature | {"sig": ""}]},
        envelope | {"signatures": [signature | {"sig": "AB=="}]},
        envelope
        | {"signatures": [signature | {"keyid": f"{n:064x}", "sig": "AA=="} for n in range(17)]},
        envelope | {"payload": ""},
        envelope | {"payload": "e30="},
        envelope | {"payload": base64.b64encode(b'{"fund":1,"kind":"a"}').decode()},
        envelope | {"payload": base64.b64encode(b'{"fund": "a","kind":"a"}').decode()},
        envelope | {"payload": base64.b64encode(b'"' + b"a" * 40_000 + b'"').decode()},
    ]
    return [
        raw,
        *(canonical(value | {"outcome": other}) for other in outcomes),
        *(canonical(value | {"envelope": other}) for other in envelopes),
        *(canonical(value | {"position": at}) for at in (1, 10**15 - 1, 10**15, 2**53 - 1, 2**53)),
        canonical(value | {"recorded_at": "2026-02-30T09:00:00.000000Z"}),
        raw + b"\n",
        raw[:-1],
    ]


@pytest.mark.parametrize("place", [0, 8, 15, 20, 33])
def test_the_quick_reader_takes_only_what_the_strict_one_takes(place: int) -> None:
    quick = 0
    for raw in variants(lived_fund().records[place]):
        content = read_usual(raw)
        if content is None:
            continue
        quick += 1
        record = parse_record(raw)
        assert content.payload == record.envelope.payload
        assert content.body == record.body
        assert content.position == record.position
        signatures = [(item.keyid, item.sig) for item in record.envelope.signatures]
        assert content.signatures == signatures
    assert quick > 4


def test_the_quick_reader_takes_every_usual_record() -> None:
    for raw in lived_fund().records:
        assert read_usual(raw) is not None


def test_what_the_quick_reader_leaves_the_strict_one_decides() -> None:
    for raw in variants(lived_fund().records[20]):
        try:
            parse_record(raw)
            wanted = []
        except LedgerError:
            wanted = ["record_malformed"]
        verdict = check_chunk(chunk_of([raw], first=21))
        assert [f.code for f in verdict.findings if f.code == "record_malformed"] == wanted
