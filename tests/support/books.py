"""Small policy books for tests: each says only what its test is about."""

from __future__ import annotations

from typing import Any

EVERYBODY = ["any_instruction", "any_fact", "any_registration"]
OFFICES = [
    "ChiefInvestmentOfficer",
    "Clerk",
    "CustodyOfficer",
    "Governor",
    "RiskOfficer",
    "TreasuryOfficer",
]
EXCEPTION_OFFICES = ["Governor", "RiskOfficer"]


def rule(name: str, rule_type: str, *trigger: str, **fields: Any) -> dict[str, Any]:
    """One rule; further members of the provision by their names."""
    return {
        "id": name,
        "rule_type": rule_type,
        "effect": "needs_approval" if rule_type == "approval" else "deny",
        "trigger": list(trigger),
        "params": {},
        "origin": "design",
        "citation": "A test",
        **fields,
    }


def book(*rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A book in force with these rules."""
    return {
        "book": "test-book",
        "title": "A book for a test",
        "version": "1",
        "status": "in_force",
        "source": "tests",
        "rules": list(rules),
        **fields,
    }


def approval(name: str, *trigger: str, **params: Any) -> dict[str, Any]:
    """An approval rule with these parameters."""
    return rule(name, "approval", *trigger, params=params)


def anybody(name: str, *trigger: str) -> dict[str, Any]:
    """Everybody in an office of these tests may do it, alone."""
    return approval(name, *trigger, initiator_roles=OFFICES) | {"effect": "allow_only_if"}


ANYBODY = anybody("T.ANY", *EVERYBODY)

EXCEPTION = approval("T.EXC", "exception", roles_all_of=EXCEPTION_OFFICES, roles_count="2")
"""What happened outside its authorisation waits for risk and a governor."""


def open_book(*rules: dict[str, Any]) -> dict[str, Any]:
    """A book under which everybody acts alone, but for the rules given."""
    return book(ANYBODY, EXCEPTION, *rules)


def quorum(count: int, *trigger: str) -> dict[str, Any]:
    """Approvals by investment officers, risk officers or governors."""
    offices = ["ChiefInvestmentOfficer", "RiskOfficer", "Governor"]
    name = f"T.{trigger[0].upper().replace('_', '-')}"
    return approval(name, *trigger, roles_any_of=offices, roles_count=str(count))
