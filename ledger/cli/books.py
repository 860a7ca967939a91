"""Books at the command line: one that ships, one in a file, or one that the log has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.cli import wiring
from ledger.domain.record import parse_record
from ledger.kernel.errors import BookError, InputError, NotFoundError, UnknownRuleError
from ledger.kernel.fixed import fixed
from ledger.kernel.limits import TOML_BYTES_MAX
from policies.book import Book, load_book, read_book, shipped_book, shipped_books

if TYPE_CHECKING:
    from ledger.cli.workspace import Workspace
    from ledger.domain.state import State

_FORMAT = "The format is docs/spec/policy-book.md, the words of rules docs/reference/rules.md"
_ID_PREFIX = re.compile(r"[0-9a-f]{6,64}\Z")


@fixed
class NamedBook:
    """A book as the operator named it."""

    name: str
    value: dict[str, Any]
    event_id: str
    """Event id of the `book.recorded` event, if the log has it."""

    @property
    def book(self) -> Book:
        """The executable book."""
        return read_book(self.value)


def book_named(name: str, workspace: Workspace | None = None) -> NamedBook:
    """The book of a file, of this name, or recorded under an event id that begins so."""
    path = Path(name)
    if _is_file(path):
        return NamedBook(name, book_of_file(path), "")
    if name in shipped_books():
        return NamedBook(name, shipped_book(name), "")
    if workspace is not None and _ID_PREFIX.match(name):
        return _recorded(name, workspace)
    raise NotFoundError(
        f"no book named {name}",
        hint="Name a TOML file, a book of `custody mandate list`, or an event id of one",
    )


def _is_file(path: Path) -> bool:
    return path.suffix == ".toml" or path.is_file()


def place_of(named: NamedBook, rule: str) -> str:
    """Where a rule stands; of a book in a file with its line."""
    path = Path(named.name)
    if not named.event_id and _is_file(path):
        return _with_line(read_file(path), f"{path.name}: {rule}")
    return f"{rule} of {named.name}"


def _recorded(prefix: str, workspace: Workspace) -> NamedBook:
    with wiring.open_store(workspace, read_only=True) as store:
        for _, raw in wiring.records_of(store):
            record = parse_record(raw)
            if record.kind == "book.recorded.v1" and record.event_id.startswith(prefix):
                value = record.body["book"]
                return NamedBook(str(value.get("book")), value, record.event_id)
    raise NotFoundError(f"no book is recorded under {prefix}")


def book_of_file(path: Path) -> dict[str, Any]:
    """The value of a book's file; errors name the line of the rule that is wrong."""
    text = read_file(path)
    try:
        return load_book(text, where=path.name)
    except (BookError, UnknownRuleError) as error:
        raise type(error)(
            error.message, where=_with_line(text, error.where), hint=error.hint or _FORMAT
        ) from None


def read_file(path: Path, *, bytes_max: int = TOML_BYTES_MAX, hint: str = _FORMAT) -> bytes:
    """The bytes of a file that a person wrote, at most as many as we read."""
    try:
        with path.open("rb") as file:
            data = file.read(bytes_max + 1)
    except OSError as error:
        raise NotFoundError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if len(data) > bytes_max:
        raise InputError(f"more than {bytes_max} bytes", where=str(path), hint=hint)
    return data


def _with_line(text: bytes, where: str) -> str:
    """The place with the line on which the rule that it names begins."""
    rule = re.search(r"[A-Z][A-Z0-9]*(?:[.-][A-Za-z0-9]+)*", where.partition(": ")[2])
    lines = text.decode(errors="replace").splitlines()
    numbered = re.search(r"rules\.(\d+)\.", where)
    if rule is not None:
        name = re.escape(rule.group().split(".params")[0].split(".trigger")[0])
        wanted = re.compile(rf"\s*id\s*=\s*([\"']){name}\1")
        found = [number for number, line in enumerate(lines, 1) if wanted.match(line)]
        if found:
            return f"{where}, line {found[-1]}"
    if numbered is not None:
        starts = [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[ *rules *\]\]", line)]
        if int(numbered.group(1)) < len(starts):
            return f"{where}, rule that begins on line {starts[int(numbered.group(1))]}"
    return where


def governing(state: State) -> list[Book]:
    """The executable books of the mandate in force."""
    if state.mandate is None:
        raise NotFoundError("no mandate is in force", hint="Adopt one: custody mandate adopt")
    return state.executable(state.mandate.books)


def unfilled(book: Book, state: State, day: str) -> list[tuple[str, str]]:
    """(rule, office) for every office that a rule needs and that nobody holds on a day."""
    from ledger.domain.officers import offices_of  # noqa: PLC0415 - only where officers are asked

    held = {office for name in state.officers for office in offices_of(state, name, day)}
    found = []
    for rule in book.rules:
        params = rule.params
        needed = [*getattr(params, "roles_all_of", ()), *params.approvers]
        found += [(rule.form.id, office) for office in needed if office not in held]
        any_of = getattr(params, "roles_any_of", ())
        count = int(getattr(params, "roles_count", "0"))
        initiators = getattr(params, "initiator_roles", ())
        if initiators and rule.form.effect != "flag" and not held & {*initiators}:
            found.append((rule.form.id, " or ".join(initiators)))
        if count and any_of and not held & {*any_of, *needed}:
            found.append((rule.form.id, " or ".join(any_of)))
    return found
