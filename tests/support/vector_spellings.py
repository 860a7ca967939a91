"""Good and bad spellings of every form of text: forms.json of the vectors."""

from __future__ import annotations

from ledger.cli.event_pages.shapes import NAMED
from ledger.cli.event_pages.words import TEXTS

_LONG_DIGITS = "1" * 61
_BAD_AMOUNTS = ["1.50", "01", "1e3", "-0", "+1", ".5", "1.", "1,000", " 1", "", _LONG_DIGITS]
_LONG = "a" * 65

SPELLINGS: dict[str, tuple[list[str], list[str]]] = {
    "Slug": (
        ["a", "cold-1", "a" * 64],
        ["Cold-1", "cold--1", "-cold", "cold-", "1cold", "cold_1", "", _LONG],
    ),
    "Code": (["a", "victim_return"], ["Victim", "victim-return", "_victim", "victim__return", ""]),
    "Office": (["Governor", "chief_officer"], ["Chief Officer", "1st", "", _LONG]),
    "AssetCode": (["BTC", "A1"], ["btc", "B", "1INCH", "BTC-X", "A" * 17, ""]),
    "AssetId": (
        ["bip122:000000000019d6689c085ae165831e93/slip44:0"],
        ["bip122", "BTC", "eip155:1/erc20", "eip155:1/ERC20:0xab", ""],
    ),
    "ChainId": (["eip155:1"], ["eip155", "EIP155:1", "ab:1", "eip155:", ""]),
    "Reference": (["a", "desk-2026/117"], ["desk 2026", "/desk", "desk/", "a" * 65, ""]),
    "Digest": (["0" * 64], ["A" * 64, "0" * 63, "0" * 65, "g" * 64, ""]),
    "RuleId": (["REF.LIMIT.1"], ["ref.limit", "REF..1", "1REF", ""]),
    "FundId": (
        ["production/alem", "test/a-1"],
        ["alem", "live/alem", "production/Alem", "production/", "production/a/b", ""],
    ),
    "Country": (["KZ", "KZ-AST"], ["kz", "KAZ", "KZ-", "KZ-ABCD", ""]),
    "Instant": (
        ["2026-01-05T09:00:00.000000Z", "2024-02-29T23:59:59.999999Z"],
        [
            "2026-01-05T09:00:00Z",
            "2026-01-05T09:00:00.000000+00:00",
            "2026-01-05 09:00:00.000000Z",
            "2026-02-29T09:00:00.000000Z",
            "2026-01-05T24:00:00.000000Z",
            "",
        ],
    ),
    "Day": (
        ["2026-01-05", "2024-02-29"],
        ["2026-02-29", "2026-1-5", "20260105", "2026-01-05T00", "0000-01-01", ""],
    ),
    "Text": (
        ["a", "Қазынашылық", "x" * 400],
        ["", " a", "a ", "a\tb", "a\u202eb", "a\u200bb", "x" * 401],
    ),
    "Name": (["First Vault", "x" * 120], ["", " a", "a\u202eb", "x" * 121]),
    "Lei": (
        ["529900T8BM49AURSDO55"],
        ["529900T8BM49AURSDO56", "529900t8bm49aursdo55", "529900T8BM49AURSDO5", ""],
    ),
    "CurrencyCode": (["USD", "KZT", "JPY"], ["usd", "US", "ZZZ", "XAU", ""]),
    "Amount": (["0", "-12.5", "0.00000001"], _BAD_AMOUNTS),
    "PositiveAmount": (["1", "0.5", "1" * 60], ["0", "-1", *_BAD_AMOUNTS]),
    "NotNegativeAmount": (["0", "0.5"], ["-1", *_BAD_AMOUNTS]),
    "Base64": (["", "AQID"], ["AQ ID", "AQID\n", "A_-A", "A" * 4_097]),
}
"""Each named form's good spellings, and bad ones."""

PATTERNS = {
    r"^[a-z_]+\.[a-z_]+\.v[0-9]+$": "transfer.proposed",
    r"^[a-z][a-z0-9_]{0,63}$": "Insured",
    r"^[0-9]{4}(?:Q[1-4]|-[0-9]{2})?$": "2026Q5",
    r"^[0-9]+(?:\.[0-9]+){0,2}$": "v1",
    r"^[-.%a-zA-Z0-9]{1,128}$": "bc1q cold",
    r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$": "first vault",
    r"^[A-Za-z][A-Za-z0-9_/%]{0,31}$": "1USD",
    r"^[0-9]{4}$": "10000",
    r"^(?:0|0\.[0-9]{0,17}[1-9])$": "0.50",
    r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$": "24:00:00",
}
"""A text outside each pattern that has no name."""


def value_forms() -> dict[str, dict[str, list[str]]]:
    """The good and bad spellings of every named form."""
    assert list(SPELLINGS) == list(NAMED)
    return {
        name: {"good": [TEXTS[name][1], *good], "bad": bad}
        for name, (good, bad) in SPELLINGS.items()
    }
