"""More than sixty spellings of each value, of which exactly one is taken.

The same text goes through the form's own checker and through a signed body's way: JSON bytes,
decoder, form.
"""

# ruff: noqa: RUF001 - look-alikes are what these tests are about
from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.kernel.canonical import decode_object
from ledger.kernel.errors import BodyError, CanonicalError, LedgerError
from ledger.kernel.form import (
    Amount,
    AssetCode,
    Base64,
    Code,
    Country,
    CurrencyCode,
    Day,
    Digest,
    Form,
    FundId,
    Instant,
    Lei,
    NotNegativeAmount,
    PositiveAmount,
    Reference,
    RuleId,
    Slug,
    read_form,
)


class Holder(Form):
    """One field of each scalar; each test fills one."""

    amount: Amount | None = None
    positive: PositiveAmount | None = None
    not_negative: NotNegativeAmount | None = None
    day: Day | None = None
    instant: Instant | None = None
    digest: Digest | None = None
    slug: Slug | None = None
    code: Code | None = None
    asset: AssetCode | None = None
    country: Country | None = None
    currency: CurrencyCode | None = None
    lei: Lei | None = None
    fund: FundId | None = None
    reference: Reference | None = None
    rule: RuleId | None = None
    base64: Base64 | None = None
    count: int | None = None


def around(one: str) -> list[str]:
    """What goes wrong with any text: padding, line ends, invisible characters, quotes."""
    padded = [
        before + one + after
        for before, after in (
            (" ", ""), ("", " "), (" ", " "), ("\t", ""), ("", "\t"), ("", "\n"), ("\n", ""),
            ("", "\r"), ("", "\r\n"), ("", "\x00"), ("\x00", ""), ("\u00a0", ""), ("", "\u00a0"),
            ("\ufeff", ""), ("", "\ufeff"), ("", "\u200b"), ("\u200e", ""), ("\u202d", "\u202c"),
            ("", "\u0301"), ("", "\u2028"), ('"', '"'), ("'", "'"), ("(", ")"), ("[", "]"),
            ("=", ""), ("", ";"), ("", ","), ("", "."), ("#", ""), ("", "\ufe0f"), ("", "\x7f"),
        )
    ]  # fmt: skip
    return ["", *padded, one + ";" + one, one + " " + one]


def fullwidth(one: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in one)


def digits_of(one: str, zero: int) -> str:
    return "".join(chr(zero + int(char)) if char.isdigit() else char for char in one)


SCRIPTS = [0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xF20, 0x1040, 0x17E0, 0xFF10, 0x1D7CE, 0x1D7F6]
"""Code points of the digit zero in other scripts; `int` takes all of them."""


def in_scripts(one: str) -> list[str]:
    return [fullwidth(one), *(digits_of(one, zero) for zero in SCRIPTS)]


NUMBER = [
    "01000", "+1000", "1000.", "1000.0", "1000.00", "1000.000000000000000000", ".1e4", "1e3",
    "1E3", "1.0e3", "1000e0", "10e2", "1e+3", "1_000", "1,000", "1 000", "1'000", "1.000,00",
    "1,000.00", "1\u202f000", "0x3e8", "0X3E8", "0o1750", "0b1111101000", "1k", "1K", "1000n",
    "1000L", "1000d", "1000f", "--1000", "-−1000", "1000-", "$1000", "1000 BTC", "1000/1", "10³",
    "1¹", "①⓪⓪⓪", "Ⅿ", "千", "一千", "१०००", "NaN", "nan", "Infinity", "-Infinity", "inf", "-0",
    "-0.0", "+0", "00", "0.", ".0", "0.0", "0e0", "-", "+", ".", "-.", "one thousand", "1000\\n",
    "0.10", "-0.50", "00.5", "1.5.0", "1..5", "1 .5", "0,5", "1" * 61, "0." + "0" * 58 + "1",
]  # fmt: skip

