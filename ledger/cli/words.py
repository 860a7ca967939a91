"""Words: what an officer reads before signing, made from the signed bytes and nothing else.

Amounts are signed as decimals in whole units, so the words need no scale, no workspace and no
network. Every member of the body is shown; the sentence is a help to read them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.cli.output import escaped, grouped
from ledger.domain.drafts import read_payload
from ledger.domain.record import event_id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledger.domain.body import Body

_COMMON = ("fund", "kind", "author", "cosigners", "reference", "value_date", "valid_until")
_GROUP = 4
_GROUPS = 6


def fingerprint(payload: bytes) -> str:
    """Six groups of four hex digits of the event id: what the operator compares and types."""
    digits = event_id_of(payload)[: _GROUP * _GROUPS]
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def sentence(body: Body) -> str:
    """What the event says, in one sentence."""
    say = _SENTENCES.get(body.kind)
    text = say(body) if say else body.kind.rpartition(".v")[0].replace(".", " ").replace("_", " ")
    return escaped(text[:1].upper() + text[1:])


def sentence_of(payload: bytes) -> str:
    """What the event of a payload says, in one sentence."""
    return sentence(read_payload(payload)[1])


def full_text(payload: bytes) -> str:
    """Sentence, every member, and the fingerprint."""
    _, body = read_payload(payload)
    lines = [sentence(body), ""]
    lines += [f"  {name:<18} {text}" for name, text in _members(body)]
    lines += ["", f"  event id           {event_id_of(payload)}"]
    lines += [f"  fingerprint        {fingerprint(payload)}"]
    return "\n".join(lines)


def _members(body: Body) -> Iterator[tuple[str, str]]:
    values = body.model_dump(exclude_none=True)
    for name in (*_COMMON, *sorted(set(values) - set(_COMMON))):
        if name in values:
            yield from _lines(name, values[name])


def _lines(name: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any member
    if isinstance(value, dict):
        if not value:
            yield name, "none"
        for part, inner in value.items():
            yield from _lines(f"{name}.{part}", inner)
    elif isinstance(value, list | tuple):
        if not value:
            yield name, "none"
        for number, inner in enumerate(value, start=1):
            yield from _lines(f"{name}[{number}]", inner)
    else:
        yield name, _plain(value)


def _plain(value: object) -> str:
    """Text with everything that is not printable escaped."""
    return escaped(("yes" if value else "no") if isinstance(value, bool) else str(value))


def _money(value: Any) -> str:  # noqa: ANN401 - a money of any form
    return f"{grouped(value.amount)} {value.currency}"


def _id(value: str) -> str:
    return value[:12]


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "fund.constituted.v1": lambda b: (
        f"constitute the fund {b.fund} of {b.legal_entity} with {len(b.founders)} founders, "
        f"quorum {b.charter.quorum}"
    ),
    "charter.amended.v1": lambda b: (
        f"amend the charter: quorum {b.charter.quorum} of "
        f"{' or '.join(b.charter.governance_offices)}, notice {b.charter.notice_days} days"
    ),
    "log_key.rotated.v1": lambda b: f"rotate the log key to {b.log_key}",
    "protocol.raised.v1": lambda b: f"raise the protocol to {b.protocol}",
    "officer.appointed.v1": lambda b: f"appoint {b.officer} as {b.office} from {b.starts_on}",
    "officer.relieved.v1": lambda b: f"relieve {b.officer} of the office {b.office}",
    "key.enrolled.v1": lambda b: f"enrol a further {b.algorithm} key of {b.officer}",
    "key.revoked.v1": lambda b: f"revoke the key {_id(b.key)}",
    "book.recorded.v1": lambda b: f"record the policy book {b.book.get('book', '?')}",
    "mandate.adopted.v1": lambda b: (
        f"adopt the mandate {b.mandate} {b.version} of {len(b.books)} book(s) "
        f"from {b.effective_from}"
    ),
    "asset.listed.v1": lambda b: f"list {b.asset}, which is {b.asset_id}, scale {b.scale}",
    "custodian.engaged.v1": lambda b: f"engage the custodian {b.custodian}, {b.legal_name}",
    "counterparty.registered.v1": lambda b: (
        f"register the counterparty {b.counterparty}, {b.legal_name}"
    ),
    "account.opened.v1": lambda b: f"open the account {b.account} at {b.custodian}",
    "account.frozen.v1": lambda b: f"freeze the account {b.account}",
    "acquisition.proposed.v1": lambda b: (
        f"acquire {grouped(b.units)} {b.asset} for at most {_money(b.max_consideration)} from "
        f"{b.counterparty}, to arrive on {b.account}"
    ),
    "acquisition.settled.v1": lambda b: (
        f"{grouped(b.units)} units arrived for {_money(b.consideration)} under {_id(b.proposal)}"
    ),
    "disposal.proposed.v1": lambda b: (
        f"dispose of {grouped(b.units)} {b.asset} from {b.account} to {b.counterparty} for at "
        f"least {_money(b.min_proceeds)}"
    ),
    "disposal.settled.v1": lambda b: (
        f"{grouped(b.units)} units left for {_money(b.proceeds)} under {_id(b.proposal)}"
    ),
    "delivery.proposed.v1": lambda b: (
        f"deliver {grouped(b.units)} {b.asset} from {b.account} to {b.recipient}, for nothing"
    ),
    "exchange.proposed.v1": lambda b: (
        f"exchange {grouped(b.give.units)} {b.give.asset} for at least "
        f"{grouped(b.receive_min.units)} {b.receive_min.asset} with {b.counterparty}"
    ),
    "transfer.proposed.v1": lambda b: (
        f"move {grouped(b.units)} {b.asset} from {b.from_account} to {b.to_account}"
    ),
    "transfer.released.v1": lambda b: (
        f"{grouped(b.units)} units are in transit under {_id(b.proposal)}"
    ),
    "transfer.settled.v1": lambda b: f"{grouped(b.units)} units arrived under {_id(b.proposal)}",
    "transfer.failed.v1": lambda b: f"{grouped(b.units)} units came back under {_id(b.proposal)}",
    "receipt.recorded.v1": lambda b: (
        f"{grouped(b.units)} {b.asset} came in on {b.account} by {b.source}"
    ),
    "opening.recorded.v1": lambda b: (
        f"take on {grouped(b.units)} {b.asset} on {b.account} at a cost of {_money(b.cost)}"
    ),
    "approval.given.v1": lambda b: f"approve exactly the proposal {b.proposal}",
    "approval.refused.v1": lambda b: f"refuse the proposal {b.proposal}",
    "proposal.withdrawn.v1": lambda b: f"withdraw the proposal {b.proposal}",
    "price.observed.v1": lambda b: (
        f"observe a price of {grouped(b.price)} {b.currency} for one {b.asset} at {b.observed_at}"
    ),
    "period.closed.v1": lambda b: f"close the period {b.period}, {b.starts_on} to {b.ends_on}",
    "accounting_policy.adopted.v1": lambda b: (
        f"adopt the accounting policy from {b.effective_from} on: {b.framework}, "
        f"{b.cost_formula}, {len(b.assets)} asset(s)"
    ),
    "entry.posted.v1": lambda b: (
        f"post an entry of {len(b.lines)} lines"
        f"{' that restates ' + ', '.join(b.restates) if b.restates else ''}: {b.explanation}"
    ),
    "entry.reversed.v1": lambda b: f"reverse the entry {_id(b.entry)}: {b.explanation}",
    "measurement.recorded.v1": lambda b: f"measure everything at {b.value_date} ({b.occasion})",
    "statement.issued.v1": lambda b: (
        f"issue {b.title} of {b.period}, authorised by {b.authorised_by}"
    ),
}
