"""`custody audit`: replay a bundle, decide every record again, and say what does not follow.

It needs nothing but the bundle and the log's verifier key; no workspace, no store, no network.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.audit import Evidence, Trust, parse_trust
from ledger.cli import options, output
from ledger.kernel import identifiers
from ledger.kernel.errors import InputError, NotFoundError
from ledger.kernel.identifiers import check_form
from ledger.kernel.limits import CHECKPOINT_BYTES_MAX
from ledger.log.note import parse_vkey

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.audit import Report

_LISTED_MAX = 50


@click.command()
@click.argument("bundle", type=click.Path(exists=False))
@click.option("--trust", "trust_path", type=click.Path(dir_okay=False), help="A trust file.")
@click.option("--vkey", help="The log's verifier key, instead of a trust file.")
@click.option("--first-leaf", help="The leaf hash of position 1 (64 hex digits), with --vkey.")
@click.option(
    "--since",
    type=click.Path(dir_okay=False),
    help="An earlier checkpoint that you kept: the log must still contain it.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="With --since: an audit of yours found the log valid up to it; decide only what follows.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True)
@options.as_json
def audit(
    bundle: str,
    trust_path: str | None,
    vkey: str | None,
    first_leaf: str | None,
    since: str | None,
    resume: bool,
    jobs: int,
    as_json: bool,
) -> int:
    """Audit BUNDLE, a folder or one zip. Exit code 0 valid, 3 proven bad, 8 undecidable."""
    trust = _trust(trust_path, vkey, first_leaf)
    if resume and since is None:
        raise InputError("--resume goes with --since", hint="Name the checkpoint of that audit")
    earlier = _read(Path(since)) if since else None
    evidence = Evidence.open(Path(bundle), trust=trust)
    report = evidence.verify(since=earlier, resume=resume, jobs=jobs, progress=_progress())
    if as_json:
        output.emit_json("audit", report.explain())
    else:
        _show(report)
    return report.exit_code


def _trust(path: str | None, vkey: str | None, first_leaf: str | None) -> Trust:
    if (path is None) == (vkey is None):
        raise InputError(
            "whom do you trust?", hint="Give the log's verifier key: --trust FILE or --vkey KEY"
        )
    if path is not None:
        if first_leaf is not None:
            raise InputError("--first-leaf goes with --vkey; a trust file has its own line")
        return parse_trust(_text(Path(path)))
    leaf = None
    if first_leaf is not None:
        leaf = bytes.fromhex(check_form(first_leaf, identifiers.DIGEST, "a leaf hash"))
    return Trust(parse_vkey(vkey or ""), leaf)


def _text(path: Path) -> str:
    try:
        return _read(path).decode()
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8", where=f"{path}, byte {error.start}") from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(CHECKPOINT_BYTES_MAX + 1)
    except OSError as error:
        raise NotFoundError(f"no file {path}: {error.strerror}") from None


def _progress() -> Callable[[int, int], None] | None:
    """A line on stderr that counts records, where a person is watching."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        click.echo(f"\r  {done:,} of {total:,} records{end}", err=True, nl=False)

    return show


def _show(report: Report) -> None:
    output.say(f"{report.verdict.upper().replace('_', ' ')}  {report.fund}")
    root = report.root.hex() if report.root else "not recomputed"
    output.say(f"  {report.size:,} records, {report.signatures:,} signatures, root {root}")
    output.say(f"  {report.checkpoints} checkpoint(s) compared with the records")
    for finding in report.findings[:_LISTED_MAX]:
        at = f"position {finding.position}" if finding.position is not None else "the log"
        output.say(f"  {finding.result:<11} {at}: {finding.meaning} ({finding.code})")
        if finding.explanation:
            output.say(f"              {finding.explanation}")
        if finding.place is not None and finding.place.end:
            place = finding.place
            output.say(f"              {place.path}, bytes {place.start} to {place.end}")
    if len(report.findings) > _LISTED_MAX:
        output.say(f"  and {len(report.findings) - _LISTED_MAX} more; --json lists all")
