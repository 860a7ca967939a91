"""What intake refuses: with which of our errors, and without touching the store."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.kernel.errors import (
    AuthorityError,
    BodyError,
    CanonicalError,
    EnvelopeError,
    LedgerError,
    ParseError,
    SignatureError,
    UndecidableError,
)
from ledger.kernel.limits import ENVELOPE_BYTES_MAX, PAYLOAD_BYTES_MAX
from ledger.service.answer import Receipt, Rejected
from ledger.service.intake import open_submission, verify_submission
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, render_envelope, sign_payload
from ledger.signing.signer import MemorySigner
from tests.support.sequenced_fund import SequencedFund, cash, with_bad_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fund_simulator import FundSimulator

STRANGER = MemorySigner.from_seed(b"s" * 32)


def parts(envelope: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(envelope)
    return value


def enveloped(payload: bytes, fund: FundSimulator, *officers: str) -> bytes:
    """Any bytes, signed by officers."""
    signers = [fund.signers[name] for name in officers or ("aigerim",)]
    return render_envelope(sign_payload(payload, signers))


def changed(signer: FundSimulator, /, **members: Any) -> bytes:
    """An honest body with members changed (or taken away, if None), honestly signed."""
    value = json.loads(base64.b64decode(parts(cash(signer))["payload"])) | members
    value = {name: member for name, member in value.items() if member is not None}
    return enveloped(compact(value), signer)


def compact(value: Any) -> bytes:
    """What canonical bytes look like, also of a value that has none."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def with_envelope(signer: FundSimulator, /, **members: Any) -> bytes:
    """An honest envelope with members changed or taken away."""
    value = parts(cash(signer)) | members
    return json.dumps({k: v for k, v in value.items() if v is not None}).encode()


