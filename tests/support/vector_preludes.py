"""The logs after which the vectors' envelopes are submitted: short lives of one fund.

Each is the same in every run: keys come from published seeds, times from a fixed start. Events that
cases refer to have labels, and a case names them as `@label`.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cache
from typing import Any

from ledger.kernel.instants import parse_instant, render_instant
from tests.support.fund_simulator import BNB, BTC, DIGEST, key_form
from tests.support.vector_fund import OPENED_ON, VectorFund, book, signer
from tests.support.vector_policies import identified, measured
from tests.support.vector_replay import Step, steps_of
from tests.support.vector_working import live

KEYS_OF_NURLAN = 8
"""As many as one officer may have (`key_limit`)."""


def _constituted() -> VectorFund:
    fund = VectorFund()
    fund.constitute()
    return fund


def _keyring() -> VectorFund:
    fund = _constituted()
    for number in range(2, KEYS_OF_NURLAN + 1):
        fund.enrol("nurlan", f"nurlan-{number}")
    return fund


def _registered() -> VectorFund:
    """Constituted, with its registry and two recorded books, and without a mandate."""
    fund = _constituted()
    fund.list_asset("BTC", BTC, 8)
    fund.list_asset("BNB", BNB, 18)
    for custodian in ("first-vault", "second-vault"):
        fund.engage(custodian)
    for account, custodian in (
        ("cold-1", "first-vault"),
        ("cold-2", "second-vault"),
        ("warm-1", "first-vault"),
    ):
        fund.open_account(account, custodian)
    fund.register_address("cold-2", "bc1qcold2")
    fund.register_address("warm-1", "bc1qwarm1")
    fund.govern(
        "counterparty.registered",
        counterparty="exchange-one",
        legal_name="Exchange One",
        jurisdiction="KZ",
    )
    fund.mark("book", fund.govern("book.recorded", book=book()))
    newer = {**book(), "version": "99", "rules": book()["rules"][:1]}
    fund.mark("newer", fund.govern("book.recorded", book=newer))
    bill = {**book(), "book": "vectors-bill", "status": "bill", "rules": book()["rules"][:1]}
    fund.mark("bill", fund.govern("book.recorded", book=bill))
    return fund


def _governed() -> VectorFund:
    """Registered, under the mandate."""
    fund = _registered()
    mandate = fund.govern(
        "mandate.adopted",
        mandate="vectors",
        version="1",
        books=[fund.labels["book"]],
        effective_from=OPENED_ON,
    )
    fund.mark("mandate", mandate)
    return fund


def _sparse() -> VectorFund:
    """Registered, under a mandate that says only who may propose."""
    fund = _registered()
    fund.govern(
        "mandate.adopted",
        mandate="sparse",
        version="1",
        books=[fund.labels["bill"]],
        effective_from=OPENED_ON,
        override="To show what a mandate does that says little",
    )
    asked = {
        "asset": "BTC",
        "units": "1",
        "account": "cold-1",
        "max_consideration": {"currency": "USD", "amount": "40000"},
        "counterparty": "exchange-one",
    }
    fund.ask("acquisition", "acquisition.proposed", **asked)
    return fund


def _suspended() -> VectorFund:
    fund = _governed()
    fund.govern("mandate.suspended", mandate=fund.labels["mandate"], reason="A review of the law")
    return fund


def _closing() -> VectorFund:
    """Governed; the close of December 2025 waits for its approvals."""
    fund = _governed()
    fund.mark("close", fund.pend("period.closed", "aigerim", **_december()))
    return fund


def _closed() -> VectorFund:
    """Governed; December 2025 is closed."""
    fund = _governed()
    fund.do("period.closed", "aigerim", cosigners=["daniyar", "marat"], **_december())
    return fund


def _december() -> dict[str, Any]:
    return {
        "period": "2025-12",
        "starts_on": "2025-12-01",
        "ends_on": "2025-12-31",
        "statements": [DIGEST],
    }


def _measured() -> VectorFund:
    """Closed once, then measured."""
    return measured(_closed())


def _identified() -> VectorFund:
    return identified(_governed())


def _working() -> VectorFund:
    return live(_governed())


_LIVES = {
    "empty": VectorFund,
    "constituted": _constituted,
    "keyring": _keyring,
    "registered": _registered,
    "governed": _governed,
    "sparse": _sparse,
    "suspended": _suspended,
    "closing": _closing,
    "closed": _closed,
    "measured": _measured,
    "identified": _identified,
    "working": _working,
}
PRELUDES = tuple(_LIVES)


@cache
def prelude(name: str) -> VectorFund:
    """The fund after a prelude; shared, so nobody may submit to it."""
    return _LIVES[name]()


@cache
def steps_after(name: str) -> list[Step]:
    """The records of a prelude, each decided again."""
    return steps_of(prelude(name).records)


def moment(name: str, days: int = 0) -> str:
    """When a vector is submitted: a minute after its prelude's last record, or days later."""
    later = timedelta(days=days) if days else timedelta(minutes=1)
    return render_instant(parse_instant(prelude(name).now) + later)


def seeds() -> dict[str, dict[str, str]]:
    """Every officer's keys with their seeds: published, so that anybody can sign more vectors."""
    names = [*VectorFund().signers, "timur", "saule-2", "bolat-2", "aigerim-2", "log"]
    names += [f"nurlan-{number}" for number in range(2, KEYS_OF_NURLAN + 1)]
    return {
        name: {
            "seed": hashlib.sha256(f"test/harbour:{name}".encode()).hexdigest(),
            "keyid": signer(name).public_key.keyid,
            "public_key": key_form(signer(name))["public_key"],
        }
        for name in sorted(names)
    }