DAY = [
    "2026-11-22T00:00:00", "2026-11-22T00:00:00Z", "2026-11-22 ", "20261122", "2026-1122",
    "202611-22", "2026-W47-7", "2026W477", "2026-326", "2026326", "26-11-22", "+2026-11-22",
    "-2026-11-22", "02026-11-22", "+002026-11-22", "2026-11-2", "2026-1-22", "2026-011-22",
    "2026-11-022", "2026/11/22", "2026.11.22", "2026_11_22", "2026 11 22", "22-11-2026",
    "22/11/2026", "11/22/2026", "22.11.2026", "22 Nov 2026", "Nov 22, 2026", "2026-Nov-22",
    "2026-11-22Z", "2026-11-22+00:00", "2026-11", "2026", "today", "now", "2026\u201311\u201322",
    "2026\u221211\u221222", "2026\u201011\u201022", "2026-00-22", "2026-13-22", "2026-11-00",
    "2026-11-31", "2026-02-29", "2025-02-29", "1900-02-29", "2100-02-29", "2026-11-32",
    "0000-01-01", "10000-01-01", "9999-99-99", "2026-11--22", "2026--11-22", "2026-11-2 2",
    "1795305600", "46348", "2026-11-22.", "２０２６-11-22", "MMXXVI-XI-XXII", "2026-11-22\\n",
    "2026-11-22T", "2026-11-22T00", "2026-11-22 00:00",
]  # fmt: skip

INSTANT = [
    "2026-11-22T10:00:00Z", "2026-11-22T10:00:00.0Z", "2026-11-22T10:00:00.000Z",
    "2026-11-22T10:00:00.00000Z", "2026-11-22T10:00:00.0000000Z", "2026-11-22T10:00:00.000000000Z",
    "2026-11-22T10:00:00.000000", "2026-11-22T10:00:00.000000+00:00",
    "2026-11-22T10:00:00.000000-00:00", "2026-11-22T10:00:00.000000+0000",
    "2026-11-22T10:00:00.000000+00", "2026-11-22T10:00:00.000000z",
    "2026-11-22t10:00:00.000000Z", "2026-11-22 10:00:00.000000Z", "2026-11-22_10:00:00.000000Z",
    "2026-11-22T10:00:00,000000Z", "2026-11-22T10:00:00.000000 Z", "20261122T100000.000000Z",
    "2026-11-22T100000.000000Z", "20261122T10:00:00.000000Z", "2026-W47-7T10:00:00.000000Z",
    "2026-326T10:00:00.000000Z", "2026-11-22T10:00Z", "2026-11-22T10Z", "2026-11-22T10:00.000000Z",
    "2026-11-22", "2026-11-22T15:00:00.000000+05:00", "2026-11-22T10:00:00.000000UTC",
    "2026-11-22T10:00:00.000000 UTC", "2026-11-22T10:00:00.000000GMT",
    "2026-11-22T10:00:00.000000[UTC]", "2026-11-22T24:00:00.000000Z",
    "2026-11-21T24:00:00.000000Z", "2026-11-22T25:00:00.000000Z", "2026-11-22T10:60:00.000000Z",
    "2026-11-22T10:00:60.000000Z", "2026-12-31T23:59:60.000000Z", "2026-11-22T1:00:00.000000Z",
    "2026-11-22T10:0:00.000000Z", "2026-11-22T10:00:0.000000Z", "2026-11-22T010:00:00.000000Z",
    "2026-1-22T10:00:00.000000Z", "26-11-22T10:00:00.000000Z", "+2026-11-22T10:00:00.000000Z",
    "02026-11-22T10:00:00.000000Z", "2026-13-22T10:00:00.000000Z", "2026-11-31T10:00:00.000000Z",
    "2026-02-29T10:00:00.000000Z", "0000-01-01T10:00:00.000000Z", "10000-01-01T10:00:00.000000Z",
    "2026/11/22T10:00:00.000000Z", "2026-11-22T10.00.00.000000Z", "2026-11-22T10-00-00.000000Z",
    "Sun, 22 Nov 2026 10:00:00 GMT", "Sun Nov 22 10:00:00 2026", "1795341600",
    "1795341600.000000", "1795341600000", "1795341600000000", "now", "2026-11-22T10:00:00.000000ZZ",
    "2026-11-22T-10:00:00.000000Z", "2026-11-22T+10:00:00.000000Z", "2026-11-22T10:00:00.+00000Z",
    "2026-11-22T10:00:00.00000 Z", "2026-11-22T10:00:00.1e5000Z",
    "2026-11-22T10:00:00.000000\\u005a",
]  # fmt: skip