HOSTILE: list[tuple[str, Callable[[FundSimulator], bytes], type[LedgerError]]] = [
    ("nothing", lambda _: b"", EnvelopeError),
    ("white space", lambda _: b"  \n", EnvelopeError),
    ("garbage", lambda _: b"\x00\xff\xfe", EnvelopeError),
    ("a number", lambda _: b"7", EnvelopeError),
    ("a list", lambda _: b"[]", EnvelopeError),
    ("null", lambda _: b"null", EnvelopeError),
    ("an empty object", lambda _: b"{}", EnvelopeError),
    ("a byte order mark", lambda f: b"\xef\xbb\xbf" + cash(f), EnvelopeError),
    ("UTF-16", lambda f: cash(f).decode().encode("utf-16"), EnvelopeError),
    ("two envelopes", lambda f: cash(f) + cash(f), EnvelopeError),
    ("cut short", lambda f: cash(f)[:-1], EnvelopeError),
    ("100,000 levels", lambda _: b"[" * 50_000, EnvelopeError),
    ("too long", lambda _: b" " * (ENVELOPE_BYTES_MAX + 1), EnvelopeError),
    ("ten megabytes", lambda _: b"1" * 10_000_000, EnvelopeError),
    ("no payload", lambda f: with_envelope(f, payload=None), EnvelopeError),
    ("an empty payload", lambda f: with_envelope(f, payload=""), EnvelopeError),
    ("payload not base64", lambda f: with_envelope(f, payload="é"), EnvelopeError),
    ("another type", lambda f: with_envelope(f, payloadType="text/plain"), EnvelopeError),
    ("no signature", lambda f: with_envelope(f, signatures=[]), EnvelopeError),
    ("signatures of no form", lambda f: with_envelope(f, signatures=[7]), EnvelopeError),
    (
        "the same signature twice",
        lambda f: with_envelope(f, signatures=parts(cash(f))["signatures"] * 2),
        EnvelopeError,
    ),
    (
        "a key id of capitals",
        lambda f: cash(f).replace(
            parts(cash(f))["signatures"][0]["keyid"].encode(),
            parts(cash(f))["signatures"][0]["keyid"].upper().encode(),
        ),
        EnvelopeError,
    ),
    ("one bit of the signature", lambda f: with_bad_signature(cash(f)), SignatureError),
    (
        "one bit of the payload",
        lambda f: with_envelope(
            f,
            payload=base64.b64encode(
                base64.b64decode(parts(cash(f))["payload"]).replace(b'"100"', b'"101"')
            ).decode(),
        ),
        SignatureError,
    ),
    (
        "a stranger's signature",
        lambda f: render_envelope(
            sign_payload(base64.b64decode(parts(cash(f))["payload"]), [STRANGER])
        ),
        AuthorityError,
    ),
    ("a payload that is not JSON", lambda f: enveloped(b"pay me", f), CanonicalError),
    ("a payload with white space", lambda f: enveloped(b'{"fund": "x"}', f), CanonicalError),
    ("a payload that is a list", lambda f: enveloped(b"[]", f), CanonicalError),
    ("a float", lambda f: enveloped(b'{"fund":1.0}', f), CanonicalError),
    ("a null", lambda f: enveloped(b'{"fund":null}', f), CanonicalError),
    ("a million digits", lambda f: enveloped(b'{"fund":%b}' % (b"9" * 39_000), f), CanonicalError),
    ("deep payload", lambda f: enveloped(b'{"a":' + b"[" * 30_000, f), CanonicalError),
    ("no fund", lambda f: changed(f, fund=None), ParseError),
    ("no kind", lambda f: changed(f, kind=None), ParseError),
    ("an unknown kind", lambda f: changed(f, kind="cash.burned.v1"), UndecidableError),
    ("a later version", lambda f: changed(f, kind="cash.recorded.v2"), UndecidableError),
    ("a kind of another shape", lambda f: changed(f, kind="price.observed.v1"), BodyError),
    ("an unknown member", lambda f: changed(f, memo="hello"), BodyError),
    ("no reference", lambda f: changed(f, reference=None), BodyError),
    ("an empty reference", lambda f: changed(f, reference=""), BodyError),
    ("a reference of control characters", lambda f: changed(f, reference="a\nb"), BodyError),
    ("a day that is none", lambda f: changed(f, value_date="2026-02-30"), BodyError),
    (
        "an instant with an offset",
        lambda f: changed(f, valid_until="2026-02-01T00:00:00+00:00"),
        BodyError,
    ),
    (
        "an amount with an exponent",
        lambda f: changed(f, amount={"currency": "USD", "amount": "1e3"}),
        BodyError,
    ),
    (
        "an amount with a zero too many",
        lambda f: changed(f, amount={"currency": "USD", "amount": "1.50"}),
        BodyError,
    ),
    (
        "an amount of other digits",
        lambda f: changed(f, amount={"currency": "USD", "amount": "\u0661"}),
        BodyError,
    ),
    (
        "a currency of no country",
        lambda f: changed(f, amount={"currency": "ZZZ", "amount": "1"}),
        BodyError,
    ),
    (
        "a negative amount",
        lambda f: changed(f, amount={"currency": "USD", "amount": "-1"}),
        BodyError,
    ),
    ("the author as cosigner", lambda f: changed(f, cosigners=["aigerim"]), BodyError),
    ("cosigners out of order", lambda f: changed(f, cosigners=["marat", "daniyar"]), BodyError),
]


@pytest.mark.parametrize(
    ("make", "expected"), [(m, e) for _, m, e in HOSTILE], ids=[name for name, _, _ in HOSTILE]
)
def test_hostile_bytes_get_our_error_and_leave_no_trace(
    fund: SequencedFund, make: Callable[[FundSimulator], bytes], expected: type[LedgerError]
) -> None:
    data, before = make(fund.signer), fund.digest
    with pytest.raises(expected) as caught:
        fund.sequencer.submit(data)
    assert caught.value.message
    assert type(fund.sequencer.submit_all([data])[0]) is type(caught.value)
    assert fund.digest == before
    assert len(fund.records) == 14
    assert isinstance(fund.sequencer.submit(fund.cash()), Receipt)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fund": "production/harbour"}, "wrong_fund"),
        ({"fund": "test/harbour-2"}, "wrong_fund"),
        ({"valid_until": "2026-01-05T09:12:59.999999Z"}, "expired"),
        ({"valid_until": "2027-12-31T00:00:00.000000Z"}, "valid_too_long"),
        ({"cosigners": ["daniyar"]}, "signers_differ"),
        ({"author": "bolat"}, "signers_differ"),
        ({"author": "nobody"}, "signers_differ"),
    ],
)
def test_what_is_signed_well_and_cannot_be_recorded_is_answered_by_name(
    fund: SequencedFund, changes: dict[str, Any], code: str
) -> None:
    before = len(fund.records)
    answer = fund.sequencer.submit(changed(fund.signer, **changes))
    assert isinstance(answer, Rejected)
    assert answer.rejection.code == code
    assert len(fund.records) == before


