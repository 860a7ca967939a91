"""The law of every parser on hostile bytes: our own error, or the one spelling of what was read.

The table is `tests.support.parsers`; `python -m tests.assurance parsers` asks the same laws
millions of times. Laws of single formats, with values drawn by their shape, are in the files beside
this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.cli.words import full_text
from ledger.domain.record import parse_record
from ledger.kernel.canonical import decode_object, encode
from ledger.kernel.errors import RecordError
from tests.support import parser_seeds as seeds
from tests.support.mutators import changed
from tests.support.parsers import PARSERS, Parser, one_spelling
from tests.support.strategies import TOKENS, mutated

if TYPE_CHECKING:
    from random import Random

every_parser = pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
SLOW = {"key_file", "evidence", "book"}
A_FEW = settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
INPUTS = 100
"""Each example makes so many inputs; a tenth of them for parsers that take milliseconds."""
chances = st.randoms(use_true_random=True)


def inputs_for(parser: Parser) -> int:
    return INPUTS // 10 if parser.name in SLOW else INPUTS


@every_parser
def test_seeds_are_taken(parser: Parser) -> None:
    """A fuzzer that starts from what is refused anyway would show nothing."""
    taken = [parser.takes(seed) for seed in parser.seeds()]
    assert taken
    assert any(taken)
    assert all(taken) or parser.refused_seeds


@every_parser
@A_FEW
@given(chances)
def test_altered_seeds_keep_the_law(parser: Parser, chance: Random) -> None:
    found = parser.seeds()
    for _ in range(inputs_for(parser)):
        seed = chance.choice(found)
        parser.takes(changed(chance, seed, parser.shape, lambda part: mutated(chance, part)))


@every_parser
@A_FEW
@given(chances)
def test_joined_and_cut_seeds_keep_the_law(parser: Parser, chance: Random) -> None:
    found = parser.seeds()
    for _ in range(inputs_for(parser)):
        one, other = chance.choice(found), chance.choice(found)
        cut = chance.randrange(len(one) + 1)
        parser.takes(one[:cut] + other[chance.randrange(len(other) + 1) :])
        parser.takes(one[cut:])


@every_parser
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from(TOKENS), max_size=20).map(b"".join),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
def test_arbitrary_bytes_keep_the_law(parser: Parser, data: bytes) -> None:
    parser.takes(data)


def test_a_law_can_be_broken() -> None:
    """Python's own reader of numbers is lax and raises its own errors: neither passes."""
    law = one_spelling(int, lambda number: str(number).encode())
    assert law(b"1")
    with pytest.raises(AssertionError):
        law(b"01")
    with pytest.raises(ValueError, match="invalid literal"):
        law(b"x")


# -- what fuzzing found, each by name


@pytest.mark.parametrize("name", ["mandate", "state_digest"])
def test_a_record_has_no_empty_digest(name: str) -> None:
    """The outcome with an empty mandate says the same as one without: a second spelling."""
    value = decode_object(seeds.records()[0])
    assert isinstance(value["outcome"], dict)
    value["outcome"][name] = ""
    with pytest.raises(RecordError, match="digits"):
        parse_record(encode(value))


def test_a_record_has_no_more_findings_than_a_decision() -> None:
    value = decode_object(seeds.records()[0])
    assert isinstance(value["outcome"], dict)
    finding = {"rule": "a", "verdict": "flag"}
    value["outcome"]["findings"] = [finding] * 32  # type: ignore[list-item]  # of one finding
    assert len(parse_record(encode(value)).outcome.findings) == 32
    value["outcome"]["findings"] = [finding] * 33  # type: ignore[list-item]  # as above
    with pytest.raises(RecordError, match="findings"):
        parse_record(encode(value))


@pytest.mark.parametrize("text", ["\u202e", "x\n\n  fingerprint        0000 0000", "\x1b[2J"])
def test_no_signer_writes_lines_into_what_an_officer_reads(text: str) -> None:
    payload = next(data for data in seeds.payloads() if b"log_key.rotated" in data)
    shown = full_text(encode({**decode_object(payload), "log_key": text}))
    assert text not in shown
    assert shown.split("\n")[0].isprintable()
    assert shown.count("fingerprint") <= 2 + text.count("fingerprint")
    assert [line for line in shown.split("\n") if line.startswith("  fingerprint")] == [
        shown.split("\n")[-1]
    ]
