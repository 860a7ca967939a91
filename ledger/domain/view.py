"""What laws read: one event about to be decided, in the state before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.domain.body import Grounded
from ledger.domain.facts import account_facts, asset_facts
from ledger.domain.officers import offices_of
from ledger.domain.policy import Action
from ledger.kernel.amounts import parse_amount
from ledger.kernel.errors import ValueFormError
from ledger.kernel.money import Money

if TYPE_CHECKING:
    from ledger.domain import body as shapes
    from ledger.domain.kind import Kind
    from ledger.domain.policy import AccountFacts, AssetFacts, Engine
    from ledger.domain.proposal import Proposal, Signature
    from ledger.domain.state import State


PURPOSES = frozenset(
    {
        "borrow",
        "convert_for_public",
        "convert_to_cash",
        "debt_service",
        "derivative_trade",
        "transfer_to_general_fund",
        "transfer_to_treasury",
        "unclaimed_item",
    }
)
"""Purposes by which rules are called besides: what is done is the same, the law of it is not."""


@dataclass(slots=True)
class View:
    """An event, who signed it, the day, and the state before it. Nothing here may be changed."""

    state: State
    engine: Engine
    event_id: str
    kind: Kind
    body: Any
    """The body, of the kind's own form."""
    signatures: list[Signature]
    day: str
    """The fund's calendar day on which it is decided."""
    position: int
    """The position at which it is decided."""
    own: Proposal | None = None
    """The proposal itself, when it is decided again at the completion of its approvals."""

    offices: frozenset[str] = field(init=False)
    """The author's offices on this day."""

    def __post_init__(self) -> None:
        self.offices = offices_of(self.state, self.body.author, self.day)

    def action(self, *triggers: str, **facts: Any) -> Action:  # noqa: ANN401 - members of Action
        """The event as rules see it, called by these words and by its nature's.

        `facts` are what the kind knows besides; who, when and why are read from the body.
        """
        body = self.body
        if isinstance(body, Grounded):
            facts["purpose"], facts["reason"] = body.purpose or "", body.reason or ""
            facts["facts"], facts["evidence"] = body.facts, body.evidence
            if body.purpose in PURPOSES:
                triggers = (*triggers, body.purpose)
        return Action(
            kind=self.kind.name,
            triggers=(*triggers, self.kind.nature.trigger),
            author=body.author,
            offices=self.offices,
            value_date=body.value_date,
            **facts,
        )

    def units(self, asset: str, amount: str) -> int | None:
        """Base units of an amount, or None if the asset is unknown or the digits too many."""
        entry = self.state.assets.get(asset)
        if entry is None:
            return None
        try:
            return parse_amount(amount, entry.scale)
        except ValueFormError:
            return None

    def money(self, value: shapes.Money) -> Money | None:
        """Money of a body, or None if it has more digits than the currency."""
        try:
            return Money.parse(value.currency, value.amount)
        except ValueFormError:
            return None

    def asset_facts(self, code: str) -> AssetFacts | None:
        """The asset as rules see it."""
        return asset_facts(self.state, code) if code in self.state.assets else None

    def account_facts(self, account: str) -> AccountFacts | None:
        """The account as rules see it."""
        return account_facts(self.state, account) if account in self.state.accounts else None
