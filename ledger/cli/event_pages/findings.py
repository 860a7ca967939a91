"""The page of docs/spec/findings.md: every law, rejection and code of malformed input."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from ledger.cli.event_pages.markdown import GENERATED, code, table
from ledger.domain import laws
from ledger.domain.rejections import REJECTIONS
from ledger.kernel import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.cli.event_pages.examples import Examples

    Places = dict[str, list[str]]

VECTORS = "../../tests/vectors"
"""From docs/spec."""
_KINDS_SHOWN = 4
_HEADING = re.compile(r"    # (.+)")
_CODE = re.compile(r'    "([a-z_]+)":')
_ANSWERED = (
    errors.CanonicalError,
    errors.EnvelopeError,
    errors.RecordError,
    errors.BodyError,
    errors.ValueFormError,
    errors.SignatureError,
    errors.UndecidableError,
)


def findings_page(examples: Examples) -> str:
    """The page."""
    places = examples.folders_by_code()
    parts = [
        GENERATED,
        "# Findings",
        _INTRODUCTION,
        "## Malformed input",
        _MALFORMED,
        table(("code", "meaning", "vectors"), [_error(kind, places) for kind in _ANSWERED]),
        "## Rejections",
        _REJECTIONS,
        table(
            ("code", "meaning", "vectors"),
            [(code(name), text, _where(name, places)) for name, text in REJECTIONS.items()],
        ),
        "## Laws",
        _LAWS,
    ]
    for heading, codes in _groups():
        rows = [(code(name), laws.LAWS[name], _where(name, places)) for name in codes]
        parts += [f"### {heading.capitalize()}", table(("law", "meaning", "vectors"), rows)]
    return "\n\n".join([*parts, "## Rules", _RULES]) + "\n"


def _error(kind: type[errors.LedgerError], places: Places) -> tuple[str, str, str]:
    meaning = (inspect.getdoc(kind) or "").split(";")[0].rstrip(".")
    return code(kind.code), meaning, _where(kind.code, places)


def _groups() -> Iterator[tuple[str, list[str]]]:
    """The laws under the headings that stand in their source."""
    heading, codes = "", list[str]()
    for line in inspect.getsource(laws).splitlines():
        title, entry = _HEADING.fullmatch(line), _CODE.match(line)
        if title:
            if codes:
                yield heading, codes
            heading, codes = title[1], []
        elif entry and entry[1] in laws.LAWS:
            codes.append(entry[1])
    yield heading, codes


def _where(name: str, places: Places) -> str:
    """Links to the folders that show a code: the first few."""
    folders = places.get(name, [])
    shown = [f"[{folder}]({VECTORS}/{folder})" for folder in folders[:_KINDS_SHOWN]]
    more = len(folders) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


_INTRODUCTION = """\
What the ledger answers to a submission, by stable codes. Three answers are defined, and their order
is: first what is malformed, then what is rejected, then what is decided. The first two are answered
and counted and MUST NOT be recorded; a record in a log that they answer is proven bad. The third is
recorded: as `effective`, as `pending`, or as `refused` with its findings.

A record's outcome holds for each finding its code and its verdict only (`deny`, `needs_approval`
or `flag`), in the order in which they were found; what was expected and found is derived again by
whoever reads it. A submitter is told all findings of a decision, and the first rejection."""

_MALFORMED = """\
Read in this order: the envelope's canonical form and members, the payload's canonical form, its
kind, the form of the body, the keys, the signatures. An unknown kind is `undecidable`: a newer
version may know it. A key that the log does not know is answered `unknown_key`, as below."""

_REJECTIONS = """\
Asked in this order: the log (`not_constituted`, `constituted_already`, `wrong_fund`), the time
(`time_reversed`, `duplicate`, `expired`, `valid_too_long`), the signers (`unknown_key`,
`key_not_good`, `signers_differ`), the reference (`reference_used`), and for a constitution its laws
(`constitution_refused`). The first that holds is the answer."""

_LAWS = """\
A law speaks in lower case, and no mandate can lift it. Asked in this order: the laws of every event
(value date in the future or before the day it happened, author in office, author's key suspect,
value date too early, period shut), then the kind's own in the order of its code, then the charter
or the mandate, then the approvals. All findings of the laws are listed. One that denies refuses the
event, and nothing after the laws is asked. A law that is an *exception* does not deny: what has
happened in the world waits for the exception quorum, and once all that is asked for is there the
finding stays as a `flag`. A law that is a *flag* neither denies nor waits: what it found is to be
seen with the event."""

_RULES = """\
A finding in capitals is a rule of the mandate, by its id in its book ([policy-book.md](
policy-book.md)); a rule that needs approvals is listed while they are missing. Two ids belong to
the product itself:

| rule | meaning |
|---|---|
| `DESIGN.AUTHORITY.1` | no rule of the mandate says who may do this, so it is denied |
| `DESIGN.TOLERANCE.1` | the mandate names no tolerance of settlements, so it is zero |

A fact is never refused by a rule: where a rule denies, the finding is `needs_approval` and the fact
waits for the quorum that the mandate's rules of the trigger `exception` name, or, if it names none,
for the charter's."""
