"""The demonstration `alem`: the Alem Crypto Fund's own story, under its book and the AIFC's rules.

What is public: the ministry as founder, Qazaqstan Venture Group as manager, BNB as the first asset
(announced 2025-09-29). Nothing else is: every amount, custodian, limit and address here is invented
and says so; terms that are not published stay unknown, and are shown as unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.cli import output, wiring
from ledger.cli.book_changes import differences
from ledger.cli.demo_fund import DOCUMENT, GROUNDS, DemoFund, found_fund, make_fund
from ledger.domain.admit import view_of_proposal
from ledger.domain.known import KnownState
from ledger.kernel.errors import invariant
from ledger.kernel.instants import add_days
from ledger.rehearsal.explanation import explain
from ledger.rehearsal.what_if import what_if
from policies.book import read_book, shipped_book
from policies.engine import PolicyEngine
from policies.questions import headroom, obligations, watched

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.domain.outcome import Finding
    from ledger.domain.state import State
    from ledger.service.answer import Receipt

FUND = "demo/alem"
OFFICERS = {
    "ministry-1": "Founder",
    "ministry-2": "Founder",
    "ministry-3": "Founder",
    "manager-1": "Manager",
    "manager-2": "Manager",
    "custody-1": "CustodyOfficer",
    "risk-1": "RiskOfficer",
}
BSC = "eip155:56"
INVENTED = "Invented for this demonstration"
_NOTICE_DAYS = 30


def _rule(
    name: str,
    rule_type: str,
    effect: str,
    triggers: list[str],
    **params: Any,  # noqa: ANN401 - any parameter
) -> dict[str, Any]:
    return {
        "id": name,
        "rule_type": rule_type,
        "effect": effect,
        "trigger": triggers,
        "params": params,
        "origin": "design",
        "citation": INVENTED,
    }


def own_mandate(version: str, *rules: dict[str, Any]) -> dict[str, Any]:
    """The founder's own mandate beside the published books; invented."""
    return {
        "book": "alem-own-mandate",
        "title": "Mandate signed by the founder (invented: none is published)",
        "version": version,
        "status": "in_force",
        "jurisdiction": "KZ",
        "source": INVENTED,
        "rules": list(rules),
    }


_FACTS = _rule("OWN.FACT.1", "approval", "allow_only_if", ["any_fact", "any_registration"],
               initiator_roles=["Manager", "CustodyOfficer", "Founder"])  # fmt: skip
_EXCEPTION = _rule("OWN.EXC.1", "approval", "needs_approval", ["exception"],
                   roles_all_of=["Founder", "RiskOfficer"])  # fmt: skip
_RISK = _rule("OWN.APPR.1", "approval", "needs_approval", ["purchase", "custody_transfer"],
              roles_all_of=["RiskOfficer"])  # fmt: skip
_CAP = _rule("OWN.CAP.1", "cap_absolute", "deny", ["purchase"],
             amount="5000000", unit="USD", measure="cumulative_purchase_cost")  # fmt: skip
_CLASS = _rule("OWN.CLASS.1", "instrument_class", "flag", ["purchase"], instrument="BNB",
               classes=["electronic_financial_instrument", "unsecured_digital_asset"])  # fmt: skip
_LOWER = _rule("OWN.CAP.1", "cap_absolute", "deny", ["purchase"],
               amount="1000000", unit="USD", measure="cumulative_purchase_cost")  # fmt: skip
_NO_TRANSFER = _rule("OWN.DEST.1", "outflow_restriction", "deny", ["custody_transfer"],
                     scope=["custody_transfer"])  # fmt: skip


def play_alem(root: Path) -> DemoFund:
    """The whole story in a new workspace; says each step."""
    demo = make_fund(root, FUND, OFFICERS)
    _found(demo)
    _adopt(demo)
    _attest(demo)
    bought = _buy(demo)
    _move(demo)
    _price(demo)
    _stand(demo)
    _another_government(demo)
    invariant(bool(bought.event_id), "the first acquisition is recorded")
    return demo


def _step(text: str, receipt: Receipt | None = None) -> None:
    where = f"  (position {receipt.position})" if receipt is not None else ""
    output.say(f"\n{text}{where}")


def _findings(findings: tuple[Finding, ...]) -> None:
    output.show_findings(one.explain() for one in findings)


