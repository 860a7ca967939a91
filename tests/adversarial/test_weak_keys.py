"""Weak keys: an officer enrols a key with which anybody could sign anything later."""

from __future__ import annotations

import base64
from hashlib import sha256, sha512
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ledger.domain.admit import admit
from ledger.domain.apply import advance
from ledger.domain.drafts import payload_of
from ledger.domain.verified import open_event
from ledger.kernel.errors import SignatureError, WeakKeyError
from ledger.log.note import parse_vkey
from ledger.signing.bulk import SignatureCheck, verify_all
from ledger.signing.dsse import (
    PAYLOAD_TYPE_EVENT,
    Envelope,
    EnvelopeSignature,
    pae,
    parse_envelope,
    render_envelope,
    sign_payload,
    verify_envelope,
)
from ledger.signing.ed25519_points import (
    ORDER,
    POINT_BYTES,
    PRIME,
    UNFIT_ENCODINGS,
    Point,
    add,
    encode_point,
    is_identity,
    multiply,
)
from ledger.signing.keys import PublicKey, check_public_key
from ledger.signing.possession import possession_message
from ledger.signing.signer import MemorySigner
from policies.engine import PolicyEngine
from tests.support.bundle_writer import Forger, audited, copy_of, lived_fund, told
from tests.support.crafted_ed25519 import (
    BASE,
    SIGN_BIT,
    TORSION,
    crafted,
    low_order_key,
    scalar,
    scalar_bytes,
    spellings,
)
from tests.support.fund_simulator import FundSimulator
from tests.support.small_fund import codes_of, fund_under, verdict_of
from tests.support.tally import tally

if TYPE_CHECKING:
    from collections.abc import Iterator

LOW_ORDER = sorted({spelling for point in TORSION for spelling in spellings(point)})


def test_there_are_fourteen_spellings_of_the_eight_points() -> None:
    assert len(LOW_ORDER) == 14
    assert UNFIT_ENCODINGS.issuperset(LOW_ORDER)


@pytest.mark.parametrize("raw", LOW_ORDER, ids=bytes.hex)
def test_no_spelling_of_a_low_order_point_is_enrolled(raw: bytes) -> None:
    with pytest.raises(WeakKeyError):
        check_public_key(PublicKey("ed25519", raw))


@pytest.mark.parametrize("raw", LOW_ORDER, ids=bytes.hex)
def test_the_signature_for_all_messages_verifies_none(raw: bytes) -> None:
    identity, zero = (1).to_bytes(32, "little"), bytes(32)
    key = PublicKey("ed25519", raw)
    asked = [
        SignatureCheck(key, b"message %d" % number, commitment + zero)
        for number in range(8)
        for commitment in (identity, *LOW_ORDER)
    ]
    assert not any(verify_all(asked))
    assert not any(key_verifies(check) for check in asked)


def key_verifies(check: SignatureCheck) -> bool:
    try:
        check.key.verify(check.message, check.signature)
    except SignatureError:
        return False
    return True


@pytest.mark.parametrize("torsion", range(1, 8))
def test_a_mixed_order_key_is_neither_enrolled_nor_believed(torsion: int) -> None:
    """Its holder could make signatures that one verifier takes and another does not."""
    for number in range(8):
        case = crafted(b"amir", b"message %d" % number, key_torsion=torsion, r_torsion=number)
        key = PublicKey("ed25519", case.key)
        with pytest.raises(WeakKeyError):
            check_public_key(key)
        assert verify_all([SignatureCheck(key, case.message, case.signature)]) == [False]


def test_an_envelope_signed_for_by_everybody_is_refused() -> None:
    """Even if a weak key slipped into a keyring, it signs no envelope."""
    key = PublicKey("ed25519", low_order_key(b"", 0).key)
    signature = low_order_key(pae(PAYLOAD_TYPE_EVENT, b"{}"), 0).signature
    envelope = Envelope(b"{}", PAYLOAD_TYPE_EVENT, (EnvelopeSignature(key.keyid, signature),))
    with pytest.raises(SignatureError):
        verify_envelope(envelope, {key.keyid: key})


def test_no_honest_key_is_refused() -> None:
    for number in range(100):
        check_public_key(MemorySigner.from_seed(number.to_bytes(32)).public_key)


# -- every kind of key, every kind of R, every kind of S


class Encoded(NamedTuple):
    """A point in one spelling, with its part in the prime-order group: `scalar`·B + torsion."""

    raw: bytes
    scalar: int
    point: Point


def of_order(seed: bytes, torsion: int) -> Encoded:
    """An honest point (torsion 0), or one of mixed order."""
    number = scalar(seed)
    point = add(multiply(BASE, number), TORSION[torsion])
    return Encoded(encode_point(point), number, point)