HEX = "00112233445566778899aabbccddeeff" * 2
DIGEST = [
    HEX.upper(), HEX.replace("a", "A", 1), HEX[:-1], HEX + "0", "0x" + HEX, "0X" + HEX, HEX + "h",
    "sha256:" + HEX, "sha256-" + HEX, "SHA256=" + HEX, "\\x" + HEX, HEX[:32], HEX[:62], HEX + HEX,
    HEX[:32] + "-" + HEX[32:], HEX[:32] + " " + HEX[32:], HEX[:32] + "\n" + HEX[32:],
    HEX[:32] + "_" + HEX[33:], ":".join(HEX[i : i + 2] for i in range(0, 64, 2)), "g" + HEX[1:],
    "-" + HEX[1:], "+" + HEX[1:], " " + HEX[1:], HEX[1:] + " ", HEX[1:] + "\n", HEX[:-1] + "\u0430",
    "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=", "{" + HEX + "}", "urn:sha256:" + HEX,
    str(int(HEX, 16)), HEX.replace("0", "O"), HEX.replace("1", "l"), HEX.replace("e", "\u0435"),
]  # fmt: skip

SLUG = [
    "Vault-astana-1", "VAULT-ASTANA-1", "vault-Astana-1", "vault--astana-1", "-vault-astana-1",
    "vault-astana-1-", "vault_astana_1", "vault.astana.1", "vault astana 1", "vault/astana/1",
    "vault:astana:1", "vault+astana-1", "vault%2Dastana-1", "1vault-astana", "v\u00e4ult-astana-1",
    "v\u0430ult-astana-1", "vault\u2010astana-1", "vault\u2013astana-1", "vault\u2212astana-1",
    "vault\u00adastana-1", "vault-astana-\u0661", "vault-astana-\u00b9", "\uff56ault-astana-1",
    "vault-astana-1\\n", "../vault-astana-1", "./vault-astana-1", "vault-astana-1/",
    "vault-astana-1/..", "vault-astana-1;--", "vault-astana-1'--", "<b>vault-astana-1</b>",
    "vault-astana-1@x", "~vault-astana-1", "vault-\u0131stana-1", "vault-astana-1\u0000",
    "a" * 65, "a" + "-a" * 32, "vault-astana-", "$vault", "*", "vault-ast\u0301ana-1",
]  # fmt: skip

LEI = [
    "hwupkr0mpou8fgxbt394", "HWUPKR0MPOU8FGXBT395", "HWUPKR0MPOU8FGXBT394X", "HWUPKR0MPOU8FGXBT39",
    "HWUP KR0M POU8 FGXB T394", "HWUP-KR0M-POU8-FGXB-T394", "WHUPKR0MPOU8FGXBT394",
    "HWUPKROMPOU8FGXBT394", "HWUPKR0MP0U8FGXBT394", "HWUPKR0MPOU8FGXBT3944",
    "0HWUPKR0MPOU8FGXBT394",
    "LEI:HWUPKR0MPOU8FGXBT394", "HWUPKR0MPOU8FGXBT493", "HWUPKR0MPOU8FGXTB394",
    "HWUPKR0MPOU8FGXBT\u0663\u0669\u0664", "\uff28WUPKR0MPOU8FGXBT394", "\u041dWUPKR0MPOU8FGXBT394",
    "HWUPKR0MPOU8FGXBT39A", "HWUPKR0MPOU8FGXBT3\u00b94", "Hwupkr0mpou8fgxbt394",
    "HWUPKR0MPOU8FGXBT3 94",
    "HWUPKR0MPOU8FGXBT3_94", "HWUPKR0MPOU8FGXBT+94", "HWUPKR0MPOU8FGXBT-94", "529900T8BM49AURSDO56",
    "5493001KJTIIGC8Y1R13", "00000000000000000000", "ZZZZZZZZZZZZZZZZZZZZ",
]  # fmt: skip

FUND = [
    "Production/alem", "PRODUCTION/alem", "prod/alem", "production/Alem", "production/ALEM",
    "production//alem", "/production/alem", "production/alem/", "production/alem/x", "production",
    "alem", "production\\alem", "production:alem", "production.alem", "production-alem",
    "production /alem", "production/ alem", "production/al em", "production/al_em",
    "production/1alem", "production/-alem", "production/alem-", "production/al--em", "live/alem",
    "staging/../production/alem", "production/./alem", "production/%61lem", "production/alem#1",
    "production/alem?x", "https://production/alem", "production/\u0430lem", "pr\u043eduction/alem",
    "production\u2215alem", "production\uff0falem", "production\u2044alem", "production/al\u00e9m",
    "production/", "/", "//", "production/a" + "b" * 80, "productionn/alem", "roduction/alem",
]  # fmt: skip