def _found(demo: DemoFund) -> None:
    _step("The ministry founds the fund; three founders, of whom two make a quorum, govern it.")
    founded = found_fund(
        demo,
        OFFICERS,
        governance=["Founder"],
        legal_entity="Demonstration after the Alem Crypto Fund, 2025",
        jurisdiction="KZ",
        charter={"notice_days": _NOTICE_DAYS, "utc_offset_minutes": 300},
    )
    output.say(f"  constituted under the charter, signed by all {len(OFFICERS)} officers; "
               f"position {founded.position}")  # fmt: skip
    govern = demo.govern
    listed = govern(
        "asset.listed", asset="BNB", asset_id=f"{BSC}/slip44:714", name="BNB on BNB Smart Chain",
        scale=18, instrument_class="coin",
    )  # fmt: skip
    _step(
        "BNB is listed: coins of BNB Smart Chain, 18 digits. Its legal class is an open question.",
        listed,
    )
    for number in (1, 2):
        name = f"custodian-{number}"
        govern(
            "custodian.engaged", custodian=name, legal_name=f"Invented Custodian {number}",
            jurisdiction="KZ", charter="providing_custody", contract=DOCUMENT,
            licences=[{"licence": "Providing Custody", "regulator": "AFSA",
                       "number": f"INVENTED-{number}", "valid_from": "2025-01-01",
                       "valid_until": "2029-12-31"}],
        )  # fmt: skip
        govern(
            "account.opened", account=f"vault-{number}", custodian=name, tier="cold",
            title="Alem Crypto Fund (demonstration)", method="qualified_custodian",
            owner_class="own", signers=3,
        )  # fmt: skip
        govern(
            "address.registered", account=f"vault-{number}", chain=BSC, evidence=[DOCUMENT],
            address=f"0x{number:040x}",
        )  # fmt: skip
    govern(
        "counterparty.registered", counterparty="dealer", legal_name="Invented Dealer",
        jurisdiction="KZ", charter="dealing_as_principal",
        licences=[{"licence": "Dealing", "regulator": "AFSA", "number": "INVENTED-3",
                   "valid_from": "2025-01-01", "valid_until": "2029-12-31"}],
    )  # fmt: skip
    output.say("  two custodians and a dealer, each with an (invented) licence of the AFSA")


def _adopt(demo: DemoFund) -> None:
    books = [
        shipped_book("kazakhstan-alem"),
        shipped_book("aifc-digital-assets"),
        own_mandate("1", _FACTS, _EXCEPTION, _RISK, _CAP, _CLASS),
    ]
    ids = [demo.govern("book.recorded", book=book).event_id for book in books]
    adopted = demo.govern(
        "mandate.adopted", mandate="alem", version="1", books=ids, effective_from=_today(demo),
        override="The announcement of 2025-09-29 is followed until the terms are published",
    )  # fmt: skip
    _step(
        "Three books govern together: the announcement (adopted with a stated override), the "
        "AIFC's rules, and an invented mandate of the founder.", adopted,
    )  # fmt: skip


def _attest(demo: DemoFund) -> None:
    for number in (1, 2):
        demo.do(
            "attestation.recorded", "custody-1", item="third_party_account_provider_assessment",
            subject=f"vault-{number}", attester="Invented Counsel", document=DOCUMENT,
            expires_on=add_days(_today(demo), 365), **GROUNDS,
        )  # fmt: skip
    _step(
        "The custodians are assessed (COB 8.3.7): beneficial ownership is recognised, for a year."
    )


def _buy(demo: DemoFund) -> Receipt:
    asked: dict[str, Any] = {
        "asset": "BNB", "units": "1200", "counterparty": "dealer", "account": "vault-1",
        "max_consideration": {"currency": "USD", "amount": "1200000"}, **GROUNDS,
    }  # fmt: skip
    proposed = demo.do("acquisition.proposed", "manager-1", **asked)
    _step("The manager proposes the first acquisition: 1,200 BNB for at most USD 1.2 million "
          "(invented). It waits:", proposed)  # fmt: skip
    _findings(proposed.outcome.findings)
    demo.do("approval.given", "risk-1", proposal=proposed.event_id)
    done = demo.do("approval.given", "ministry-1", proposal=proposed.event_id)
    _step("Risk and the founder approve; it takes effect, and what is unknown stays flagged:", done)
    for effect in done.outcome.effects:
        _findings(effect.findings)
    settled = demo.do(
        "acquisition.settled", "custody-1", proposal=proposed.event_id, units="1200",
        consideration={"currency": "USD", "amount": "1188000"}, fees=[], final=True,
        trade_date=_today(demo), **GROUNDS,
    )  # fmt: skip
    _step(
        "Settled in BNB Smart Chain units: 1,200 BNB on vault-1 for USD 1,188,000 (invented).",
        settled,
    )
    return settled


