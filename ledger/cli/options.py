"""Options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


def workspace(function: Function) -> Function:
    """`--workspace`."""
    return click.option(
        "--workspace",
        "workspace_path",
        type=click.Path(file_okay=False),
        help="The fund's folder (default: $CUSTODY_WORKSPACE or the current folder).",
    )(function)


def as_json(function: Function) -> Function:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")(
        function
    )


def passphrase(function: Function) -> Function:
    """`--passphrase-file` and `--passphrase-fd`."""
    function = click.option(
        "--passphrase-file", type=click.Path(dir_okay=False), help="Read the passphrase here."
    )(function)
    return click.option(
        "--passphrase-fd",
        type=click.IntRange(min=0),
        help="Read the passphrase from this file descriptor.",
    )(function)


def body(function: Function) -> Function:
    """What every draft may say: who, when, until when, under which reference."""
    for option in reversed(
        (
            click.option("--author", required=True, help="The officer who answers for it."),
            click.option(
                "--cosigner", "cosigners", multiple=True, help="An officer who also signs."
            ),
            click.option("--reference", help="Your own name for it, used once."),
            click.option("--value-date", help="The day for which it counts (default: today)."),
            click.option(
                "--expires", default="3d", show_default=True, help="Validity: 4h, 3d, 2w."
            ),
            click.option("--out", type=click.Path(), help="The draft's file."),
        )
    ):
        function = option(function)
    return function


def grounds(function: Function) -> Function:
    """What movements and facts may say: purpose, reason, facts, evidence."""
    for option in reversed(
        (
            click.option("--purpose", help="The purpose, as the mandate's rules name it."),
            click.option("--reason", help="The reason, as the mandate's rules name it."),
            click.option("--fact", "facts", multiple=True, help="name=true or name=false."),
            click.option(
                "--evidence",
                "evidence",
                multiple=True,
                help="A document (its SHA-256 is signed), or a SHA-256.",
            ),
        )
    ):
        function = option(function)
    return function
