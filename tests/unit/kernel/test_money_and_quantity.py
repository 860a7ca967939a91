"""Money and quantities: currencies and assets never mix, arithmetic is exact."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import iso4217
import pytest

from ledger.kernel.currencies import MINOR_UNIT_DIGITS
from ledger.kernel.errors import ValueFormError
from ledger.kernel.money import Money, minor_unit_digits
from ledger.kernel.quantity import Quantity


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("EUR", 2), ("KZT", 2), ("JPY", 0), ("BHD", 3), ("KWD", 3), ("CLP", 0)],
)
def test_minor_units_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_unit_digits(currency) == digits


@pytest.mark.parametrize("code", ["XAU", "XAG", "XPT", "XPD", "XXX", "XTS", "XDR"])
def test_metals_and_test_codes_are_not_money(code: str) -> None:
    with pytest.raises(ValueFormError, match="not money"):
        minor_unit_digits(code)


def test_funds_codes_are_not_money() -> None:
    """The module says so: a unit of account is an index, nobody settles in it."""
    codes = ["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"]
    assert [code for code in codes if is_money(code)] == []


def is_money(code: str) -> bool:
    try:
        return minor_unit_digits(code) >= 0
    except ValueFormError:
        return False


def test_currencies_do_not_depend_on_the_edition_of_a_package() -> None:
    """A list of the day drops currencies (BGN in 2026, HRK in 2023); a log must replay for ever."""
    child = "import sys, ledger.kernel.money; sys.exit('iso4217' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", child], check=False).returncode == 0


def test_the_frozen_list_agrees_with_the_maintained_one() -> None:
    """Every currency of the package has the digits that we froze; what we have more was dropped."""
    codes = {"BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"}
    listed = {
        currency.code: currency.exponent
        for currency in iso4217.Currency
        if currency.exponent is not None and currency.code not in codes
    }
    assert {code: MINOR_UNIT_DIGITS.get(code) for code in listed} == listed
    assert {"USD", "EUR", "KZT"} <= set(listed)


@pytest.mark.parametrize("code", ["", "usd", "USDX", "US", "BTC", "ZZZ", "USD ", "\u0405"])
def test_no_currency(code: str) -> None:
    with pytest.raises(ValueFormError, match="ISO 4217"):
        minor_unit_digits(code)


def test_money_reads_and_renders() -> None:
    assert Money.parse("USD", "1200.5") == Money("USD", 120_050)
    assert Money("USD", 120_050).render() == "1200.5"
    assert Money.parse("JPY", "7") == Money("JPY", 7)
    assert Money("USD", -1).render() == "-0.01"
    with pytest.raises(ValueFormError):
        Money.parse("JPY", "0.5")
    with pytest.raises(ValueFormError):
        Money.parse("USD", "0.001")
    with pytest.raises(ValueFormError):
        Money.parse("XAU", "1")


def test_quantities_read_and_render() -> None:
    assert Quantity.parse("BTC", "0.00000001", 8) == Quantity("BTC", 1)
    assert Quantity("BNB", 10**18 + 1).render(18) == "1.000000000000000001"
    with pytest.raises(ValueFormError):
        Quantity.parse("BTC", "0.000000001", 8)


VALUES: list[tuple[Any, Any]] = [
    (lambda n: Money("USD", n), Money("EUR", 1)),
    (lambda n: Quantity("BTC", n), Quantity("BNB", 1)),
]


@pytest.mark.parametrize(("make", "_other"), VALUES, ids=["money", "quantity"])
def test_arithmetic_is_that_of_integers(make: Any, _other: Any) -> None:
    assert make(2) + make(3) == make(5)
    assert make(2) - make(3) == make(-1)
    assert -make(2) == make(-2)
    assert make(2) - make(2) == make(0)
    assert make(10**40) + make(1) == make(10**40 + 1)
    assert len({make(1), make(1), make(2)}) == 2


@pytest.mark.parametrize(("make", "other"), VALUES, ids=["money", "quantity"])
def test_what_differs_does_not_mix(make: Any, other: Any) -> None:
    with pytest.raises(ValueFormError, match="do not add"):
        make(1) + other
    with pytest.raises(ValueFormError, match="do not add"):
        other - make(1)
    assert make(1) != other
    with pytest.raises(TypeError):
        sorted([make(2), make(1)])
    with pytest.raises(TypeError):
        make(1) * 2
    with pytest.raises(TypeError):
        make(1) / 2


@pytest.mark.parametrize("value", [Money("USD", 1), Quantity("BTC", 1)], ids=["money", "quantity"])
def test_values_do_not_change(value: Any) -> None:
    name = dataclasses.fields(value)[1].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, 2)
    with pytest.raises((AttributeError, TypeError)):
        value.extra = 1
