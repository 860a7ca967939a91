"""The replay: every record decided again, in order, from the log alone.

It runs the functions that admitted the records (`advance`, `admit`, `apply`) and compares the
outcome byte for byte. It works on credit: forms and signatures are checked elsewhere at the same
time, and what was decided after a record that fails there counts for nothing. The first record
that cannot be decided, or was decided otherwise, stops it: what would follow from it is unknown.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING

from ledger.audit.conservation import Conservation, holdings_differ
from ledger.audit.credit import UNKNOWN, outcome_on_credit, read_on_credit
from ledger.audit.differences import difference, newer_than_this
from ledger.audit.findings import Finding, Suspect
from ledger.domain.admit import admit
from ledger.domain.apply import advance, apply
from ledger.domain.outcome import Rejection
from ledger.domain.record import render_record
from ledger.domain.rejections import rejection_of
from ledger.domain.state import State
from ledger.kernel.errors import InvariantError, UnknownRuleError
from ledger.kernel.fixed import fixed
from ledger.projections.holdings import HoldingsProjection

if TYPE_CHECKING:
    from ledger.domain.policy import Engine
    from ledger.domain.state import Posting
    from ledger.domain.verified import VerifiedEvent

_OF_A_PROTOCOL = "constitution_refused"
"""The rejection that may only mean that the constitution is of a later protocol."""

KeyTable = dict[str, tuple[str, bytes]]
"""Key id to (algorithm, raw public key): what a worker needs to check signatures."""


@fixed
class NamedLogKey:
    """A log key that the log names, and the position from which it is in force."""

    position: int
    vkey: str


class Replay:
    """One fund's log being decided again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._conservation = Conservation()
        self._signed: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
        self._key_table: KeyTable = {}
        self.state = State()
        self.holdings = HoldingsProjection()
        self.log_keys: list[NamedLogKey] = []
        self.stop: Finding | None = None
        """Why one record could not be decided, or was decided otherwise."""

    def fold(self, raw: bytes, *, decided: bool = False) -> tuple[Posting, ...]:
        """Decide the next record; after a stop, nothing. Its postings.

        `decided`: an earlier audit decided this very record, so its outcome is believed.
        """
        if self.stop is not None:
            return ()
        position = self.state.position + 1
        made: tuple[Posting, ...] = ()
        try:
            fault, made = self._apply(raw, position) if decided else self._decide(raw, position)
        except UnknownRuleError as error:
            fault = ("unknown_rule_type", str(error))
        except InvariantError as error:
            fault = ("law_broken", error.message)
        except Exception as error:  # noqa: BLE001 - bytes that nobody has checked yet
            fault = ("software_defect", f"{type(error).__name__}: {error}"[:300])
        if fault is not None:
            self.stop = Finding(*fault, position=position)
        return made

    @property
    def stopped_at(self) -> int:
        """The position of `stop`; 0 while there is none."""
        return self.stop.position or 0 if self.stop else 0

    def _decide(
        self, raw: bytes, position: int
    ) -> tuple[tuple[str, str] | None, tuple[Posting, ...]]:
        """A code and explanation if the record is not as it must be, and its postings."""
        state = self.state
        event, recorded_at = read_on_credit(raw)
        advance(state, event, recorded_at)
        if event.kind is UNKNOWN:
            return self._undecidable(event, recorded_at), ()
        answer = admit(state, event, recorded_at, self._engine)
        if isinstance(answer, Rejection):
            newer = answer.code == _OF_A_PROTOCOL and newer_than_this(event)
            return newer or (f"rejected_{answer.code}", answer.detail), ()
        outcome = answer.outcome
        if raw != render_record(event.envelope, outcome.render(), position, recorded_at):
            return difference(raw, position, event, outcome), ()
        made = apply(state, event, outcome, self._engine)
        return self._after(event, position, made), made

    def _apply(
        self, raw: bytes, position: int
    ) -> tuple[tuple[str, str] | None, tuple[Posting, ...]]:
        """As `_decide` of a record that is known to have been decided so."""
        event, recorded_at = read_on_credit(raw)
        if event.kind is UNKNOWN:
            return ("unknown_kind", event.body.kind), ()
        advance(self.state, event, recorded_at)
        made = apply(self.state, event, outcome_on_credit(raw), self._engine)
        return self._after(event, position, made), made

    def _after(
        self, event: VerifiedEvent, position: int, made: tuple[Posting, ...]
    ) -> tuple[str, str] | None:
        """Remember an applied event; which law its postings break, if they do."""
        self._remember(event, position)
        self.holdings.fold(position, made)
        broken = self._conservation.broken_by(self.state, made)
        return ("law_broken", broken) if broken else None

    def _undecidable(self, event: VerifiedEvent, recorded_at: str) -> tuple[str, str]:
        """An event of an unknown kind; what no event may be, it may not be either."""
        rejection = rejection_of(self.state, event, recorded_at)
        if rejection is not None:
            return f"rejected_{rejection.code}", rejection.detail
        return "unknown_kind", event.body.kind

    def _remember(self, event: VerifiedEvent, position: int) -> None:
        for keyid in event.keyids:
            self._signed[keyid].append(position)
        vkey = self.state.log_key
        if vkey and (not self.log_keys or self.log_keys[-1].vkey != vkey):
            self.log_keys.append(NamedLogKey(position, vkey))

    def key_table(self) -> KeyTable:
        """Every key that the log enrolled so far; a key id never changes its meaning."""
        keys = self.state.keys
        if len(self._key_table) != len(keys):
            self._key_table = {
                keyid: (entry.key.algorithm, entry.key.raw) for keyid, entry in keys.items()
            }
        return self._key_table

    def end_findings(self) -> list[Finding]:
        """What is wrong with the sums, after the last record."""
        owned = self._conservation.broken_at_end(self.state)
        differing = holdings_differ(self.state, self.holdings)
        position = self.state.position
        found = [Finding("law_broken", owned, position)] if owned else []
        return [*found, *([Finding("holdings_differ", differing, position)] if differing else [])]

    def suspects(self) -> tuple[Suspect, ...]:
        """The records that each key signed at or after its reported compromise."""
        found = []
        for keyid, entry in sorted(self.state.keys.items()):
            since = entry.compromised_since
            if since:
                positions = tuple(at for at in self._signed[keyid] if at >= since)
                found.append(Suspect(keyid, entry.officer, since, entry.revoked_at, positions))
        return tuple(found)
