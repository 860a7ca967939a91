"""The entry point: commands are found by name and imported only when they run.

`custody --version` and `--help` import nothing heavy (a test holds the budget).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from ledger import __version__
from ledger.cli import exits
from ledger.cli.lazy_group import LazyGroup

if TYPE_CHECKING:
    from ledger.kernel.errors import LedgerError

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("setup:init", "make a workspace for a fund"),
    "key": ("keys:key", "make and show keys"),
    "fund": ("setup:fund", "constitute the fund"),
    "kinds": ("drafts:kinds", "list the kinds of events"),
    "draft": ("drafts:draft", "draft an event of any kind from a file"),
    "propose": ("drafts:propose", "draft an acquisition, disposal, transfer or receipt"),
    "approve": ("answers:approve", "draft an approval"),
    "refuse": ("answers:refuse", "draft a refusal"),
    "withdraw": ("answers:withdraw", "draft a withdrawal"),
    "release": ("settlements:release", "draft the release of a transfer"),
    "settle": ("settlements:settle", "draft a settlement"),
    "fail": ("settlements:fail", "draft the failure of a transfer"),
    "sign": ("signing:sign", "sign a draft; needs no workspace and no network"),
    "cosign": ("signing:cosign", "add a signature to a signed event"),
    "submit": ("submission:submit", "submit signed events"),
    "import": ("history:import_history", "import a history of purchases (CSV)"),
    "import-observations": (
        "history:import_observations",
        "import prices and measurements (CSV)",
    ),
    "mandate": ("mandates:mandate", "books and mandates: check, compare, explain, try"),
    "stress": ("stress:stress", "shocks, liquidity, a custodian or a peg that fails, no mandate"),
    "reconcile": ("reconciling:reconcile", "compare a statement with the holdings"),
    "freeze": ("emergency:freeze", "draft the freezing of an account, or a key's revocation"),
    "exceptions": ("emergency:exceptions", "what was refused, unauthorised, suspect or open"),
    "holdings": ("reading:holdings", "units by account and asset"),
    "approvals": ("reading:approvals", "proposals that wait for approvals"),
    "events": ("reading:events", "list the log"),
    "show": ("reading:show", "one event, in words and with its findings"),
    "journal": ("bookkeeping:journal", "entries of the books, derived from events"),
    "trial-balance": ("bookkeeping:trial_balance", "every account with its debits and credits"),
    "lots": ("bookkeeping:lots", "lots by asset, and what left of which"),
    "statement": ("statements:statement", "the statements of a period, and how two differ"),
    "period": ("periods:period", "draft the close of a period"),
    "trace": ("tracing:trace", "from a figure, lot or event to what is behind it"),
    "chart": ("charts:chart", "holdings, value or cost over time, as a picture"),
    "accounting": ("accounting:accounting", "try accounting policies on cases"),
    "checkpoint": ("logs:checkpoint", "sign the log's size and root"),
    "prove": ("logs:prove", "a receipt: the proof that a record is in the log"),
    "bundle": ("logs:bundle", "export an evidence bundle"),
    "audit": ("audits:audit", "replay and decide a bundle again"),
    "doctor": ("doctor:doctor", "check this machine and this workspace"),
    "demo": ("demo:demo", "build and audit two demonstration funds"),
    "completion": ("completion:completion", "print a shell completion script"),
}
"""Command to (module:attribute under `ledger.cli.commands`, one line of help)."""


@click.command(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `custody demo`. Every command takes --help; most take --json.",
)
@click.version_option(__version__, prog_name="custody")
def cli() -> None:
    """The sovereign custody ledger: signed events, mandates as data, audits that decide again."""


def main(arguments: list[str] | None = None) -> None:
    """Run the program and leave with the exit code of what happened."""
    arguments = sys.argv[1:] if arguments is None else arguments
    sys.exit(_flushed(run(arguments)))


def _flushed(code: int) -> int:
    """The exit code once all output is out; what is still buffered may fail only now."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        # The interpreter would flush again when it ends, and fail aloud: give it a way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError) or code == exits.ERROR:
            return exits.ERROR  # nobody reads on, or the failure has been told already
        from ledger.kernel.errors import LedgerError  # noqa: PLC0415 - only for errors

        return _explained(LedgerError(error.strerror or str(error)), as_json=False)
    return code


def run(arguments: list[str]) -> int:
    """Run one command line; errors of ours become messages and exit codes."""
    from ledger.kernel.errors import InputError, LedgerError  # noqa: PLC0415 - not for --version

    as_json = "--json" in arguments
    try:
        code: Any = cli.main(arguments, prog_name="custody", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        code = exits.INTERRUPTED
    except click.ClickException as error:
        if as_json:
            return _explained(InputError(error.format_message()), as_json=True)
        error.show()
        code = exits.USAGE
    except BrokenPipeError:
        code = exits.ERROR
    except LedgerError as error:
        code = _explained(error, as_json=as_json)
    except OSError as error:
        # A file that was named cannot be used; without a name it is the output that fails.
        refusal = LedgerError(error.strerror or str(error), where=str(error.filename or ""))
        code = _explained(refusal, as_json=as_json and error.filename is not None)
    return code if isinstance(code, int) else exits.DONE


def _explained(error: LedgerError, *, as_json: bool) -> int:
    from ledger.cli.output import explain_error  # noqa: PLC0415 - only for errors

    explain_error(error, as_json=as_json)
    return exits.exit_of(error)


if __name__ == "__main__":
    main()
