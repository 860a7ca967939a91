"""`custody approve`, `refuse` and `withdraw`: answers to a proposal, as drafts."""

from __future__ import annotations

from typing import Any

import click

from ledger.cli import options
from ledger.cli.commands.drafts import draft_event


@click.command()
@click.argument("proposal")
@options.body
@options.workspace
@options.as_json
def approve(workspace_path: str | None, as_json: bool, **said: Any) -> None:
    """Draft the approval of PROPOSAL (the beginning of its event id, or its reference)."""
    draft_event("approval.given", said, workspace_path=workspace_path, as_json=as_json)


@click.command()
@click.argument("proposal")
@click.option("--because", "reason", required=True, help="The reason; it is recorded.")
@options.body
@options.workspace
@options.as_json
def refuse(workspace_path: str | None, as_json: bool, **said: Any) -> None:
    """Draft the refusal of PROPOSAL."""
    draft_event("approval.refused", said, workspace_path=workspace_path, as_json=as_json)


@click.command()
@click.argument("proposal")
@click.option("--because", "reason", required=True, help="The reason; it is recorded.")
@options.body
@options.workspace
@options.as_json
def withdraw(workspace_path: str | None, as_json: bool, **said: Any) -> None:
    """Draft the withdrawal of your own PROPOSAL."""
    draft_event("proposal.withdrawn", said, workspace_path=workspace_path, as_json=as_json)