REFERENCE = [
    "-TX-2026/11.22:1", "TX-2026/11.22:1-", "/TX-2026/11.22:1", "TX-2026/11.22:1/", ".TX-2026",
    "TX-2026.", "TX 2026/11.22:1", "TX-2026\\11.22:1", "TX-2026/11.22:1+", "TX+2026/11.22:1",
    "TX-2026/11,22:1", "TX-2026/11.22:1!", "TX-2026/11.22:\u0661", "\u0422X-2026/11.22:1",
    "TX\u20102026/11.22:1", "TX-2026\u2044" + "11.22:1", "TX-2026/11.22:1\\n", "TX-2026/11.22:1%20",
    "TX-2026/11.22:1*", "TX-2026/11.22:1@", "TX-2026/11.22:1<", "TX-2026/11.22:1&", "X" * 65,
    "TX-2026/11.22:1|2", "TX-2026/11.22:1~", "TX-2026/11.22:1^", "TX-2026/11.22:1`",
    "TX-2026/11.22:1$",
    "TX-2026/11.22:1\u0301", "TX-2026/11.22:\u00b9", "T\u00c9X", "\uff34X-2026", "{TX}", "_TX",
    "TX_", ":TX",
]  # fmt: skip

CURRENCY = [
    "usd", "Usd", "US", "USDD", "US$", "$", "U$D", "US D", "840", "USX", "XXX", "XAU", "XAG", "XTS",
    "BTC", "ZZZ", "AAA", "EURO", "DEM", "FRF", "HRK", "U\u0405D", "\uff35SD", "USD1", "1USD",
    "USD/EUR",
    "US\u0110", "U5D", "USO", "USD\\n", "\u20ac", "Dollar", "US-D", "U.S.D", "USD-", "XDR",
    "TRL", "ITL",
]  # fmt: skip

CASES: dict[str, tuple[str, list[str]]] = {
    "amount": ("1000", [*NUMBER, *in_scripts("1000"), *around("1000")]),
    "positive": ("1000", ["0", "-1000", *NUMBER, *in_scripts("1000"), *around("1000")]),
    "not_negative": ("1000", ["-1000", *NUMBER, *in_scripts("1000"), *around("1000")]),
    "day": ("2026-11-22", [*DAY, *in_scripts("2026-11-22"), *around("2026-11-22")]),
    "instant": (
        "2026-11-22T10:00:00.000000Z",
        [
            *INSTANT,
            *in_scripts("2026-11-22T10:00:00.000000Z"),
            *around("2026-11-22T10:00:00.000000Z"),
        ],
    ),
    "digest": (HEX, [*DIGEST, *in_scripts(HEX), *around(HEX)]),
    "slug": ("vault-astana-1", [*SLUG, *around("vault-astana-1")]),
    "lei": ("HWUPKR0MPOU8FGXBT394", [*LEI, *around("HWUPKR0MPOU8FGXBT394")]),
    "fund": ("production/alem", [*FUND, *around("production/alem")]),
    "reference": ("TX-2026/11.22:1", [*REFERENCE, *around("TX-2026/11.22:1")]),
    "currency": ("USD", [*CURRENCY, *around("USD")]),
}


def bytes_of(name: str, text: str) -> bytes:
    """The JSON that an attacker would sign: whatever the text, raw where JSON lets it be raw."""
    escapes = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f"}
    escapes |= {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    inner = "".join(
        escapes.get(char) or (f"\\u{ord(char):04x}" if char < " " else char) for char in text
    )
    return f'{{"{name}":"{inner}"}}'.encode()


def is_taken(name: str, text: str) -> bool:
    try:
        found = read_form(Holder, decode_object(bytes_of(name, text)))
    except (BodyError, CanonicalError):
        return False
    assert getattr(found, name) == text
    return True


@pytest.mark.parametrize("name", CASES)
def test_exactly_one_of_at_least_sixty_spellings_is_taken(name: str) -> None:
    one, others = CASES[name]
    assert one not in others
    assert len({one, *others}) >= 60
    assert [text for text in (one, *others) if is_taken(name, text)] == [one]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "value",
    [
        1000, -1, 0, True, False, 1.5, 1e3, Decimal(1000), b"1000", ["1000"], {"v": "1000"},
        date(2026, 11, 22), datetime(2026, 11, 22, 10, tzinfo=UTC), ("1000",),
    ],
    ids=repr,
)  # fmt: skip
def test_nothing_but_text_is_taken(name: str, value: Any) -> None:
    with pytest.raises(BodyError) as refusal:
        read_form(Holder, {name: value})
    assert refusal.value.where == name


