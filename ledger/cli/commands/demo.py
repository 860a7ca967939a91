"""`custody demo`: two demonstration funds, built, sealed, audited and compared in one command."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from textwrap import shorten
from typing import Any

import click

from ledger.audit import Evidence, parse_trust
from ledger.cli import exits, options, output, wiring
from ledger.cli.commands.reading import holdings_value, show_holdings
from ledger.cli.demo_fund import DemoFund, make_fund
from ledger.cli.demo_story import play, seal
from ledger.cli.published import compared, published
from ledger.kernel.errors import InputError
from ledger.kernel.fixed import fixed
from ledger.projections.holdings import HoldingsProjection
from ledger.service.live import load


@fixed
class Scene:
    """One demonstration fund."""

    name: str
    fund: str
    legal_entity: str
    jurisdiction: str
    utc_offset_minutes: int
    file: str
    remark: str


SCENES = (
    Scene(
        name="el-salvador",
        fund="demo/el-salvador",
        legal_entity="Demonstration after El Salvador, 2021 to 2022",
        jurisdiction="SV",
        utc_offset_minutes=-360,
        file="el_salvador_2021_2022.csv",
        remark=(
            "Units tie to the published 2,381 BTC. The money does not: the source's own rows add "
            "to 104,613,860 USD\nwhere it prints a total of 103.9 million. Later totals contradict "
            "each other and have no purchases beside them;\nthey are shown, and none is chosen."
        ),
    ),
    Scene(
        name="strategy",
        fund="demo/strategy",
        legal_entity="Demonstration after Strategy (MicroStrategy), 2020 to 2021",
        jurisdiction="US",
        utc_offset_minutes=-300,
        file="strategy_2020_2021.csv",
        remark=(
            "Every filed total is met but the last, which is 1 BTC below the sum of the filed lots "
            "(124,391 against 124,392);\nthe ledger keeps the lots and reports the difference. "
            "Costs are filed rounded; the lots are units times the filed\naverage price."
        ),
    ),
)


@click.command()
@click.option(
    "--into",
    default="demo",
    show_default=True,
    type=click.Path(file_okay=False),
    help="A new folder for the two funds.",
)
@click.option("--replace", is_flag=True, help="Delete a demonstration that is there already.")
@options.as_json
def demo(into: str, replace: bool, as_json: bool) -> int:
    """Build two funds, play a real purchase history into each, seal, audit and compare.

    The funds are demonstrations; the purchases are the published ones, each with its source.
    """
    root = Path(into)
    _prepare(root, replace=replace)
    reports = []
    code = exits.DONE
    for scene in SCENES:
        value, scene_code = _run(scene, root / scene.name)
        reports.append(value)
        code = _worse(code, scene_code)
        if not as_json:
            _show(scene, value)
    if as_json:
        output.emit_json("demo", {"funds": reports})
    else:
        _what_next(root)
    return code


def _worse(*codes: int) -> int:
    """Proven bad wins over undecidable, and both over done."""
    return exits.PROVEN_BAD if exits.PROVEN_BAD in codes else max(codes)


def _prepare(root: Path, *, replace: bool) -> None:
    if not root.exists():
        root.mkdir(parents=True)
        return
    there = list(root.iterdir())
    names = {scene.name for scene in SCENES}
    if replace and all(e.name in names and (e / "custody.toml").exists() for e in there):
        for entry in there:
            shutil.rmtree(entry)
        return
    if there:
        raise InputError(
            "the folder is not empty",
            where=str(root),
            hint="Name a new one with --into, or add --replace for a demonstration that is there",
        )


def _run(scene: Scene, root: Path) -> tuple[dict[str, Any], int]:
    output.note(f"{scene.fund}: {scene.legal_entity}")
    fund = make_fund(root, scene.fund)
    with fund.store:
        play(
            fund,
            legal_entity=scene.legal_entity,
            jurisdiction=scene.jurisdiction,
            offset=scene.utc_offset_minutes,
            file=scene.file,
        )
        size, archive = seal(fund, root / "bundle")
        wiring.write_trust(fund.workspace, fund.store, fund.sequencer.live.state.log_key)
        value = _holdings(fund, scene)
    trust = parse_trust(fund.workspace.trust.read_text(encoding="utf-8"))
    report = Evidence.open(archive, trust=trust).verify(jobs=1)
    output.note(f"  sealed and audited: {size} records, {report.verdict}")
    value["audit"] = {
        "verdict": report.verdict,
        "records": size,
        "findings": [finding.explain() for finding in report.findings],
    }
    value["bundle"] = str(archive)
    return value, report.exit_code


def _holdings(fund: DemoFund, scene: Scene) -> dict[str, Any]:
    projection = HoldingsProjection()
    live = load(
        fund.store,
        wiring.ENGINE,
        observe=lambda record, _event, made: projection.fold(record.position, made),
    )
    value = holdings_value(projection, live, live.state.local_day(wiring.now()))
    value["published"] = [
        {
            "as_of": point.as_of,
            "measure": point.measure,
            "published": point.amount,
            "unit": point.unit,
            "ledger": own,
            "difference": difference,
            "note": point.note,
            "source": point.source,
        }
        for point in published(scene.name)
        for own, difference in [compared(point, projection)]
    ]
    return value


def _show(scene: Scene, value: dict[str, Any]) -> None:
    show_holdings(value)
    output.say()
    output.say("against what was published:")
    output.table(
        ("as of", "measure", "published", "ledger", "difference", "unit", "note"),
        [
            (
                row["as_of"],
                row["measure"],
                output.grouped(row["published"]),
                output.grouped(row["ledger"]),
                output.grouped(row["difference"]),
                row["unit"],
                shorten(row["note"], 46, placeholder=" …"),
            )
            for row in value["published"]
        ],
        right=("published", "ledger", "difference"),
    )
    output.say()
    output.say(scene.remark)
    audit = value["audit"]
    output.say(f"\naudit of {value['bundle']}: {audit['verdict']}, {audit['records']} records\n")


def _what_next(root: Path) -> None:
    first = root / SCENES[0].name
    # As it was called, so that the lines can be typed as they stand.
    program = sys.argv[0] if Path(sys.argv[0]).name == "custody" else "custody"
    output.say("where things lie, and what to try next:")
    for line in (
        f"{program} events   --workspace {first}",
        f"{program} show 36  --workspace {first}",
        f"{program} holdings --workspace {first} --as-of 2021-12-31",
        f"{program} audit {first}/bundle.evidence.zip --trust {first}/trust",
        f"{program} prove 36 --workspace {first} --out receipt.tlog-proof",
    ):
        output.say(f"  {line}")
    output.say(f"keys and their passphrase file are in {first}/keys; they are for play only")
