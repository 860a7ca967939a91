"""The chart of accounts: one number for each account, in the section of its first digit."""

from __future__ import annotations

import pytest

from ledger.domain import chart
from ledger.domain.chart import CARRYING, CHART, DIGITAL_ASSETS, RESULT, SURPLUS, Section, Side
from tests.support import naive_accounts

SECTIONS = {
    "1": {Section.ASSETS},
    "2": {Section.LIABILITIES},
    "3": {Section.EQUITY},
    "4": {Section.INCOME},
    "5": {Section.EXPENSE},
    "6": {Section.OCI},
    "9": {Section.MEMO},
}
KEYS = {
    Section.ASSETS: {"cash", "restricted_cash", "digital_assets", "financial_assets",
                     "loss_allowance", "receivables", "prepayments", "clearing"},
    Section.LIABILITIES: {"payables", "deferred_income"},
    Section.EQUITY: {"contributed_capital", "revaluation_surplus", "translation_reserve",
                     "retained_earnings", "distributions"},
    Section.INCOME: {"pl_disposal", "pl_revaluation", "pl_fair_value", "pl_impairment",
                     "income_rewards", "income_airdrops", "pl_fx", "income_interest",
                     "income_other"},
    Section.EXPENSE: {"pl_disposal", "pl_revaluation", "pl_fair_value", "pl_impairment",
                      "expense_fees", "expense_custody", "expense_administration", "pl_fx",
                      "pl_credit_loss", "expense_interest"},
    Section.OCI: {"oci_revaluation", "oci_translation"},
}  # fmt: skip
USUAL = {
    Section.ASSETS: Side.DEBIT,
    Section.LIABILITIES: Side.CREDIT,
    Section.EQUITY: Side.CREDIT,
    Section.INCOME: Side.CREDIT,
    Section.EXPENSE: Side.DEBIT,
    Section.OCI: Side.CREDIT,
    Section.MEMO: Side.DEBIT,
}
CONTRA = {"1119", "1149"}
"""Accounts that are taken off an asset."""


def test_numbers_are_unique_and_in_order() -> None:
    assert len(CHART) == len(chart._ROWS)
    assert list(CHART) == sorted(CHART)
    assert all(number == account.number for number, account in CHART.items())


@pytest.mark.parametrize("number", CHART)
def test_an_account_stands_in_the_section_of_its_number(number: str) -> None:
    account = CHART[number]
    assert len(number) == len("1000")
    assert number.isdigit()
    assert account.section in SECTIONS[number[0]]
    assert account.name
    assert account.of in {"", "asset", "currency"}


@pytest.mark.parametrize("number", [number for number in CHART if number[0] != "9"])
def test_an_account_of_the_statements_is_whole(number: str) -> None:
    """A concept, a line in every framework, a usual side."""
    account = CHART[number]
    assert account.concept.startswith(("ifrs-full:", "scf:"))
    assert account.us_gaap
    assert account.ipsas
    assert account.by_hand
    assert account.key in KEYS[account.section]
    assert (account.side is USUAL[account.section]) == (number not in CONTRA)
    is_result = account.section in {Section.INCOME, Section.EXPENSE}
    assert bool(account.category) == is_result


def test_every_key_has_its_accounts() -> None:
    for section, keys in KEYS.items():
        assert {one.key for one in CHART.values() if one.section is section} == keys


def test_what_is_derived_alone_is_not_posted_to() -> None:
    derived = {number for number, one in CHART.items() if not one.by_hand}
    assert derived == {number for number, one in CHART.items() if one.section is Section.MEMO}


def test_names_of_accounts_differ() -> None:
    names = [account.name for account in CHART.values()]
    assert sorted(names) == sorted(set(names))


def test_the_groups_are_of_the_chart() -> None:
    assert DIGITAL_ASSETS <= CARRYING <= set(CHART)
    assert {CHART[number].key for number in DIGITAL_ASSETS} == {"digital_assets"}
    assert {one.number for one in CHART.values() if one.key == "digital_assets"} == DIGITAL_ASSETS
    assert all(CHART[number].of == "asset" for number in CARRYING)
    assert {number for number in CHART if number[0] in "45"} == RESULT
    assert {n for n, one in CHART.items() if one.key == "revaluation_surplus"} == SURPLUS


def test_the_model_of_admission_knows_the_same_chart() -> None:
    """Written down a second time, so that no account changes unseen."""
    found = {
        "currency": naive_accounts.BY_CURRENCY,
        "asset": naive_accounts.BY_ASSET,
        "": naive_accounts.PLAIN,
    }
    for of, numbers in found.items():
        assert [n for n, one in CHART.items() if one.by_hand and one.of == of] == numbers
    assert set(naive_accounts.SURPLUS) == SURPLUS
