"""Laws of canonical bytes: `rfc8785` agrees, the two readers agree, and no bytes crash either."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import rfc8785
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ledger.kernel.canonical import decode, decode_object, encode
from ledger.kernel.errors import CanonicalError
from ledger.kernel.strict_json import first_fault
from tests.support.strategies import (
    canonical_bytes,
    mutated,
    profile_document,
    texts,
    values,
)

if TYPE_CHECKING:
    from random import Random

NO_FAULT = "no fault found"
DOCUMENTS = 400
bulk = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
chances = st.randoms(use_true_random=True)


def is_refused(data: bytes) -> bool:
    """Whether `decode` refuses, having checked that its offset lies within the bytes."""
    error = refusal_of(data)
    if error is None:
        return False
    assert 0 <= error.offset <= len(data)
    assert error.message != NO_FAULT
    return True


def refusal_of(data: bytes) -> CanonicalError | None:
    try:
        decode(data)
    except CanonicalError as error:
        return error
    return None


def agree(data: bytes) -> bool:
    """Whether the fast reader refuses; it must refuse iff the slow one finds a fault."""
    refused = is_refused(data)
    message, offset = first_fault(data)
    assert refused == (message != NO_FAULT), (data, message, offset)
    return refused


@bulk
@given(chances)
def test_forty_thousand_documents_are_written_as_rfc_8785_writes_them(chance: Random) -> None:
    for _ in range(DOCUMENTS):
        value = [profile_document(chance), {"k": profile_document(chance)}]
        data = encode(value)
        assert data == rfc8785.dumps(value)
        assert decode(data) == value
        assert first_fault(data) == (NO_FAULT, len(data))


@bulk
@given(chances)
def test_both_readers_agree_on_mutated_bytes(chance: Random) -> None:
    refused = 0
    for _ in range(DOCUMENTS):
        data = mutated(chance, encode([profile_document(chance), profile_document(chance)]))
        if agree(data):
            refused += 1
        else:
            assert rfc8785.dumps(json.loads(data)) == data
    assert refused > DOCUMENTS // 2


@given(values)
@example([[], {}, "", 0, False])
def test_decode_is_the_inverse_of_encode(value: Any) -> None:
    data = encode(value)
    assert decode(data) == value
    assert encode(decode(data)) == data
    assert rfc8785.dumps(value) == data


@given(st.binary(max_size=64))
def test_no_bytes_crash_a_reader(data: bytes) -> None:
    agree(data)


@given(st.text('{}[]:,"\\abuNE019-. ', max_size=24))
def test_no_text_of_json_s_own_characters_crashes_a_reader(text: str) -> None:
    agree(text.encode())


@given(canonical_bytes, st.binary(min_size=1, max_size=4))
def test_bytes_after_the_value_are_named_at_their_place(data: bytes, more: bytes) -> None:
    closed = b"[" + data + b"]"
    message, offset = first_fault(closed + more)
    assert (message, offset) == ("more bytes after the value", len(closed))
    assert is_refused(closed + more)


@given(canonical_bytes, st.data())
def test_every_cut_is_named_no_later_than_the_cut(data: bytes, draw: st.DataObject) -> None:
    closed = b"[" + data + b"]"
    at = draw.draw(st.integers(0, len(closed) - 1))
    message, offset = first_fault(closed[:at])
    assert message != NO_FAULT
    assert offset <= at
    assert is_refused(closed[:at])


@given(values, st.sampled_from([b" ", b"\n", b"\t", b"\r"]), st.data())
def test_white_space_between_tokens_is_refused_at_its_place(
    value: Any, space: bytes, draw: st.DataObject
) -> None:
    pretty: list[Any] = [[value], {"a": value}]
    data = encode(pretty)
    # Every place outside a string at which a token begins or ends.
    places = [0, 1, len(data) - 1, len(data)]
    at = draw.draw(st.sampled_from(places))
    spaced = data[:at] + space + data[at:]
    assert first_fault(spaced)[1] == at
    assert is_refused(spaced)


@given(st.dictionaries(st.from_regex(r"[a-z][A-Za-z0-9_]{0,6}", fullmatch=True), st.integers(0, 9)))
def test_the_order_of_insertion_does_not_matter(members: dict[str, int]) -> None:
    backwards = dict(reversed(members.items()))
    assert encode(dict(members)) == encode(dict(backwards))
    assert list(decode_object(encode(dict(backwards)))) == sorted(members)


@given(texts)
def test_text_is_what_it_was(text: str) -> None:
    assert decode(encode(text)) == text
    assert decode(encode({"k": text})) == {"k": text}


@given(
    st.recursive(
        st.one_of(
            st.none(),
            st.floats(),
            st.text(),
            st.integers(),
            st.binary(),
            st.decimals(),
            st.dates(),
            st.sampled_from(["\ud800", "a\udfff"]),
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner),
            st.dictionaries(st.one_of(st.text(max_size=4), st.integers()), inner, max_size=3),
        ),
        max_leaves=6,
    )
)
def test_encode_writes_what_decode_takes_or_refuses(value: Any) -> None:
    try:
        data = encode(value)
    except CanonicalError:
        return
    assert decode(data) == value
