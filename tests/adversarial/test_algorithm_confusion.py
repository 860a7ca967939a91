"""Algorithm confusion: what one algorithm made is worth nothing under another."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from ledger.kernel.errors import (
    AuthorityError,
    BodyError,
    EnvelopeError,
    LedgerError,
    SignatureError,
    WeakKeyError,
)
from ledger.signing import ecdsa_p256, ed25519_points
from ledger.signing.base64_text import decode_base64, encode_base64
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.dsse import PAYLOAD_TYPE_EVENT, pae, sign_payload, verify_envelope
from ledger.signing.keys import ALGORITHMS, PublicKey, check_public_key, parse_public_key
from ledger.signing.possession import possession_check, prove_possession
from ledger.signing.signer import MemorySigner
from tests.support.bundle_writer import Forger, audited, canonical, told
from tests.support.small_fund import SmallFund, fund_under
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNERS = {name: MemorySigner.generate(name) for name in ALGORITHMS}
PAIRS = list(product(ALGORITHMS, repeat=2))
CROSSED = [(left, right) for left, right in PAIRS if left != right]
MESSAGE = b"message"


@pytest.mark.parametrize(("key_name", "signature_name"), PAIRS)
def test_only_the_signers_own_key_verifies(key_name: str, signature_name: str) -> None:
    key = SIGNERS[key_name].public_key
    signature = SIGNERS[signature_name].sign(MESSAGE)
    expected = key_name == signature_name
    assert verify_all([SignatureCheck(key, MESSAGE, signature)]) == [expected]
    if not expected:
        with pytest.raises(SignatureError):
            key.verify(MESSAGE, signature)


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_a_key_relabelled_is_weak_and_verifies_nothing(true_name: str, claimed_name: str) -> None:
    signer = SIGNERS[true_name]
    relabelled = PublicKey(claimed_name, signer.public_key.raw)
    assert relabelled.keyid != signer.public_key.keyid
    with pytest.raises(WeakKeyError):
        check_public_key(relabelled)
    with pytest.raises(LedgerError):
        parse_public_key(claimed_name, encode_base64(relabelled.raw))
    signature = signer.sign(MESSAGE)
    assert verify_all([SignatureCheck(relabelled, MESSAGE, signature)]) == [False]


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_raw_bytes_bent_to_the_other_length_verify_nothing(
    true_name: str, claimed_name: str
) -> None:
    raw = SIGNERS[true_name].public_key.raw
    needed = ALGORITHMS[claimed_name].RAW_BYTES
    signature = SIGNERS[true_name].sign(MESSAGE)
    for bent in (raw[:needed].ljust(needed, b"\x00"), raw[-needed:].rjust(needed, b"\x02")):
        key = PublicKey(claimed_name, bent)
        assert verify_all([SignatureCheck(key, MESSAGE, signature)]) == [False]


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_an_envelope_is_not_verified_under_a_relabelled_key(
    true_name: str, claimed_name: str
) -> None:
    signer = SIGNERS[true_name]
    envelope = sign_payload(b"{}", [signer])
    relabelled = PublicKey(claimed_name, signer.public_key.raw)
    with pytest.raises(SignatureError):
        verify_envelope(envelope, {signer.public_key.keyid: relabelled})
    with pytest.raises(AuthorityError):
        verify_envelope(envelope, {relabelled.keyid: relabelled})


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_a_proof_of_possession_names_its_algorithm(true_name: str, claimed_name: str) -> None:
    signer = SIGNERS[true_name]
    proof = prove_possession(signer, "test/alem", "amir.t")
    relabelled = PublicKey(claimed_name, signer.public_key.raw)
    asked = possession_check("test/alem", "amir.t", relabelled, proof)
    assert (
        asked.message != possession_check("test/alem", "amir.t", signer.public_key, proof).message
    )
    assert verify_all([asked]) == [False]


# -- in a fund whose officer has a key of each algorithm


def fund_with_both() -> tuple[SmallFund, dict[str, MemorySigner]]:
    """Aigerim signs with either key; every one of them is enrolled."""
    fund, keys = fund_under(), {}
    for name in ALGORITHMS:
        keys[name] = MemorySigner.generate(name)
        fund.govern("key.enrolled", **fund.enrolment("aigerim", keys[name]))
    return fund, keys


def resigned(envelope: bytes, keyid: str, signature: bytes) -> bytes:
    """The envelope with this one signature."""
    value = json.loads(envelope)
    value["signatures"] = [{"keyid": keyid, "sig": encode_base64(signature)}]
    return canonical(value)


def signature_in(envelope: bytes) -> bytes:
    return decode_base64(json.loads(envelope)["signatures"][0]["sig"])


def test_a_key_id_chooses_the_algorithm_and_the_signature_does_not() -> None:
    fund, keys = fund_with_both()
    for true_name, claimed_name in PAIRS:
        members = fund.members("cash.recorded", "aigerim", **cash())
        honest = fund.sign(members, keys={"aigerim": keys[true_name]})
        claimed = keys[claimed_name].public_key.keyid
        forged = resigned(honest, claimed, signature_in(honest))
        before = len(fund.records)
        if true_name == claimed_name:
            fund.tick()
            fund.submit(forged)
            assert len(fund.records) == before + 1
            continue
        with pytest.raises(SignatureError):
            fund.submit(forged)
        assert len(fund.records) == before
        forger = Forger.of(fund)
        forger.append(forged)
        report = audited(forger.build(), forger.trust())
        assert told(report) == [("signature_bad", before + 1)]


def cash() -> dict[str, object]:
    amount = {"currency": "USD", "amount": "1"}
    return {
        "direction": "out", "amount": amount, "category": "other", "facts": {}, "evidence": []
    }  # fmt: skip


@pytest.mark.parametrize(("true_name", "claimed_name"), CROSSED)
def test_no_key_is_enrolled_under_another_algorithm(true_name: str, claimed_name: str) -> None:
    fund, key = fund_under(), SIGNERS[true_name]
    honest = fund.enrolment("saule", key)
    known = dict(fund.state.keys)
    relabelled = honest | {"algorithm": claimed_name}
    with pytest.raises(BodyError):  # its length is not that of such a key
        fund.act("key.enrolled", "gulnara", cosigners=["nurlan"], **relabelled)
    needed = ALGORITHMS[claimed_name].RAW_BYTES
    raw = key.public_key.raw
    for bent in (raw[:needed].ljust(needed, b"\x00"), raw[-needed:].rjust(needed, b"\x02")):
        members = relabelled | {"public_key": encode_base64(bent)}
        with pytest.raises(SignatureError):
            fund.act("key.enrolled", "gulnara", cosigners=["nurlan"], **members)
    assert fund.state.keys == known
    fund.govern("key.enrolled", **honest)


# -- the other forms of one signature


def der_integer(number: int, extra: bytes = b"") -> bytes:
    body = extra + number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(body)]) + body


def ecdsa_forms(signature: bytes) -> Iterator[tuple[str, bytes]]:
    """The same r and s in other spellings, and others that the equation accepts too."""
    r, s = decode_dss_signature(signature)
    inner = signature[2:]
    yield "n - s", encode_dss_signature(r, ecdsa_p256.ORDER - s)
    yield "s + n", encode_dss_signature(r, s + ecdsa_p256.ORDER)
    yield "r + n", encode_dss_signature(r + ecdsa_p256.ORDER, s)
    yield "zeros before r", b"\x30" + sequence(der_integer(r, b"\x00") + der_integer(s))
    yield "zeros before s", b"\x30" + sequence(der_integer(r) + der_integer(s, b"\x00"))
    yield "length in the long form", b"\x30\x81" + bytes([len(inner)]) + inner
    yield "length without end", b"\x30\x80" + inner + b"\x00\x00"
    yield "bytes after it", signature + b"\x00"
    yield "bytes within it", b"\x30" + sequence(inner + b"\x05\x00")
    yield "fixed length", r.to_bytes(32, "big") + s.to_bytes(32, "big")
    yield "a set", b"\x31" + signature[1:]
    yield "r = 0", encode_dss_signature(0, s)
    yield "s = 0", encode_dss_signature(r, 0)
    yield "r = s", encode_dss_signature(s, s)
    yield "nothing in it", b"\x30\x00"


def sequence(content: bytes) -> bytes:
    return bytes([len(content)]) + content


def ed25519_forms(signature: bytes) -> Iterator[tuple[str, bytes]]:
    s = int.from_bytes(signature[32:], "little")
    for times in range(1, 16):
        grown = s + times * ed25519_points.ORDER
        if grown < 1 << 256:
            yield f"s + {times} L", signature[:32] + grown.to_bytes(32, "little")
    yield "-s", signature[:32] + (ed25519_points.ORDER - s).to_bytes(32, "little")
    yield "-R", signature[:31] + bytes([signature[31] ^ 0x80]) + signature[32:]
    yield "bytes after it", signature + b"\x00"
    yield "s and R", signature[32:] + signature[:32]


FORMS = {"ed25519": ed25519_forms, "ecdsa-p256": ecdsa_forms}


@pytest.mark.parametrize("name", FORMS)
def test_a_signature_has_one_form(name: str) -> None:
    """Whoever finds a second form of a signature has a second record of the same event."""
    fund, keys = fund_with_both()
    key, tried = keys[name], 0
    fund.tick()
    for _ in range(4):
        honest = fund.sign(
            fund.members("cash.recorded", "aigerim", **cash()), keys={"aigerim": key}
        )
        message = pae(PAYLOAD_TYPE_EVENT, decode_base64(json.loads(honest)["payload"]))
        genuine = SignatureCheck(key.public_key, message, signature_in(honest))
        assert verify_all([genuine]) == [True]
        for what, form in FORMS[name](genuine.signature):
            assert verify_all([genuine._replace(signature=form)]) == [False], what
            with pytest.raises(SignatureError):
                key.public_key.verify(message, form)
            forged = resigned(honest, key.public_key.keyid, form)
            with pytest.raises((SignatureError, EnvelopeError)):
                fund.submit(forged)
            forger = Forger.of(fund)
            forger.append(forged)
            report = audited(forger.build(), forger.trust())
            assert report.findings[0].position == len(forger.records), what
            assert report.findings[0].code in {"signature_bad", "record_malformed"}, what
            tried += 1
        before = len(fund.records)
        fund.submit(honest)
        assert len(fund.records) == before + 1
    tally(f"other forms of a signature ({name}), at intake and in an audit", tried, tried)
