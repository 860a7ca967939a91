"""The story that the demonstration plays: a history, and what a fund must also live through."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from ledger.cli import output
from ledger.cli.demo_fund import GROUNDS, DemoFund, constitute
from ledger.cli.history import read_history
from ledger.cli.importing import Import, Importer
from ledger.domain.outcome import REFUSED
from ledger.kernel.errors import invariant
from ledger.service.bundle import export_bundle, zip_bundle
from ledger.service.checkpoints import make_checkpoint
from ledger.signing.base64_text import encode_base64
from ledger.signing.possession import prove_possession

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.service.answer import Receipt


def play(demo: DemoFund, *, legal_entity: str, jurisdiction: str, offset: int, file: str) -> None:
    """From the constitution to the last event; says each step on stderr."""
    constitute(demo, legal_entity=legal_entity, jurisdiction=jurisdiction, offset=offset)
    output.note(f"  constituted with 8 officers; reference mandate in force ({_at(demo)})")
    done = import_file(demo, file)
    output.note(f"  {done.recorded} purchases proposed, cosigned and settled ({_at(demo)})")
    again = import_file(demo, file)
    invariant(again.recorded == 0, "a second import of the same file changes nothing")
    output.note(f"  imported again: {again.repeated} rows recorded before, nothing changed")
    transfer(demo)
    output.note(f"  custody transfer vault-1 to vault-2 approved, released, settled ({_at(demo)})")
    refused = refused_purchase(demo)
    rule = refused.outcome.findings[0]
    output.note(
        f"  purchase for 1.6 billion USD refused at position {refused.position} by {rule.rule}: "
        f"expected {rule.expected}, found {rule.found}"
    )
    rotate_key(demo)
    output.note(f"  treasury-1 enrolled a new key and revoked the old one ({_at(demo)})")
    late = relieve(demo)
    output.note(
        f"  custody-1 relieved; its later event refused at position {late.position} "
        f"({late.outcome.findings[0].rule})"
    )


def import_file(demo: DemoFund, file: str) -> Import:
    """What `custody import FILE --author treasury --cosign investment --cosign risk` does."""
    data = resources.files("ledger.cli").joinpath("histories", file).read_bytes()
    cosigners = [demo.signers["investment-1"], demo.signers["risk-1"]]
    importer = Importer(demo.workspace, demo.store, demo.signers["treasury-1"], cosigners)
    return importer.run(read_history(data), demo.sequencer, partial=False)


def transfer(demo: DemoFund) -> None:
    """Half a hundred BTC from one custodian to the other, by four officers."""
    proposed = demo.do(
        "transfer.proposed",
        "treasury-1",
        asset="BTC",
        units="50",
        from_account="vault-1",
        to_account="vault-2",
        purpose="custodian_diversification",
        **GROUNDS,
    )
    demo.do("approval.given", "risk-1", proposal=proposed.event_id)
    demo.do("transfer.released", "custody-1", proposal=proposed.event_id, units="50", **GROUNDS)
    demo.do(
        "transfer.settled",
        "custody-1",
        proposal=proposed.event_id,
        units="50",
        final=True,
        **GROUNDS,
    )


def refused_purchase(demo: DemoFund) -> Receipt:
    """A purchase above the mandate's limit: recorded, with its findings, and without effect."""
    receipt = demo.act(
        "acquisition.proposed",
        "treasury-1",
        cosigners=["investment-1", "risk-1"],
        asset="BTC",
        units="30000",
        max_consideration={"currency": "USD", "amount": "1600000000"},
        counterparty="open-market",
        account="vault-1",
        **GROUNDS,
    )
    invariant(receipt.outcome.verdict == REFUSED, "the mandate refuses what is above its limit")
    return receipt


def rotate_key(demo: DemoFund) -> None:
    """Enrol the new key before the old one is revoked."""
    officer = "treasury-1"
    old, new = demo.signers[officer], demo.new_key(f"{officer}-2.key")
    proof = prove_possession(new, demo.workspace.fund, officer)
    demo.govern(
        "key.enrolled",
        officer=officer,
        algorithm=new.public_key.algorithm,
        public_key=encode_base64(new.public_key.raw),
        possession=encode_base64(proof),
    )
    demo.signers[officer] = new
    demo.do("key.revoked", officer, key=old.public_key.keyid, reason="Rotation")


def relieve(demo: DemoFund) -> Receipt:
    """An officer leaves; what it signs afterwards is recorded as refused."""
    demo.govern(
        "officer.relieved",
        officer="custody-1",
        office="CustodyOfficer",
        reason="Left the service",
    )
    return demo.act(
        "cash.recorded",
        "custody-1",
        direction="out",
        amount={"currency": "USD", "amount": "100"},
        category="custody_fee",
        **GROUNDS,
    )


def seal(demo: DemoFund, folder: Path) -> tuple[int, Path]:
    """Checkpoint, then the bundle as a folder and as one zip."""
    live = demo.sequencer.live
    make_checkpoint(demo.store, live, demo.log_signer, demo.workspace.high_water)
    size, _ = export_bundle(demo.store, folder, log_key=live.state.log_key)
    archive = folder.with_name(folder.name + ".evidence.zip")
    zip_bundle(folder, archive)
    return size, archive


def _at(demo: DemoFund) -> str:
    return f"position {demo.sequencer.live.state.position}"
