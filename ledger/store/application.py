"""The library's application, composed for one fund: text ids, our mapper, no snapshots.

Its environment is built here, from the arguments alone. The library would let the process's own
environment override every setting (another database, a cipher, tables made anew); ours never
reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from eventsourcing.application import Application
from eventsourcing.utils import Environment
from typing_extensions import override

from ledger.domain.record import parse_record
from ledger.kernel.limits import PAGE_RECORDS
from ledger.store.mapper import RecordMapper
from ledger.store.pool import LedgerSQLiteFactory, database_name

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

    from eventsourcing.persistence import InfrastructureFactory

    from ledger.store.mapper import Parse
    from ledger.store.recorder import LedgerSQLiteRecorder

_DATABASE: Final = "SQLITE_DBNAME"
_FUND: Final = "LEDGER_FUND"


def application_env(path: Path, fund: str, *, read_only: bool) -> dict[str, str]:
    """The settings of an application over an existing store file."""
    return {_DATABASE: database_name(path, read_only=read_only), _FUND: fund}


class LedgerApplication(Application[str]):
    """The factory, recorder and mapper of one fund; `env` comes from `application_env`.

    The library's `ProjectionRunner` takes this class and such an `env` (with the view's own
    settings beside them).
    """

    name = "ledger"
    env: ClassVar[dict[str, str]] = {}
    log_section_size = PAGE_RECORDS

    def __init__(
        self,
        env: Mapping[str, str] | None = None,
        *,
        parse: Parse = parse_record,
        known_kinds: Container[str] | None = None,
    ) -> None:
        self._parse = parse
        self._known_kinds = known_kinds
        super().__init__(env)

    @override
    def construct_env(self, name: str, env: Mapping[str, str] | None = None) -> Environment:
        given = env or {}
        settings = {key: given[key] for key in (_DATABASE, _FUND) if key in given}
        settings |= {"ORIGINATOR_ID_TYPE": "text", "CREATE_TABLE": "n"}
        return Environment(env=settings)

    @override
    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return LedgerSQLiteFactory(env)

    @override
    def construct_mapper(self) -> RecordMapper:
        self.ledger_mapper = RecordMapper(
            self.env.get(_FUND, ""), parse=self._parse, known_kinds=self._known_kinds
        )
        return self.ledger_mapper

    @override
    def construct_recorder(self) -> LedgerSQLiteRecorder:
        self.ledger_recorder = cast("LedgerSQLiteRecorder", self.factory.application_recorder())
        return self.ledger_recorder