def low_order() -> list[Encoded]:
    """The eight points of low order in all fourteen spellings."""
    return [Encoded(raw, 0, point) for point in TORSION for raw in spellings(point)]


def strange() -> list[bytes]:
    """Encodings of nothing: y not reduced, y of no point, x = 0 with a sign."""
    beyond = [(y | sign).to_bytes(POINT_BYTES, "little")
              for y in range(PRIME, SIGN_BIT) for sign in (0, SIGN_BIT)]  # fmt: skip
    return [*beyond, (2).to_bytes(32, "little"), (7).to_bytes(32, "little"), b"\xff" * 32]


def spread(seed: bytes) -> list[Encoded]:
    """An honest point, its seven of mixed order, and the fourteen spellings of low order."""
    return [of_order(seed, torsion) for torsion in range(8)] + low_order()


KEYS, COMMITMENTS = spread(b"key one"), spread(b"nonce one")
MESSAGE = b"to move everything"


def challenge(commitment: bytes, key: bytes) -> int:
    digest = sha512(commitment + key + MESSAGE).digest()
    return int.from_bytes(digest, "little") % ORDER


def responses(key: Encoded, commitment: Encoded) -> dict[str, int]:
    """S as the equation with the cofactor wants it, and what else a forger may write."""
    fits = (commitment.scalar + challenge(commitment.raw, key.raw) * key.scalar) % ORDER
    grown = {f"s + {times} L": fits + times * ORDER for times in range(1, 16)}
    edges = {"0": 0, "1": 1, "L - 1": ORDER - 1, "L": ORDER, "L + 1": ORDER + 1}
    tops = {"2^252": 1 << 252, "2^255 - 1": SIGN_BIT - 1, "2^256 - 1": (1 << 256) - 1}
    found = {"s": fits, "-s": (ORDER - fits) % ORDER, **grown, **edges, **tops}
    return {name: number for name, number in found.items() if number < 1 << 256}


def laxly_holds(key: Encoded, commitment: Encoded, response: int) -> bool:
    """The equation with the cofactor, which a lax verifier asks: [8][S]B = [8](R + [k]A)."""
    left = multiply(BASE, 8 * (response % ORDER))
    asked = add(commitment.point, multiply(key.point, challenge(commitment.raw, key.raw)))
    right = multiply(asked, 8)
    negative = (PRIME - right[0], right[1], right[2], PRIME - right[3])
    return is_identity(add(left, negative))


def both_verdicts(check: SignatureCheck) -> bool:
    """The verdict on one signature alone, which is that of many at once."""
    alone = key_verifies(check)
    assert verify_all([check]) == [alone]
    return alone


def crossed(keys: list[Encoded], commitments: list[Encoded]) -> int:
    """Every key with every R and every S: only the honest three are good."""
    tried = 0
    for key, commitment in product(keys, commitments):
        honest = (key, commitment) == (keys[0], commitments[0])
        for name, response in responses(key, commitment).items():
            signature = commitment.raw + scalar_bytes(response)
            check = SignatureCheck(PublicKey("ed25519", key.raw), MESSAGE, signature)
            assert both_verdicts(check) is (honest and name == "s"), (key, commitment, name)
            tried += 1
    return tried


def test_the_crafted_signatures_would_pass_a_lax_verifier() -> None:
    for key, commitment in product(KEYS[::5], COMMITMENTS[::5]):
        assert laxly_holds(key, commitment, responses(key, commitment)["s"])
        assert not laxly_holds(key, commitment, responses(key, commitment)["s"] + 1)


def test_some_crafted_signatures_have_one_verdict() -> None:
    assert crossed(KEYS[:4] + KEYS[8::4], COMMITMENTS[::3]) > 1_000


@pytest.mark.deep
def test_every_crafted_signature_has_one_verdict() -> None:
    tried = 0
    for number in range(20):
        keys, commitments = spread(b"key %d" % number), spread(b"nonce %d" % number)
        assert len(keys) == len(commitments) == 22
        tried += crossed(keys, commitments)
    tally("keys, R and S of every order and spelling, one by one and in bulk", tried, tried)


def test_encodings_of_nothing_have_one_verdict() -> None:
    honest_key, honest_r = KEYS[0], COMMITMENTS[0]
    fits = scalar_bytes(responses(honest_key, honest_r)["s"])
    for raw in strange():
        with pytest.raises(WeakKeyError):
            check_public_key(PublicKey("ed25519", raw))
        for key, signature in ((raw, honest_r.raw + fits), (honest_key.raw, raw + fits)):
            check = SignatureCheck(PublicKey("ed25519", key), MESSAGE, signature)
            assert not both_verdicts(check)
    for signature in (b"", honest_r.raw, honest_r.raw + fits[:-1], honest_r.raw + fits + b"\0"):
        check = SignatureCheck(PublicKey("ed25519", honest_key.raw), MESSAGE, signature)
        assert not both_verdicts(check)


