"""The page docs/spec/canonical-bytes.md is held by the code: examples, patterns, bounds."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from ledger.kernel import amounts, identifiers, instants
from ledger.kernel.canonical import decode, encode
from ledger.kernel.errors import BodyError, CanonicalError
from ledger.kernel.form import (
    Amount,
    AssetCode,
    AssetId,
    ChainId,
    Code,
    Country,
    Day,
    Digest,
    Form,
    FundId,
    Instant,
    Lei,
    Office,
    Reference,
    RuleId,
    Slug,
    read_form,
)
from ledger.kernel.identifiers import check_lei
from ledger.kernel.limits import (
    DEPTH_MAX,
    INTEGER_MAX,
    NAME_CHARS_MAX,
    PAYLOAD_BYTES_MAX,
    RECORD_BYTES_MAX,
    TEXT_CHARS_MAX,
)
from ledger.kernel.text import _BANNED_CATEGORIES
from tests.support.fund_simulator import FundSimulator

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "canonical-bytes.md").read_text()
BLOCKS = re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL)
LINES = BLOCKS[0].splitlines()
EXAMPLES = list(zip(LINES[::2], LINES[1::2], strict=True))
PATTERNS: dict[str, str] = dict(
    re.fullmatch(r"(\S+) +(\S+)", line).groups()  # type: ignore[union-attr,misc] # two columns
    for line in BLOCKS[1].splitlines()
)
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| `") or re.match(r"\| [a-z-]+ \| `", line)
]
REFUSED = [(row[0].strip("`"), int(row[1]), row[2]) for row in ROWS if row[0].startswith("`")]
BOUNDS = [(row[0], row[1].strip("`"), int(row[2])) for row in ROWS if not row[0].startswith("`")]


def bytes_of(shown: str) -> bytes:
    """The bytes that the page shows: `<7f>` stands for the byte 7F."""
    parts = re.split(r"<([0-9a-f ]+)>", shown)
    return b"".join(
        bytes.fromhex(part) if at % 2 else part.encode() for at, part in enumerate(parts)
    )


class Values(Form):
    """A field of each value of the page."""

    amount: Amount | None = None
    day: Day | None = None
    instant: Instant | None = None
    digest: Digest | None = None
    slug: Slug | None = None
    code: Code | None = None
    office: Office | None = None
    rule: RuleId | None = None
    asset: AssetCode | None = None
    reference: Reference | None = None
    fund: FundId | None = None
    country: Country | None = None
    chain: ChainId | None = None
    asset_id: AssetId | None = None
    lei: Lei | None = None


CODE_PATTERNS = {
    "amount": amounts.AMOUNT,
    "day": instants.DAY,
    "instant": instants.INSTANT,
    "digest": identifiers.DIGEST,
    "slug": identifiers.SLUG,
    "code": identifiers.CODE,
    "office": identifiers.OFFICE,
    "rule": identifiers.RULE,
    "asset": identifiers.ASSET,
    "reference": identifiers.REFERENCE,
    "fund": identifiers.FUND,
    "country": identifiers.COUNTRY,
    "chain": identifiers.CAIP2,
    "asset-id": identifiers.CAIP19,
}


@pytest.mark.parametrize(("shown", "digest"), EXAMPLES)
def test_every_example_is_canonical(shown: str, digest: str) -> None:
    data = bytes_of(shown)
    value: Any = decode(data)
    assert encode(value) == data == rfc8785.dumps(value)
    assert hashlib.sha256(data).hexdigest() == digest


@pytest.mark.parametrize(("shown", "offset", "why"), REFUSED)
def test_every_refusal_is_as_the_page_says(shown: str, offset: int, why: str) -> None:
    with pytest.raises(CanonicalError) as refusal:
        decode(bytes_of(shown))
    assert (refusal.value.offset, refusal.value.message) == (offset, why)


def test_the_page_has_what_these_tests_look_for() -> None:
    assert (len(EXAMPLES), len(REFUSED), len(BOUNDS)) == (4, 23, 14)


def test_the_patterns_are_those_of_the_code() -> None:
    assert PATTERNS == CODE_PATTERNS


@pytest.mark.parametrize(("name", "example", "limit"), BOUNDS)
def test_every_example_of_a_value_is_taken_and_its_bound_holds(
    name: str, example: str, limit: int
) -> None:
    field = name.replace("-", "_")
    assert getattr(read_form(Values, {field: example}), field) == example
    assert re.fullmatch(PATTERNS[name], example)
    assert len(example) <= limit
    for char in "1aA0":
        longer = example + char * (limit + 1 - len(example))
        with pytest.raises(BodyError):
            read_form(Values, {field: longer})


def test_the_bounds_are_those_of_the_code() -> None:
    for number in (RECORD_BYTES_MAX, PAYLOAD_BYTES_MAX):
        assert f"{number:,}" in PAGE
    assert f"at most {INTEGER_MAX} either way" in PAGE
    assert f"deeper than {DEPTH_MAX} levels" in PAGE
    assert f"1 to {TEXT_CHARS_MAX} characters, a name 1 to {NAME_CHARS_MAX}" in PAGE
    for category in _BANNED_CATEGORIES:
        assert re.search(rf"\b{category}\b", PAGE)


def test_the_lei_of_the_page_is_one() -> None:
    (lei,) = re.findall(r"`([A-Z0-9]{20})`", PAGE)
    assert check_lei(lei) == lei


def test_what_a_fund_signs_is_of_the_page() -> None:
    fund = FundSimulator()
    fund.constitute()
    for raw in fund.records:
        assert encode(decode(raw)) == raw
