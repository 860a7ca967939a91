"""Amounts of statements as text: whole units of a currency, exact, never a float."""

from __future__ import annotations

from ledger.kernel.amounts import render_amount


def render_all(amounts: dict[str, int], digits: int) -> dict[str, str]:
    """Minor units as canonical decimals, by name."""
    return {name: render_amount(amount, digits) for name, amount in amounts.items()}