def _move(demo: DemoFund) -> None:
    moved = demo.do(
        "transfer.proposed", "manager-1", asset="BNB", units="300.5", from_account="vault-1",
        to_account="vault-2", to_address={"chain": BSC, "address": f"0x{2:040x}"},
        max_fee={"asset": "BNB", "units": "0.001"}, **GROUNDS,
    )  # fmt: skip
    for officer in ("risk-1", "ministry-1"):
        _approve(demo, moved.event_id, officer)
    named = {"proposal": moved.event_id, "units": "300.5", **GROUNDS}
    demo.do("transfer.released", "custody-1", fee={"asset": "BNB", "units": "0.000021"}, **named)
    done = demo.do("transfer.settled", "custody-1", final=True, **named)
    _step("Moved: 300.5 BNB from vault-1 to vault-2, the network fee paid in BNB.", done)


def _approve(demo: DemoFund, event_id: str, officer: str) -> None:
    """An approval, where it is still asked for."""
    proposal = demo.sequencer.live.state.proposals.get(event_id)
    if proposal is not None and not proposal.effective:
        demo.do("approval.given", officer, proposal=event_id)


def _price(demo: DemoFund) -> None:
    seen = demo.do(
        "price.observed", "manager-1", asset="BNB", currency="USD", price="1010.25",
        observed_at=wiring.now(), source="Invented", market="Invented", **GROUNDS,
    )  # fmt: skip
    _step("Priced at USD 1,010.25 (invented).", seen)


def _stand(demo: DemoFund) -> None:
    """Limits, obligations and what is watched, on this day."""
    state, day = demo.sequencer.live.state, _today(demo)
    mandate = state.mandate
    if mandate is None:
        return
    books, known = state.executable(mandate.books), KnownState(state)
    _step("Against every limit of the mandate:")
    for one in headroom(books, known, day):
        used, limit, left = (
            output.grouped(amount) if amount else "unknown"
            for amount in (one.used, one.limit, one.left)
        )
        output.say(f"  {one.rule}: {one.measure} {used} of {limit} {one.unit}, {left} left")
    output.say("  size, caps, eligible list, custody, audit and reporting terms of Alem: unknown "
               "(KZ.ALEM.LIM.1), which is neither zero nor unlimited")  # fmt: skip
    due = obligations(books, known, day)
    output.say(f"  reports due by a published rule: {len(due) or 'none is published'}")
    _findings(tuple(watched(books, known, day)))


def _another_government(demo: DemoFund) -> None:
    today = _today(demo)
    book = own_mandate("2", _FACTS, _EXCEPTION, _RISK, _LOWER, _CLASS, _NO_TRANSFER)
    recorded = demo.govern("book.recorded", book=book)
    state = demo.sequencer.live.state
    before = state.executable(state.mandate.books) if state.mandate else []
    _step("A new government proposes another mandate. What would change:", recorded)
    after = [*before[:2], read_book(book)]
    for line in differences(before, after):
        output.say(f"  {line}")
    _ask_what_if(demo, after)
    ids = [*(state.mandate.books[:2] if state.mandate else ()), recorded.event_id]
    said = {"mandate": "alem", "version": "2", "books": ids, "override": "As before"}
    early = demo.act("mandate.adopted", "ministry-1", cosigners=["ministry-2"],
                     effective_from=add_days(today, 1), **said)  # fmt: skip
    _step("From tomorrow? The charter's notice period says no:", early)
    _findings(early.outcome.findings)
    first = add_days(today, _NOTICE_DAYS)
    waiting = demo.do("mandate.adopted", "ministry-1", effective_from=first, **said)
    _step(f"From {first}, signed by one founder: the quorum of the charter is asked for:", waiting)
    _findings(waiting.outcome.findings)
    proposal = state.proposals.get(waiting.event_id)
    if proposal is not None:
        unmet = explain(view_of_proposal(state, proposal, wiring.ENGINE), wiring.ENGINE).unmet
        output.say(f"  {unmet[0].counted} of {unmet[0].needed} so far" if unmet else "  complete")
    done = demo.do("approval.given", "ministry-2", proposal=waiting.event_id)
    _step(f"The second founder signs: adopted, visible to all, in force from {first}.", done)
    _say_in_force(demo.sequencer.live.state)


def _ask_what_if(demo: DemoFund, books: list[Any]) -> None:
    records = (raw for _, raw in wiring.records_of(demo.store))
    asked = what_if(records, books, PolicyEngine())
    _step(f"What if it had governed all along? {asked.events} events asked about, "
          f"{len(asked.differences)} would have been decided otherwise:")  # fmt: skip
    for one in asked.differences:
        output.say(f"  position {one.position}, {one.kind}: {one.was}, would be {one.would_be}")
        _findings(one.findings)


def _say_in_force(state: State) -> None:
    mandate = state.mandate
    if mandate is not None:
        output.say(f"  until then the version in force since {mandate.effective_from} decides")


def _today(demo: DemoFund) -> str:
    return demo.sequencer.live.state.local_day(wiring.now())