def test_one_signature_too_many_is_answered(fund: SequencedFund) -> None:
    payload = base64.b64decode(parts(fund.cash())["payload"])
    answer = fund.sequencer.submit(enveloped(payload, fund.signer, "aigerim", "daniyar"))
    assert isinstance(answer, Rejected)
    assert answer.rejection.code == "signers_differ"


def test_the_largest_payload_fits_with_sixteen_signatures() -> None:
    signers = [MemorySigner.from_seed(bytes([number]) * 32) for number in range(16)]
    envelope = render_envelope(sign_payload(b"x" * PAYLOAD_BYTES_MAX, signers))
    assert len(envelope) <= ENVELOPE_BYTES_MAX
    with pytest.raises(CanonicalError):
        open_submission(envelope, {})


def test_signatures_are_looked_at_last(
    fund: SequencedFund, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cheap checks come first, so that garbage costs no cryptography."""
    asked: list[object] = []
    monkeypatch.setattr("ledger.service.intake.verify_all", asked.append)
    keys = fund.sequencer.live.state.keys
    for _, make, expected in HOSTILE:
        if expected is not SignatureError:
            with pytest.raises(expected):
                verify_submission(make(fund.signer), keys)
    assert asked == []


def test_the_payload_type_is_the_events(fund: SequencedFund) -> None:
    assert parts(fund.cash())["payloadType"] == PAYLOAD_TYPE_EVENT


# -- fuzzing: whatever comes, it is our error or an answer


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused_by_us(fund: SequencedFund, data: bytes) -> None:
    with pytest.raises(LedgerError):
        fund.sequencer.submit(data)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.integers(0, 2_000), byte=st.integers(0, 255), cut=st.integers(0, 1))
def test_any_changed_byte_is_refused_or_answered(
    fund: SequencedFund, at: int, byte: int, cut: int
) -> None:
    data = bytearray(cash(fund.signer, reference="fuzzed"))
    at %= len(data)
    if cut:
        del data[at]
    else:
        data[at] = byte
    try:
        answer = fund.sequencer.submit(bytes(data))
    except LedgerError:
        return
    assert isinstance(answer, Receipt)
    assert answer.position == 15


MEMBERS = [
    *("fund", "kind", "author", "cosigners", "reference", "value_date", "valid_until"),
    *("amount", "direction", "category", "facts", "evidence", "purpose", "reason"),
]
JSON = st.recursive(
    st.one_of(
        st.text(max_size=12), st.integers(-(2**60), 2**60), st.booleans(), st.none(), st.floats()
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(["payload", "payloadType", "signatures"]), value=JSON)
def test_any_member_of_an_envelope_is_refused_by_us(
    fund: SequencedFund, name: str, value: Any
) -> None:
    data = json.dumps(parts(cash(fund.signer, reference="once")) | {name: value}).encode()
    with pytest.raises(LedgerError):
        fund.sequencer.submit(data)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(MEMBERS),
    value=JSON,
)
def test_any_member_of_a_signed_body_is_refused_or_answered(
    fund: SequencedFund, name: str, value: Any
) -> None:
    body = json.loads(base64.b64decode(parts(cash(fund.signer))["payload"])) | {name: value}
    with contextlib.suppress(LedgerError):
        fund.sequencer.submit(enveloped(compact(body), fund.signer))
    assert fund.sequencer._stopped is None
