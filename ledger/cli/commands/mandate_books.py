"""`custody mandate list`, `show`, `check`, `diff` and `adopt`: the books themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.cli import exits, options, output, wiring
from ledger.cli.book_changes import differences
from ledger.cli.books import NamedBook, book_named, place_of, unfilled
from ledger.cli.drafting import finish_draft, members_of, write_draft
from ledger.cli.workspace import find_workspace
from ledger.domain.mandates import bring_into_force
from ledger.domain.record import event_id_of, parse_record
from ledger.kernel.errors import InputError, LedgerError
from policies.book import Book, shipped_book, shipped_books
from policies.questions import load_findings

if TYPE_CHECKING:
    from ledger.cli.workspace import Workspace
    from ledger.domain.mandates import Mandate
    from ledger.domain.state import State
    from policies.rule import RuleForm


@click.command("list")
@options.workspace
@options.as_json
def list_books(workspace_path: str | None, as_json: bool) -> None:
    """The books that ship with the product and, in a workspace, those that the log has."""
    rows = [_row(name, shipped_book(name), "ships") for name in shipped_books()]
    state = _state_if_any(workspace_path)
    if state is not None:
        for event_id, recorded in state.books.items():
            form = recorded.executable.form
            rows.append(
                {
                    **_row(form.book, form.model_dump(mode="json"), output.short(event_id)),
                    "position": recorded.position,
                }
            )
    if as_json:
        output.emit_json("books", {"books": rows})
        return
    columns = ("name", "version", "status", "jurisdiction", "rules", "where", "title")
    output.table(columns, [[str(row[name]) for name in columns] for row in rows], right=("rules",))


def _row(name: str, value: dict[str, Any], where: str) -> dict[str, Any]:
    return {
        "name": name,
        "version": value["version"],
        "status": value["status"],
        "jurisdiction": value.get("jurisdiction") or "",
        "rules": len(value.get("rules", [])),
        "where": where,
        "title": value["title"],
    }


def _state_if_any(workspace_path: str | None) -> State | None:
    """The fund's state, if there is a fund here; without one the books still ship."""
    try:
        return wiring.read_state(find_workspace(workspace_path)).state
    except LedgerError:
        if workspace_path is not None:
            raise
        return None


@click.command()
@click.argument("book", required=False)
@options.workspace
@options.as_json
def show(book: str | None, workspace_path: str | None, as_json: bool) -> None:
    """One BOOK with its rules; without BOOK the mandate in force and every change ahead."""
    if book is None:
        _show_mandate(find_workspace(workspace_path), as_json=as_json)
        return
    named = book_named(book, _workspace_if_any(workspace_path))
    if as_json:
        output.emit_json("book", {"name": named.name, "book": named.value})
        return
    form = named.book.form
    output.say(f"{form.title}")
    output.say(f"  {form.book} {form.version}, {form.status}; {form.source}")
    for rule in form.rules:
        _say_rule(rule)


def _workspace_if_any(workspace_path: str | None) -> Workspace | None:
    try:
        return find_workspace(workspace_path)
    except LedgerError:
        return None


def _say_rule(rule: RuleForm) -> None:
    output.say(f"\n{rule.id}  {rule.rule_type}  {rule.effect}  on {', '.join(rule.trigger)}")
    if rule.text:
        output.say(f"  {rule.text}")
    for name, value in rule.params.items():
        output.say(f"  {name} = {value}")
    if rule.unknown:
        output.say(f"  not published: {', '.join(rule.unknown)}")
    trust = f", {rule.confidence}" if rule.confidence else ""
    output.say(f"  [{rule.citation}; {rule.status}, {rule.origin}{trust}]")
    if rule.note:
        output.say(f"  note: {rule.note}")


def _show_mandate(workspace: Workspace, *, as_json: bool) -> None:
    state = wiring.read_state(workspace).state
    if state.charter is not None:
        bring_into_force(state, state.local_day(wiring.now()))
    waiting = [
        proposal
        for proposal in state.proposals.values()
        if proposal.kind.name == "mandate.adopted.v1"
    ]
    value = {
        "fund": state.fund,
        "in_force": _mandate_value(state, state.mandate) if state.mandate else {},
        "ahead": [_with_changes(state, ahead) for ahead in state.mandates_ahead],
        "proposed": [
            {
                "event": one.event_id,
                "mandate": one.body.mandate,  # type: ignore[attr-defined] # the kind's own form
                "effective_from": one.body.effective_from,  # type: ignore[attr-defined] # as above
                "changes": _changes_of(state, one.body.books),  # type: ignore[attr-defined] # as above
                "book_events": list(one.body.books),  # type: ignore[attr-defined] # as above
            }
            for one in waiting
        ],
    }
    if as_json:
        output.emit_json("mandate", value)
        return
    _say_mandates(value)


def _say_mandates(value: dict[str, Any]) -> None:
    inside = value["in_force"]
    if not inside:
        output.say("no mandate is in force")
    else:
        suspended = ", suspended" if inside["suspended"] else ""
        output.say(f"in force: {inside['mandate']} since {inside['effective_from']}{suspended}")
        for one in inside["books"]:
            output.say(f"  {one['book']} {one['version']} ({one['status']}): {one['title']}")
    for word in ("ahead", "proposed"):
        for one in value[word]:
            output.say(f"{word}: {one['mandate']} from {one['effective_from']}")
            for change in one["changes"]:
                output.say(f"  {change}")
            books = " ".join(output.short(name) for name in one["book_events"])
            output.say(f"  its effect on what was recorded: custody mandate what-if {books}")