COUNTS = [
    b"1000.0", b"1e3", b"1E3", b"1000.", b"01000", b"+1000", b"1_000", b"1 000", b"1,000",
    b'"1000"',
    b"0x3e8", b"0b1", b"0o7", b"1000n", b"1000L", b"true", b"false", b"null", b"NaN", b"Infinity",
    b"-Infinity", b"-0", b"-0.0", b"0.0", b"1e400", b"9007199254740992", b"-9007199254740992",
    b"18446744073709551616", b"9" * 400, b".5", b"-.5", b"1.", b"--1", b"- 1", b" 1000", b"1000 ",
    b"\t1000", b"1000\n", b"\xef\xbb\xbf1000", b"1000\x00", b"[1000]", b'{"a":1000}', b"1000;",
    b"1000e", b"1e", b"1e+", b"1e-3", b"10.00e2", b"00", b"000", b"0e0", b"1'000", b"$1000", b"one",
    b"(1000)", b"1000/1", b"#1000", b"1000//x", b"\\u0031000", "１０００".encode(), "١٠٠٠".encode(),
    "१०००".encode(), "1\u00a0000".encode(), "\u22121000".encode(), "10³".encode(), b"1000d",
    b"1000f",
]  # fmt: skip


def test_exactly_one_of_at_least_sixty_spellings_of_a_count_is_taken() -> None:
    assert len(set(COUNTS)) >= 60
    taken = []
    for text in (b"1000", *COUNTS):
        try:
            found = read_form(Holder, decode_object(b'{"count":' + text + b"}"))
        except (BodyError, CanonicalError):
            continue
        assert type(found.count) is int
        taken.append(text)
    assert taken == [b"1000"]


@pytest.mark.parametrize("value", ["1000", 1000.0, True, Decimal(1000), None.__class__, b"1"])
def test_a_count_is_an_integer_and_nothing_else(value: Any) -> None:
    with pytest.raises(BodyError):
        read_form(Holder, {"count": value})


TAKEN: dict[str, list[str]] = {
    "amount": ["0", "1", "-1", "0.1", "-0.1", "0.05", "10", "100.001", "9" * 60, "-" + "9" * 59],
    "positive": ["1", "0.1", "0.000000000000000001", "1200.5"],
    "not_negative": ["0", "1", "0.1"],
    "day": ["0001-01-01", "9999-12-31", "2024-02-29", "2000-02-29", "1970-01-01"],
    "instant": ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"],
    "digest": ["0" * 64, "f" * 64],
    "slug": ["a", "a1", "a-1", "first-vault", "a-b-c-d", "x" * 64],
    "code": ["a", "victim_return", "a1_b2", "coin"],
    "asset": ["BT", "BTC", "USDC2", "A" * 16],
    "country": ["KZ", "US-NH", "US-TX", "FR-75", "GB-ENG"],
    "currency": ["USD", "KZT", "JPY", "BHD", "EUR"],
    "lei": ["529900T8BM49AURSDO55", "5493001KJTIIGC8Y1R12"],
    "fund": ["production/a", "staging/alem-2", "test/harbour", "demo/x1"],
    "reference": ["1", "a", "A-1", "a.b/c:d_e-f", "x" * 64],
    "rule": ["REF.LIMIT.1", "US.EO14233.3-a", "A", "TX.SB21.403-105"],
    "base64": ["", "AA==", "AAA=", "AAAA", "+/+/"],
}

REFUSED: dict[str, list[str]] = {
    "code": ["A", "a-b", "a__b", "_a", "a_", "1a", "a b", "", "a\n", "é", "a" * 65],
    "asset": ["B", "btc", "Btc", "1BT", "BT-C", "BT_C", "BTC\n", "", "A" * 17, "ВТС", "ＢＴＣ"],
    "country": ["kz", "KAZ", "K", "K1", "US-", "US_NH", "US-NHNH", "US-nh", "KZ\n", "398", ""],
    "rule": ["ref.limit", "REF..1", ".REF", "REF.", "REF LIMIT", "REF_LIMIT", "1REF", "", "REF\n"],
    "base64": ["A===", "A b=", "AA==\n", "AA=A", "A-_=", "====", "AAAA====", "é"],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, row in TAKEN.items() for t in row])
def test_good_values_are_taken(name: str, text: str) -> None:
    assert is_taken(name, text)


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, row in REFUSED.items() for t in row])
def test_bad_values_are_refused(name: str, text: str) -> None:
    assert not is_taken(name, text)


def test_every_refusal_is_one_of_ours_and_names_its_field() -> None:
    for name, (_, others) in CASES.items():
        for text in others:
            with pytest.raises(LedgerError) as refusal:
                read_form(Holder, {name: text})
            assert refusal.value.where == name