# -- at every door through which a key comes in


def unfit_keys() -> Iterator[bytes]:
    """Every weak key there is a construction for."""
    yield from (key.raw for key in KEYS[1:])
    yield from strange()


UNFIT = sorted(set(unfit_keys()))


def possession_of(raw: bytes, officer: str, fund: str) -> bytes:
    """The best proof that a forger can make: R the identity or [r]B, S as the equation wants it."""
    message = possession_message(fund, officer, PublicKey("ed25519", raw))
    known = {key.raw: key for key in KEYS}
    secret = known[raw].scalar if raw in known else 0
    nonce = scalar(b"nonce")
    commitment = encode_point(multiply(BASE, nonce))
    digest = sha512(commitment + raw + message).digest()
    response = (nonce + int.from_bytes(digest, "little") * secret) % ORDER
    return commitment + scalar_bytes(response)


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def enrolment(fund: FundSimulator, raw: bytes) -> bytes:
    """The envelope by which two governors enrol this key for an officer."""
    proof = text(possession_of(raw, "saule", fund.fund))
    members = fund.members(
        "key.enrolled",
        "gulnara",
        cosigners=["nurlan"],
        officer="saule",
        algorithm="ed25519",
        public_key=text(raw),
        possession=proof,
    )
    return fund.sign(members)


def test_no_weak_key_is_enrolled_whatever_two_governors_sign() -> None:
    fund = fund_under()
    fund.tick()
    before = dict(fund.state.keys)
    for raw in UNFIT:
        envelope = enrolment(fund, raw)
        with pytest.raises(SignatureError):  # of the proof: a weak key signs nothing
            fund.submit(envelope)
    assert fund.state.keys == before
    tally("weak keys at enrolment", len(UNFIT), len(UNFIT))


def test_admission_refuses_a_weak_key_by_itself() -> None:
    """As if the proof of possession had not been looked at."""
    fund = fund_under()
    fund.tick()
    for raw in UNFIT:
        envelope = enrolment(fund, raw)
        event = open_event(parse_envelope(envelope), envelope, fund.state.keys).event
        advance(fund.state, event, fund.now)
        answer = admit(fund.state, event, fund.now, PolicyEngine())
        assert (verdict_of(answer), codes_of(answer)) == ("refused", ["key_weak"])


def test_no_fund_is_founded_with_a_weak_key() -> None:
    for raw in UNFIT:
        fund = FundSimulator()
        founding = fund.constitution()
        founder = founding["founders"][-1]
        founder["keys"] = [{"algorithm": "ed25519", "public_key": text(raw)}]
        payload = payload_of(founding)
        signers = [fund.signers[name] for name in sorted(fund.signers) if name != "saule"]
        envelope = sign_payload(payload, signers)
        key = PublicKey("ed25519", raw)
        weak = EnvelopeSignature(key.keyid, possession_of(raw, "saule", fund.fund))
        signatures = sorted([*envelope.signatures, weak], key=lambda one: one.keyid)
        forged = Envelope(payload, PAYLOAD_TYPE_EVENT, tuple(signatures))
        with pytest.raises(SignatureError):
            fund.submit(render_envelope(forged))
        event = open_event(forged, render_envelope(forged), {}).event
        advance(fund.state, event, fund.now)
        answer = admit(fund.state, event, fund.now, PolicyEngine())
        assert verdict_of(answer) == "constitution_refused"
        assert fund.records == []


def test_a_log_that_enrolled_a_weak_key_is_proven_bad() -> None:
    """The ledger recorded it all the same, and hashed and signed the record."""
    for raw in UNFIT[::4]:
        fund = copy_of(lived_fund())
        fund.tick()
        forger = Forger.of(fund)
        forger.append(enrolment(fund, raw))
        report = audited(forger.build(), forger.trust())
        assert told(report) == [("signature_bad", 35)]
        assert report.findings[0].explanation == "proof of possession"


def test_no_weak_key_is_a_log_key() -> None:
    """Neither for an auditor nor in a constitution."""
    fund = fund_under()
    for raw in UNFIT:
        material = b"\x01" + raw
        key_id = sha256(fund.fund.encode() + b"\n" + material).hexdigest()[:8]
        vkey = f"{fund.fund}+{key_id}+{text(material)}"
        with pytest.raises(WeakKeyError):
            parse_vkey(vkey)
        answer = fund.act("log_key.rotated", "gulnara", cosigners=["nurlan"], log_key=vkey)
        assert codes_of(answer) == ["log_key_bad"]
        assert fund.state.log_key == fund.log_key
