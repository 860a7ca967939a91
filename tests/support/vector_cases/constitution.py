"""Cases of the constitution: fund, charter, log key, protocol, officers and keys."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.log.note import VerifierKey, render_vkey
from ledger.signing.keys import PublicKey
from ledger.signing.possession import possession_message
from tests.support.fund_simulator import FUND, OFFICES, commitment_of, key_form
from tests.support.vector_case import GOVERN, RECORD, UNKNOWN, Case, Subject, case
from tests.support.vector_fund import VectorFund, signer

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LEI = "529900T8BM49AURSDO55"


def _constitution() -> dict[str, Any]:
    members = VectorFund().constitution(lei=LEI)
    for name in ("fund", "kind", "reference", "value_date", "valid_until"):
        del members[name]
    return members


_WHOLE = _constitution()
_FOUNDERS: list[dict[str, Any]] = _WHOLE["founders"]


def _founder(name: str, **changes: Any) -> dict[str, Any]:
    known = {founder["officer"]: founder for founder in _FOUNDERS}
    plain = {
        "officer": name,
        "commitment": commitment_of(name),
        "offices": ["Auditor"],
        "keys": [key_form(signer(name))],
    }
    return {**known.get(name, plain), **changes}


def _founders(**replaced: dict[str, Any]) -> list[dict[str, Any]]:
    return [replaced.get(founder["officer"], founder) for founder in _FOUNDERS]


def _charter(**changes: Any) -> dict[str, Any]:
    return {**_WHOLE["charter"], **changes}


def _vkey(name: str, key: str) -> str:
    return render_vkey(VerifierKey(name, signer(key).public_key))


def _bad_log_keys(in_use: str) -> tuple[Case, ...]:
    return (
        case("log_key_bad-no_key", "not a verifier key at all", log_key="a key"),
        case("log_key_bad-name", "named for another fund", log_key=_vkey("test/bay", "log-2")),
        case(
            "log_key_bad-officer", "the raw key is an officer's too", log_key=_vkey(FUND, "bolat")
        ),
        *([case("log_key_bad-in_use", "the key in use", log_key=in_use)] if in_use else []),
    )


FUND_CONSTITUTED = Subject(
    "fund.constituted",
    "empty",
    _WHOLE,
    (
        case("protocol_unknown", protocol=2),
        case("quorum_impossible", charter=_charter(quorum=3)),
        case(
            "founder_repeated-officer",
            "an officer is listed twice, and so the founders are not the signers either",
            founders=[*_FOUNDERS, _founder("bolat", keys=[key_form(signer("bolat-2"))])],
        ),
        Case(
            "signers_differ-key_repeated",
            {"founders": _founders(bolat=_founder("bolat", keys=[key_form(signer("aigerim"))]))},
            "two founders share a key: one signature cannot be both of theirs",
            signers=tuple(name for name in sorted(OFFICES) if name != "bolat"),
        ),
        case(
            "founder_repeated-commitment",
            "two officers are one person",
            founders=_founders(bolat=_founder("bolat", commitment=commitment_of("aigerim"))),
        ),
        case("founders_incomplete", founders=[*_FOUNDERS, _founder("zhanna")]),
        Case(
            "bad_signature-weak_key",
            {"founders": _founders(bolat=_founder("bolat", keys=[key_form(signer("weak"))]))},
            "a founder's key is the identity element of edwards25519, by which anybody can forge",
            signers=tuple(sorted({*OFFICES, "weak"} - {"bolat"})),
        ),
        *_bad_log_keys(""),
        case("value_date_in_future", value_date="2026-01-06"),
    ),
)

CHARTER_AMENDED = Subject(
    "charter.amended",
    "constituted",
    {**GOVERN, "charter": _charter(notice_days=20)},
    (
        case("charter_unchanged", charter=_charter()),
        case("quorum_impossible", charter=_charter(quorum=3)),
    ),
)

LOG_KEY_ROTATED = Subject(
    "log_key.rotated",
    "constituted",
    {**GOVERN, "log_key": _vkey(FUND, "log-2")},
    _bad_log_keys(_vkey(FUND, "log")),
)

PROTOCOL_RAISED = Subject(
    "protocol.raised",
    "constituted",
    {**GOVERN, "protocol": 2},
    (case("protocol_unknown", "a protocol that is far ahead", protocol=1_000),),
    why="valid in form; refused, since protocol 1 is the only one so far",
    valid_is="refused",
)

OFFICER_APPOINTED = Subject(
    "officer.appointed",
    "constituted",
    {
        **GOVERN,
        "officer": "zhanna",
        "commitment": commitment_of("zhanna"),
        "office": "TreasuryOfficer",
        "starts_on": "2026-01-05",
        "ends_on": "2026-03-31",
    },
    (
        case("person_known", commitment=commitment_of("bolat")),
        case("officer_commitment_differs", officer="bolat"),
        case(
            "appointment_exists",
            officer="bolat",
            commitment=commitment_of("bolat"),
            office="CustodyOfficer",
            ends_on=None,
        ),
        case("appointment_ends_early", ends_on="2026-01-04"),
    ),
)

OFFICER_RELIEVED = Subject(
    "officer.relieved",
    "constituted",
    {**GOVERN, "officer": "bolat", "office": "CustodyOfficer", "reason": "End of term"},
    (
        case("officer_unknown", officer="zhanna"),
        case("appointment_unknown", office="Governor"),
        case(
            "quorum_impossible",
            "two governors would be left for a quorum of two",
            officer="saule",
            office="Governor",
        ),
    ),
)


def _enrolment(officer: str, name: str, proven_for: str = "") -> dict[str, Any]:
    key = signer(name)
    proof = key.sign(possession_message(FUND, proven_for or officer, key.public_key))
    return {
        "officer": officer,
        "possession": base64.b64encode(proof).decode(),
        **key_form(key),
    }


def _p256_enrolment(officer: str) -> dict[str, Any]:
    """An ECDSA key with a proof that is the same in every run (RFC 6979)."""
    private = ec.derive_private_key(0x0123456789ABCDEF, ec.SECP256R1())
    raw = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    message = possession_message(FUND, officer, PublicKey("ecdsa-p256", raw))
    made = private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
    r, s = utils.decode_dss_signature(made)
    proof = utils.encode_dss_signature(r, min(s, _P256_ORDER - s))
    return {
        "officer": officer,
        "algorithm": "ecdsa-p256",
        "public_key": base64.b64encode(raw).decode(),
        "possession": base64.b64encode(proof).decode(),
    }


KEY_ENROLLED = Subject(
    "key.enrolled",
    "constituted",
    {**GOVERN, **_enrolment("bolat", "bolat-2")},
    (
        case("valid-ecdsa_p256", "a key of the other algorithm", **_p256_enrolment("bolat")),
        case("officer_unknown", **_enrolment("zhanna", "zhanna")),
        case("key_known", **_enrolment("bolat", "saule")),
        case("key_known-log_key", "the key that signs checkpoints", **_enrolment("bolat", "log")),
        case("key_limit", prelude="keyring", **_enrolment("nurlan", "nurlan-9")),
        case(
            "bad_signature-possession",
            "the proof of possession was made for another officer",
            **_enrolment("bolat", "bolat-2", proven_for="saule"),
        ),
        case(
            "bad_signature-weak_key",
            "the identity element of edwards25519, with the proof that a lax verifier takes",
            **_enrolment("bolat", "weak"),
        ),
        case(
            "bad_body-short_key",
            "31 bytes are no key",
            public_key=base64.b64encode(bytes(31)).decode(),
        ),
        case("bad_body-possession", "the proof is not canonical base64", possession="AB=="),
    ),
)

KEY_REVOKED = Subject(
    "key.revoked",
    "constituted",
    {
        **RECORD,
        "key": signer("bolat").public_key.keyid,
        "reason": "The token was lost",
        "compromised_since": 1,
    },
    (
        case("valid-governor", "a governor revokes another officer's key", author="saule"),
        case("key_unknown", key=UNKNOWN),
        case(
            "key_revoked_already",
            prelude="working",
            key=signer("bolat-2").public_key.keyid,
            compromised_since=None,
        ),
        case(
            "valid-compromised_later",
            "a key that was revoked before is found to be compromised",
            prelude="working",
            key=signer("bolat-2").public_key.keyid,
        ),
        case("compromise_in_future", compromised_since=99),
        case(
            "office_not_entitled", "neither the holder nor a governance officer", author="aigerim"
        ),
    ),
)

SUBJECTS = (
    FUND_CONSTITUTED,
    CHARTER_AMENDED,
    LOG_KEY_ROTATED,
    PROTOCOL_RAISED,
    OFFICER_APPOINTED,
    OFFICER_RELIEVED,
    KEY_ENROLLED,
    KEY_REVOKED,
)
