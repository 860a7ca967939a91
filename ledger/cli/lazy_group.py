"""Groups of commands that are found by name and imported only when they run."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import click
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping


class LazyGroup(click.Group):
    """Lists its commands, with a line of help each, without importing them."""

    def __init__(self, *, lazy: Mapping[str, tuple[str, str]], **more: Any) -> None:  # noqa: ANN401 - what a group of click takes
        """`lazy`: command to (module:attribute under `ledger.cli.commands`, one line of help)."""
        super().__init__(**more)
        self._lazy = lazy

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        loaded = importlib.import_module(f"ledger.cli.commands.{module}")
        command: click.Command = getattr(loaded, attribute)
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._lazy.items()])
