"""Laws of the audit: no edit stays unseen, no garbage raises, no defect hides behind a finding."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.record import parse_record
from ledger.signing.dsse import render_envelope, sign_payload
from tests.support.bundle_writer import Forger, audited, canonical, lived_fund

if TYPE_CHECKING:
    from ledger.audit import Report

FORGER = Forger.of(lived_fund(), earlier=(10, 30))
FILES = FORGER.build()
TRUST = FORGER.trust()
RECORDS = FORGER.records

Paths = st.sampled_from(sorted(FILES))
Edit = st.tuples(st.integers(0, 10**6), st.integers(0, 40), st.binary(max_size=40))
Json = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "author", "asset", "units"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def edited(data: bytes, edit: tuple[int, int, bytes]) -> bytes:
    """The data with some bytes cut out somewhere, and others put in."""
    place, cut, put = edit
    place %= len(data) + 1
    return data[:place] + put + data[place + cut :]


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


@settings(max_examples=150, deadline=None)
@given(path=Paths, edit=Edit)
def test_no_edit_of_any_file_leaves_a_valid_bundle(path: str, edit: tuple[int, int, bytes]) -> None:
    data = edited(FILES[path], edit)
    report = audited(FILES | {path: data}, TRUST)
    assert (report.verdict == "valid") == (data == FILES[path])
    assert "software_defect" not in codes(report)


@settings(max_examples=150, deadline=None)
@given(position=st.integers(1, len(RECORDS)), edit=Edit)
def test_no_garbage_in_a_well_signed_tree_raises(
    position: int, edit: tuple[int, int, bytes]
) -> None:
    raw = edited(RECORDS[position - 1], edit)
    if not 0 < len(raw) < 2**16:
        return
    forger = Forger([*RECORDS], FORGER.signer)
    forger.records[position - 1] = raw
    report = audited(forger.build(), TRUST)
    assert "software_defect" not in codes(report)
    if report.verdict == "valid":
        # Only where it was recorded is nobody's word but the ledger's: the tree alone keeps it.
        mended = json.loads(raw) | {"recorded_at": json.loads(RECORDS[position - 1])["recorded_at"]}
        assert canonical(mended) == RECORDS[position - 1]


@settings(max_examples=250, deadline=None)
@given(
    position=st.integers(1, len(RECORDS)),
    member=st.integers(0, 30),
    value=Json,
    leave_out=st.booleans(),
)
def test_no_nonsense_that_officers_sign_raises(
    *, position: int, member: int, value: Any, leave_out: bool
) -> None:
    """Bodies with one member of another value, really signed by the same officers."""
    record = parse_record(RECORDS[position - 1])
    body = dict(record.body)
    name = sorted(body)[member % len(body)]
    body[name] = value
    if leave_out:
        del body[name]
    fund = lived_fund()
    owners = {signer.public_key.keyid: signer for signer in fund.signers.values()}
    signers = [owners[signature.keyid] for signature in record.envelope.signatures]
    envelope = render_envelope(sign_payload(canonical(body), signers))
    forged = json.loads(RECORDS[position - 1]) | {"envelope": json.loads(envelope)}
    forger = Forger([*RECORDS], FORGER.signer)
    forger.records[position - 1] = canonical(forged)
    report = audited(forger.build(), TRUST)
    assert "software_defect" not in codes(report)
    assert "signature_bad" not in codes(report)
    assert base64.b64decode(forged["envelope"]["payload"]) == canonical(body)
