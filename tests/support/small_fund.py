"""A simulated fund with short words for the acts of tests, and for reading their answers.

`fund_under(...)` is constituted, registered, and under a book by which everybody acts alone but
for the rules given; so each test says all that it depends on.
"""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ledger.domain.laws import LAWS
from ledger.domain.outcome import Rejection
from ledger.kernel.instants import parse_instant
from ledger.signing.possession import prove_possession
from tests.support.books import open_book, quorum
from tests.support.fund_simulator import (
    DIGEST,
    GROUNDS,
    FundSimulator,
    commitment_of,
    key_form,
    signer_of,
)

if TYPE_CHECKING:
    from ledger.domain.outcome import Admission, Outcome, Refusal
    from ledger.signing.signer import MemorySigner


class SmallFund(FundSimulator):
    """The simulator with the acts that tests repeat."""

    def under(self, *rules: dict[str, Any]) -> SmallFund:
        """Constituted, registered, and under an open book with these rules besides."""
        self.constitute()
        self.register()
        self.adopt(open_book(*rules))
        return self

    @property
    def today(self) -> str:
        return self.now[:10]

    def day(self, days: int) -> str:
        """The day that many days from today."""
        return (parse_instant(self.now) + timedelta(days=days)).date().isoformat()

    def instant(self, *, days: int = 0, seconds: int = 0) -> str:
        moment = parse_instant(self.now) + timedelta(days=days, seconds=seconds)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def open_units(self, units: str = "10", account: str = "cold-1", **fields: Any) -> str:
        """Units that were there before the ledger began."""
        return self.do("opening.recorded", "aigerim", **self.opening(units, account, **fields))

    def opening(self, units: str = "10", account: str = "cold-1", **fields: Any) -> dict[str, Any]:
        cost = {"currency": "USD", "amount": "100000"}
        base = {"asset": "BTC", "units": units, "account": account, "cost": cost}
        return {**base, "acquired_on": self.today, **GROUNDS, **fields}

    def acquisition(self, units: str = "10", cost: str = "400000", **fields: Any) -> dict[str, Any]:
        return {
            "asset": "BTC",
            "units": units,
            "max_consideration": {"currency": "USD", "amount": cost},
            "counterparty": "exchange-one",
            "account": "cold-1",
            **GROUNDS,
            **fields,
        }

    def acquired(
        self, proposal: str, units: str = "10", cost: str = "400000", **fields: Any
    ) -> dict[str, Any]:
        return {
            "proposal": proposal,
            "units": units,
            "consideration": {"currency": "USD", "amount": cost},
            "fees": [],
            "trade_date": fields.get("value_date", self.today),
            "final": True,
            **GROUNDS,
            **fields,
        }

    def disposal(self, units: str = "4", proceeds: str = "160000", **fields: Any) -> dict[str, Any]:
        return {
            "asset": "BTC",
            "units": units,
            "min_proceeds": {"currency": "USD", "amount": proceeds},
            "counterparty": "exchange-one",
            "account": "cold-1",
            **GROUNDS,
            **fields,
        }

    def disposed(
        self, proposal: str, units: str = "4", proceeds: str = "160000", **fields: Any
    ) -> dict[str, Any]:
        return {
            "proposal": proposal,
            "units": units,
            "proceeds": {"currency": "USD", "amount": proceeds},
            "fees": [],
            "trade_date": fields.get("value_date", self.today),
            "final": True,
            **GROUNDS,
            **fields,
        }

    def delivery(self, units: str = "4", **fields: Any) -> dict[str, Any]:
        base = {"asset": "BTC", "units": units, "account": "cold-1", "recipient": "exchange-one"}
        return {**base, **GROUNDS, **fields}

    def exchange(self, give: str = "1", receive: str = "100", **fields: Any) -> dict[str, Any]:
        return {
            "give": {"asset": "BTC", "units": give},
            "receive_min": {"asset": "BNB", "units": receive},
            "account": "cold-1",
            "receive_account": "cold-2",
            "counterparty": "exchange-one",
            **GROUNDS,
            **fields,
        }

    def exchanged(
        self, proposal: str, given: str = "1", received: str = "100", **fields: Any
    ) -> dict[str, Any]:
        base = {"proposal": proposal, "given": given, "received": received, "fees": []}
        return {**base, "trade_date": self.today, "final": True, **GROUNDS, **fields}

    def transfer(
        self, units: str = "4", max_fee: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        base = {"asset": "BTC", "units": units, "from_account": "cold-1", "to_account": "cold-2"}
        fee = {"max_fee": {"asset": "BTC", "units": max_fee}} if max_fee else {}
        return {**base, **fee, **GROUNDS, **fields}

    def step(
        self, name: str, proposal: str, units: str, author: str = "bolat", **fields: Any
    ) -> Admission | Refusal | Rejection:
        """One step of a transfer: `released`, `settled` or `failed`."""
        own: dict[str, Any] = {} if name == "released" else {"final": True}
        if name == "failed":
            own["explanation"] = "the network dropped it"
        members = {"proposal": proposal, "units": units, **own, **GROUNDS, **fields}
        return self.act(f"transfer.{name}", author, **members)

    def state_fact(self, author: str = "aigerim", **fields: Any) -> Admission | Refusal | Rejection:
        """The smallest fact: something is stated."""
        base = {"fact": "audited", "subject": "fund", "value": True}
        return self.act("fact.recorded", author, **{**base, **GROUNDS, **fields})

    def engage(self, officer: str, office: str, **fields: Any) -> MemorySigner:
        """A new officer with an office and a key."""
        self.appoint(officer, office, **fields)
        return self.enrol(officer)

    def appoint(self, officer: str, office: str, **fields: Any) -> str:
        return self.govern("officer.appointed", **self.appointment(officer, office, **fields))

    def appointment(self, officer: str, office: str, **fields: Any) -> dict[str, Any]:
        base = {"officer": officer, "commitment": commitment_of(officer), "office": office}
        return {**base, "starts_on": self.today, **fields}

    def relieve(self, officer: str, office: str) -> str:
        return self.govern("officer.relieved", officer=officer, office=office, reason="It ends")

    def enrol(self, officer: str, name: str = "") -> MemorySigner:
        """A further key of an officer; the officer signs with it from now on if it has no other."""
        signer = signer_of(f"{self.fund}:{officer}:{name or 'key'}")
        self.govern("key.enrolled", **self.enrolment(officer, signer))
        self.signers.setdefault(officer, signer)
        return signer

    def enrolment(self, officer: str, signer: MemorySigner) -> dict[str, Any]:
        proof = prove_possession(signer, self.fund, officer)
        possession = base64.b64encode(proof).decode()
        return {"officer": officer, **key_form(signer), "possession": possession}

    def keyid(self, officer: str) -> str:
        return self.signers[officer].public_key.keyid

    def close(self, ends_on: str, starts_on: str = "2026-01-01", **fields: Any) -> dict[str, Any]:
        name = str(2026 + len(self.state.periods))
        base = {"period": name, "starts_on": starts_on, "ends_on": ends_on}
        return {**base, "statements": [], **fields}

    def policy(self, *assets: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """An accounting policy with these assets; plain in all that is not said."""
        base = {"effective_from": self.today, "framework": "ifrs", "functional_currency": "USD"}
        return {**base, "cost_formula": "fifo", "assets": list(assets), **fields}

    def measure_by(self, *assets: dict[str, Any], **fields: Any) -> str:
        """Adopt an accounting policy."""
        return self.govern("accounting_policy.adopted", **self.policy(*assets, **fields))

    def identify(self, *assets: str) -> str:
        """Adopt a policy under which disposals of these assets name their lots."""
        entries = [classified(asset, interchangeable=False) for asset in assets]
        return self.measure_by(*entries, cost_formula="specific")

    def entry(self, amount: str = "10", **fields: Any) -> dict[str, Any]:
        """An entry posted by hand: an expense that is owed."""
        lines = [line("5060", "debit", amount), line("2010", "credit", amount)]
        return {"lines": lines, "explanation": "An invoice", **GROUNDS, **fields}

    def issue(self, period: str, as_of: str, **fields: Any) -> dict[str, Any]:
        """Statements of a closed period that are issued."""
        base = {"title": "financial_statements", "period": period, "as_of": as_of}
        issued = {"known_at": self.state.position, "document": DIGEST, "authorised_by": "The Board"}
        return {**base, **issued, **GROUNDS, **fields}

    def change_mandate(self, *rules: dict[str, Any]) -> str:
        """Adopt an open book with these rules, and let its notice pass."""
        book_id = self.govern("book.recorded", book=open_book(*rules))
        adopted = self.govern(
            "mandate.adopted",
            mandate="second",
            version="2",
            books=[book_id],
            effective_from=self.day(11),
        )
        self.tick(days=12)
        return adopted

    def suspend(self) -> str:
        mandate = self.state.mandate
        assert mandate is not None
        return self.govern("mandate.suspended", mandate=mandate.event_id, reason="A doubt")

    def balance(self, account: str = "cold-1", asset: str = "BTC") -> tuple[int, int, int, int]:
        """Held, reserved, encumbered, in transit, in hundredths of a unit of BTC."""
        found = self.state.balance(account, asset)
        legs = (found.held, found.reserved, found.encumbered, found.in_transit)
        assert all(units % 1_000_000 == 0 for units in legs)
        held, reserved, encumbered, in_transit = (units // 1_000_000 for units in legs)
        return held, reserved, encumbered, in_transit


def classified(asset: str = "BTC", **fields: Any) -> dict[str, Any]:
    """An asset in an accounting policy: an intangible at cost, if nothing else is said."""
    base = {"asset": asset, "classification": "intangible", "memo": DIGEST}
    return {**base, "measurement_model": "cost", **fields}


def line(account: str, side: str, amount: str, **fields: Any) -> dict[str, Any]:
    """A line of an entry."""
    return {"account": account, "side": side, "amount": amount, **fields}


def fund_under(*rules: dict[str, Any]) -> SmallFund:
    """A fund under an open book with these rules besides."""
    return SmallFund().under(*rules)


def outcome_of(answer: Admission | Refusal | Rejection) -> Outcome:
    assert not isinstance(answer, Rejection), answer
    return answer.outcome


def verdict_of(answer: Admission | Refusal | Rejection) -> str:
    """`effective`, `pending`, `refused`, or the code of a rejection."""
    return answer.code if isinstance(answer, Rejection) else answer.outcome.verdict


def codes_of(answer: Admission | Refusal | Rejection) -> list[str]:
    """The codes of the findings on the event itself."""
    return [finding.rule for finding in outcome_of(answer).findings]


def effects_of(answer: Admission | Refusal | Rejection) -> list[tuple[str, list[str]]]:
    """Verdict and codes of each effect on an earlier proposal."""
    return [
        (effect.verdict, [finding.rule for finding in effect.findings])
        for effect in outcome_of(answer).effects
    ]


def laws_of(answer: Admission | Refusal | Rejection) -> list[str]:
    """The laws among all findings, on the event and on what it settles."""
    if isinstance(answer, Rejection):
        # A refused constitution is not recorded; its answer names the first law.
        return [law for law in LAWS if f": {law}: " in answer.detail]
    found = [*codes_of(answer), *(code for _, codes in effects_of(answer) for code in codes)]
    return [code for code in found if code in LAWS]


def rich_fund() -> SmallFund:
    """A fund with something on every shelf."""
    fund = fund_under(quorum(1, "purchase"), quorum(1, "period_close"))
    fund.open_units("10")
    fund.tick(days=2)
    book_id = fund.govern("book.recorded", book=open_book())
    fund.govern(
        "mandate.adopted",
        mandate="m2",
        version="2",
        books=[book_id],
        effective_from=fund.day(30),
    )
    price = {"asset": "BTC", "currency": "USD", "price": "40000", "source": "S", "market": "M"}
    seen = fund.do("price.observed", "aigerim", observed_at=fund.now, **price, **GROUNDS)
    value = {"asset": "BTC", "currency": "USD", "fair_value": "40000", "level": "1"}
    fund.do("valuation.adopted", "aigerim", method="Last", prices=[seen], **value, **GROUNDS)
    measure = {"measure": "market_cap", "subject": "BTC", "value": "1", "unit": "USD"}
    fund.do(
        "observation.recorded", "aigerim", observed_on=fund.today, source="S", **measure, **GROUNDS
    )
    attested = {"item": "reserves", "subject": "fund", "attester": "A", "document": DIGEST}
    fund.do("attestation.recorded", "aigerim", expires_on=fund.day(9), **attested, **GROUNDS)
    fund.state_fact()
    fund.identify("BNB")
    fund.open_units("2", asset="BNB")
    fund.do("entry.posted", "aigerim", **fund.entry())
    fund.do(
        "encumbrance.placed", "aigerim", asset="BTC", units="1", account="cold-1", form="lock",
        beneficiary="B", **GROUNDS,
    )  # fmt: skip
    lent = {"direction": "out", "amount": {"currency": "USD", "amount": "9"}}
    fund.do("cash.recorded", "aigerim", category="temporary_transfer", **lent, **GROUNDS)
    stated = fund.do(
        "custodian_statement.received", "aigerim", account="cold-1", asset="BTC", units="9",
        as_of=fund.today, document=DIGEST, **GROUNDS,
    )  # fmt: skip
    fund.do("break.raised", "aigerim", statement=stated, **GROUNDS)
    fund.do(
        "report.filed", "aigerim", deliverable="annual_report", covers_until=fund.today,
        channel="legislature", recipient="A", nil_return=False, document=DIGEST, **GROUNDS,
    )  # fmt: skip
    close = fund.pend("period.closed", "aigerim", **fund.close("2026-01-05"))
    fund.approve(close, "daniyar")
    fund.do("statement.issued", "aigerim", **fund.issue("2026", "2026-01-05"))
    fund.pend("acquisition.proposed", "aigerim", **fund.acquisition())
    fund.pend("period.closed", "aigerim", **fund.close("2026-01-06", "2026-01-06"))
    return fund
