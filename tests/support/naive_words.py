"""What a mandate's rules see in an event, and the approvals that they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any

from tests.support.naive_records import FACTS, Body, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.naive_story import Story

Rule = dict[str, Any]

TRIGGERS = {
    "acquisition.proposed": ["purchase", "receive_at_address"],
    "acquisition.settled": ["purchase_settlement", "settlement"],
    "disposal.proposed": ["sale"],
    "disposal.settled": ["sale_settlement", "settlement"],
    "exchange.proposed": ["exchange"],
    "exchange.settled": ["exchange_settlement", "settlement"],
    "delivery.proposed": ["transfer_out"],
    "delivery.settled": ["transfer_out_settlement", "settlement"],
    "transfer.proposed": ["custody_transfer", "internal_transfer", "receive_at_address"],
    "transfer.released": ["transfer_release"],
    "transfer.settled": ["transfer_settlement"],
    "transfer.failed": ["transfer_settlement"],
    "opening.recorded": ["opening", "receive_at_address"],
    "receipt.recorded": ["deposit", "inflow", "receive_at_address"],
    "encumbrance.placed": [],
    "encumbrance.released": ["release_encumbrance"],
    "cash.recorded": [],
    "price.observed": ["price"],
    "valuation.adopted": ["valuation"],
    "observation.recorded": ["observation"],
    "attestation.recorded": ["attestation"],
    "fact.recorded": ["fact"],
    "custodian_statement.received": ["custodian_statement"],
    "balance.attested": ["proof_of_reserve"],
    "break.raised": ["reconciliation_run"],
    "break.resolved": ["reconciliation_review"],
    "report.filed": ["report"],
    "period.closed": ["period_close"],
    "entry.posted": ["entry"],
    "entry.reversed": ["entry"],
    "measurement.recorded": ["measurement"],
    "statement.issued": ["statement_issue"],
    "asset.listed": ["register_instrument"],
    "asset.delisted": ["retire_instrument"],
    "custodian.engaged": ["register_custodian", "register_counterparty"],
    "custodian.terminated": ["end_custodian"],
    "account.opened": ["open_custody_account"],
    "account.frozen": ["change_custody_account"],
    "account.closed": ["change_custody_account"],
    "address.registered": ["register_address"],
    "counterparty.registered": ["register_counterparty"],
}
REGISTRY = (
    "asset.listed", "asset.delisted", "custodian.engaged", "custodian.terminated",
    "account.opened", "account.frozen", "account.closed", "address.registered",
    "counterparty.registered",
)  # fmt: skip
FURTHER = {
    "mining": ["mining_receipt"],
    "airdrop": ["airdrop"],
    "fork": ["fork"],
    "donation": ["donation"],
    "tax_receipt": ["tax_receipt"],
    "pledge": ["pledge"],
    "lock": ["pledge"],
    "lien": ["pledge"],
    "stake": ["stake"],
    "loan": ["lend"],
    "earmark": ["earmark"],
    "payment_to_state": ["receipt_by_state"],
    "in": ["cash_in"],
    "out": ["cash_out"],
}
SPENT = {
    "temporary_transfer": "temporary_transfer",
    "cash_sweep": "cash_sweep",
    "distribution": "transfer_to_treasury",
}
PURPOSES = (
    *("borrow", "convert_for_public", "convert_to_cash", "debt_service", "derivative_trade"),
    *("transfer_to_general_fund", "transfer_to_treasury", "unclaimed_item"),
)


def words_of(event: Proposal) -> set[str]:
    """The triggers that an event fires (docs/reference/rules.md, Triggers)."""
    body = event.body
    further = str(body.get("source") or body.get("form") or body.get("direction"))
    words = [*TRIGGERS[event.kind], *FURTHER.get(further, [])]
    if further == "out":
        words.append(SPENT.get(body["category"], "expense"))
    words += ["restatement"] if body.get("restates") else []
    words += [body["purpose"]] if body.get("purpose") in PURPOSES else []
    nature = "any_fact" if event.kind in FACTS else "any_instruction"
    return {*words, "any_registration" if event.kind in REGISTRY else nature}


def money_of(event: Proposal) -> Body | None:
    """The money that an event is about, if it names any."""
    names = ("max_consideration", "min_proceeds", "consideration", "proceeds", "fair_value", "cost",
             "amount")  # fmt: skip
    found = [event.body[name] for name in names if isinstance(event.body.get(name), dict)]
    return found[0] if found else None


@dataclass(frozen=True)
class Asked:
    """Approvals that are asked for: each of some offices, and so many officers in all."""

    rule: str
    each: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    count: int = 1
    author_counts: bool = False
    """Only in the charter's own quorum."""
    without: str = ""
    """An officer who does not count: the one who leaves governance by the event."""

    def fitting(self, offices: Iterable[str]) -> set[str]:
        """Which of these offices are asked; any, where a rule names none but a count."""
        named = {*self.each, *self.among}
        return {office for office in offices if not named or office in named}

    def given_to(self, story: Story, event: Proposal) -> bool:
        """Whether those who signed are enough; each is one person."""
        able = {
            who: self.fitting(held)
            for who, held in counted(story, event, author=self.author_counts).items()
            if self.fitting(held) and who != self.without
        }
        if len(able) < max(self.count, len(self.each)):
            return False
        return any(
            all(office in able[who] for who, office in zip(order, self.each, strict=True))
            for order in permutations(able, len(self.each))
        )


def counted(story: Story, event: Proposal, *, author: bool) -> dict[str, set[str]]:
    """Who has signed for an event, and in which offices then and now; never the author.

    A signature that a reported compromise reaches does not count. (Only for the charter's quorum
    the author counts as one.)
    """
    found: dict[str, set[str]] = {}
    for signature in event.signatures:
        if signature.officer == event.author and not author:
            continue
        if not story.suspect(signature):
            held = set(signature.offices & story.offices(signature.officer))
            found[signature.officer] = found.get(signature.officer, set()) | held
    return {officer: held for officer, held in found.items() if held}
