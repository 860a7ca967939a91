"""Identifiers: real LEIs and wrong ones, and forms that say what they wanted."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ledger.kernel import identifiers
from ledger.kernel.errors import ValueFormError
from ledger.kernel.identifiers import check_form, check_lei

# From the public register of the Global LEI Foundation.
REAL = {
    "Apple Inc.": "HWUPKR0MPOU8FGXBT394",
    "Microsoft Corporation": "INR2EJN1ERAN0W5ZP974",
    "JPMorgan Chase & Co.": "8I5DZWZKVSZI1NUHU748",
    "Goldman Sachs Group": "W22LROWP2IHZNBB6K528",
    "Deutsche Bank": "7LTWFZYICNSX8D621K86",
    "BNP Paribas": "R0MUWSFPU8MPRO8K5P83",
    "Bloomberg Finance": "5493001KJTIIGC8Y1R12",
    "Ubisecure": "529900T8BM49AURSDO55",
    "GLEIF": "506700GE1G29325QX363",
}


@pytest.mark.parametrize("lei", REAL.values(), ids=REAL)
def test_real_leis(lei: str) -> None:
    assert check_lei(lei) == lei


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"


@pytest.mark.parametrize("lei", REAL.values(), ids=REAL)
def test_every_mistyped_character_of_a_real_lei_is_found(lei: str) -> None:
    """A letter for a letter, a digit for a digit: what ISO 7064 MOD 97-10 promises to find."""
    for at, true in enumerate(lei):
        for false in DIGITS if true.isdigit() else LETTERS:
            if false != true:
                with pytest.raises(ValueFormError):
                    check_lei(lei[:at] + false + lei[at + 1 :])


@pytest.mark.parametrize("lei", REAL.values(), ids=REAL)
def test_every_swap_of_neighbours_is_found(lei: str) -> None:
    for at, (first, second) in enumerate(pairwise(lei)):
        if first != second and first.isdigit() == second.isdigit():
            with pytest.raises(ValueFormError):
                check_lei(lei[:at] + second + first + lei[at + 2 :])


@pytest.mark.parametrize("digits", ["00", "01", "99"])
def test_check_digits_that_are_never_issued_are_refused(digits: str) -> None:
    """ISO 7064 MOD 97-10 gives 02 to 98; 00, 01 and 99 would be a second spelling of 97, 98, 02."""
    for number in range(10_000):
        stem = f"TEST{number:014d}"
        value = int("".join(str(int(char, 36)) for char in stem + digits))
        if value % 97 == 1:
            with pytest.raises(ValueFormError):
                check_lei(stem + digits)
            return
    pytest.fail("no such stem")


@pytest.mark.parametrize("lei", ["", "X" * 20, "0" * 20, "HWUPKR0MPOU8FGXBT394\n", "9" * 10_000])
def test_no_lei(lei: str) -> None:
    with pytest.raises(ValueFormError) as refusal:
        check_lei(lei)
    assert refusal.value.hint
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (identifiers.CAIP2, "eip155:1", "eip155:"),
        (identifiers.CAIP2, "bip122:000000000019d6689c085ae165831e93", "BIP122:1"),
        (
            identifiers.CAIP19,
            "eip155:1/erc20:0x6b175474e89094c44da98b954eedeac495271d0f",
            "eip155:1",
        ),
        (identifiers.CAIP19, "eip155:1/erc721:0xabc/771769", "eip155:1/erc721:0xabc/"),
        (identifiers.CAIP19, "bip122:000000000019d6689c085ae165831e93/slip44:0", "a:b/c:d"),
        (identifiers.OFFICE, "TreasuryOfficer", "Treasury Officer"),
        (identifiers.OFFICE, "chief_officer-2", "chief__officer"),
        (identifiers.FUND, "production/alem", "production/alem\n"),
        (identifiers.COUNTRY, "US-NH", "USA"),
    ],
)
def test_forms(pattern: str, good: str, bad: str) -> None:
    assert check_form(good, pattern, "it") == good
    with pytest.raises(ValueFormError, match="is not it") as refusal:
        check_form(bad, pattern, "it")
    assert pattern in refusal.value.hint