def _mandate_value(state: State, mandate: Mandate) -> dict[str, Any]:
    forms = [book.form for book in state.executable(mandate.books)]
    return {
        "mandate": mandate.name,
        "event": mandate.event_id,
        "effective_from": mandate.effective_from,
        "suspended": mandate.suspended,
        "books": [
            {"book": f.book, "version": f.version, "status": f.status, "title": f.title}
            for f in forms
        ],
    }


def _with_changes(state: State, mandate: Mandate) -> dict[str, Any]:
    return {
        **_mandate_value(state, mandate),
        "changes": _changes_of(state, mandate.books),
        "book_events": list(mandate.books),
    }


def _changes_of(state: State, event_ids: tuple[str, ...]) -> list[str]:
    """How the rules under a coming mandate differ from those in force."""
    before = state.executable(state.mandate.books) if state.mandate else []
    after = [state.books[name].executable for name in event_ids if name in state.books]
    return differences(before, after)


@click.command()
@click.argument("first")
@click.argument("second")
@options.workspace
@options.as_json
def diff(first: str, second: str, workspace_path: str | None, as_json: bool) -> None:
    """How book SECOND differs from book FIRST."""
    workspace = _workspace_if_any(workspace_path)
    books = [book_named(name, workspace).book for name in (first, second)]
    found = differences([books[0]], [books[1]])
    if as_json:
        output.emit_json("differences", {"first": first, "second": second, "changes": found})
        return
    for line in found or ["no rule differs"]:
        output.say(line)


@click.command()
@click.argument("book")
@options.workspace
@options.as_json
def check(book: str, workspace_path: str | None, as_json: bool) -> int:
    """Whether BOOK can be executed; in a workspace also whether its offices are filled."""
    workspace = _workspace_if_any(workspace_path)
    named = book_named(book, workspace)
    read = named.book
    missing: list[tuple[str, str]] = []
    state = _state_if_any(workspace_path)
    if state is not None and state.charter is not None:
        missing = unfilled(read, state, state.local_day(wiring.now()))
    notes = [finding.explain() for finding in load_findings([read])]
    if as_json:
        output.emit_json(
            "check",
            {
                "book": read.form.book,
                "rules": len(read.rules),
                "status": read.form.status,
                "unfilled": [
                    {"rule": rule, "office": office, "where": place_of(named, rule)}
                    for rule, office in missing
                ],
                "findings": notes,
            },
        )
        return exits.USAGE if missing else exits.DONE
    _say_check(read, missing, notes)
    if missing:
        rule, office = missing[0]
        raise InputError(
            f"nobody holds the office {office}",
            where=place_of(named, rule),
            hint="Appoint an officer, or adopt a book that asks for another office",
        )
    return exits.DONE


def _say_check(read: Book, missing: list[tuple[str, str]], notes: list[dict[str, Any]]) -> None:
    form = read.form
    output.say(f"{form.book} {form.version}: {len(read.rules)} rules can be executed")
    if form.status != "in_force":
        output.say(f"  its status is {form.status}: it is adopted only with a stated override")
    for rule, office in missing:
        output.say(f"  {rule} asks for {office}, an office that nobody holds")
    output.show_findings(notes)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="BOOK...")
@click.option("--mandate", "mandate_name", required=True, help="The mandate's name.")
@click.option("--version", required=True, help="Its version.")
@click.option("--effective-from", help="Its first day (default: the earliest that is allowed).")
@click.option("--override", help="Why a book that is not in force is adopted all the same.")
@options.body
@options.workspace
@options.as_json
def adopt(names: tuple[str, ...], workspace_path: str | None, as_json: bool, **said: Any) -> None:
    """Draft the adoption of BOOKs, which govern together; and the records of those it needs.

    A book that the log does not have yet is drafted as `book.recorded`: sign and submit these
    drafts first. The adoption names them by their event ids.
    """
    workspace = find_workspace(workspace_path)
    state = wiring.read_state(workspace).state
    named = [book_named(name, workspace) for name in names]
    for one in named:
        if one.book.form.status != "in_force" and said["override"] is None:
            output.note(
                f"{one.name} is not in force ({one.book.form.status}): its adoption is refused "
                "without --override and a reason"
            )
    out, said["out"] = said.get("out"), None
    ids = [_event_of(one, workspace, state, said) for one in named]
    members = members_of(
        workspace,
        state,
        "mandate.adopted",
        {
            **{k: said[k] for k in ("author", "cosigners", "reference", "value_date", "expires")},
            "mandate": said["mandate_name"],
            "version": said["version"],
            "books": ids,
            "effective_from": said["effective_from"] or _earliest(state),
            "override": said["override"],
        },
    )
    finish_draft(workspace, state, members, out=out, as_json=as_json)


def _earliest(state: State) -> str:
    from ledger.kernel.instants import add_days  # noqa: PLC0415 - only here

    today = state.local_day(wiring.now())
    if state.charter is None or (state.mandate is None and not state.mandates_ahead):
        return today
    return add_days(today, state.charter.notice_days)


def _event_of(named: NamedBook, workspace: Workspace, state: State, said: dict[str, Any]) -> str:
    """The event id of a book: as recorded, or as it will be when its draft is."""
    recorded = named.event_id or _same_in_log(named, workspace)
    if recorded:
        return recorded
    fields = {k: said[k] for k in ("author", "cosigners", "value_date", "expires")}
    members = members_of(workspace, state, "book.recorded", {**fields, "book": named.value})
    path, payload = write_draft(workspace, members, None)
    output.note(f"record this book first: custody sign {path} --key KEY")
    return event_id_of(payload)


def _same_in_log(named: NamedBook, workspace: Workspace) -> str:
    with wiring.open_store(workspace, read_only=True) as store:
        for _, raw in wiring.records_of(store):
            record = parse_record(raw)
            same = record.kind == "book.recorded.v1" and record.body["book"] == named.value
            if same and record.outcome.verdict == "effective":
                return record.event_id
    return ""
