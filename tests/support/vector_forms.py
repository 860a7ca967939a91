"""Ways in which a body is not of its form, enumerated from the forms themselves.

Each is a change to the kind's valid body, so that a file of them stays short: a member taken away,
a member that no form knows, a value outside its form, a list too short or too long. forms.json has
the good and bad spellings of every named form of text (`tests.support.vector_spellings`).
"""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, Any

from ledger.cli.event_pages.shapes import Shape, shape_of_field
from ledger.domain.body import Body
from ledger.domain.state import State
from ledger.kernel.canonical import encode
from ledger.signing.dsse import render_envelope, sign_payload
from tests.support.vector_fund import signer
from tests.support.vector_replay import answer_to
from tests.support.vector_spellings import PATTERNS, SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from ledger.domain.kind import Kind

Path = list["str | int"]
Change = dict[str, Any]


def malformed_of(kind: Kind, valid: dict[str, Any]) -> dict[str, Any]:
    """The file of a kind: every required member missing, its own members outside their forms."""
    body = valid["body"]
    changes = [
        _absent([name])
        for name, field in kind.form.model_fields.items()
        if field.is_required() and name in Body.model_fields
    ]
    changes.append(_unknown([]))
    changes += _wrong_members(kind.form, body, [], without=Body)
    return _file(kind.name, "the kind's own members outside their forms", body, changes)


def malformed_common(valid: dict[str, Any]) -> dict[str, Any]:
    """The file of the members that every kind has."""
    body = valid["body"]
    changes = [
        change
        for change in _wrong_members(Body, body, [])
        if "absent" not in change and change["path"] != ["unknown_member"]
    ]
    order = ["marat", "daniyar"]
    changes += [
        {"path": ["cosigners"], "value": order, "description": "cosigners: not in order"},
        {"path": ["cosigners"], "value": ["marat"] * 2, "description": "cosigners: one twice"},
        {
            "path": ["cosigners"],
            "value": [body["author"]],
            "description": "cosigners: the author is not a cosigner",
        },
    ]
    return _file(body["kind"], "the members of every kind outside their forms", body, changes)


def _file(
    kind: str, description: str, body: dict[str, Any], changes: list[Change]
) -> dict[str, Any]:
    cases = []
    for change in changes:
        payload = encode(changed(body, change))
        expect = answer_to_payload(payload, body)
        # A kind that is not of its form is one that this version does not know.
        allowed = {"undecidable"} if change["path"] == ["kind"] else {"malformed"}
        assert expect["answer"] in allowed | {"malformed"}, (kind, change, expect)
        digest = hashlib.sha256(payload).hexdigest()
        path = _dotted(change["path"])
        cases.append({**change, "path": path, "payload_sha256": digest, "expect": expect})
    return {"kind": kind, "description": description, "body": body, "cases": cases}


def answer_to_payload(payload: bytes, body: dict[str, Any]) -> dict[str, Any]:
    """The answer to a payload that is signed by the officers of the valid body."""
    names = (body["author"], *body["cosigners"])
    envelope = render_envelope(sign_payload(payload, [signer(name) for name in names]))
    return answer_to(envelope, body["valid_until"], State())


def changed(body: dict[str, Any], change: Change) -> dict[str, Any]:
    """The body with one change: `absent`, a `value`, or the first entry of a list many `times`.

    `path` leads there by names and places in lists, also with points between them.
    """
    value = copy.deepcopy(body)
    path = change["path"]
    steps = path.split(".") if isinstance(path, str) else path
    *above, last = [int(step) if str(step).isdigit() else step for step in steps]
    place: Any = value
    for step in above:
        place = place[step]
    if change.get("absent"):
        del place[last]
    elif "times" in change:
        place[last] = [place[last][0]] * change["times"]
    else:
        place[last] = change["value"]
    return value


def _wrong_members(
    form: type[BaseModel], value: dict[str, Any], path: Path, without: type[BaseModel] | None = None
) -> Iterator[Change]:
    inherited = without.model_fields if without is not None else {}
    for name, field in form.model_fields.items():
        if name in inherited:
            continue
        if field.is_required():
            yield _absent([*path, name])
        yield from _wrong(shape_of_field(field), value.get(name), [*path, name])


def _absent(path: Path) -> Change:
    return {"path": path, "absent": True, "description": f"{_dotted(path)}: missing"}


def _unknown(path: Path) -> Change:
    here = [*path, "unknown_member"]
    return {"path": here, "value": True, "description": f"{_dotted(here)}: no such member"}


def _set(path: Path, value: object, why: str) -> Change:
    return {"path": path, "value": value, "description": f"{_dotted(path)}: {why}"}


def _dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)


def _wrong(shape: Shape, value: Any, path: Path) -> Iterator[Change]:
    """Every wrong value of a member; `value` is the valid one (None: it is left out)."""
    yield from _BY_SHAPE[shape.what](shape, value, path)


def _wrong_text(shape: Shape, _value: Any, path: Path) -> Iterator[Change]:
    yield _set(path, 7, "a number where text is expected")
    if shape.named:
        yield _set(path, SPELLINGS[shape.named][1][0], f"not of the form {shape.named}")
    elif shape.pattern:
        yield _set(path, PATTERNS[shape.pattern], f"not of the pattern {shape.pattern}")
    elif shape.most:
        yield _set(path, "a" * (shape.most + 1), f"more than {shape.most} characters")


def _wrong_count(shape: Shape, _value: Any, path: Path) -> Iterator[Change]:
    yield _set(path, "1", "text where a number is expected")
    yield _set(path, bool(1), "a truth value where a number is expected")
    if shape.least is not None:
        yield _set(path, shape.least - 1, f"less than {shape.least}")
    if shape.most is not None and shape.most < 2**53 - 1:
        yield _set(path, shape.most + 1, f"more than {shape.most}")


def _wrong_flag(_shape: Shape, _value: Any, path: Path) -> Iterator[Change]:
    yield _set(path, "true", "text where true or false is expected")
    yield _set(path, 1, "a number where true or false is expected")


def _wrong_choice(_shape: Shape, _value: Any, path: Path) -> Iterator[Change]:
    yield _set(path, "something_else", "not one of its words")


def _wrong_list(shape: Shape, value: Any, path: Path) -> Iterator[Change]:
    yield _set(path, {}, "an object where a list is expected")
    if shape.least:
        yield _set(path, value[: shape.least - 1], f"fewer than {shape.least}")
    if value and shape.most is not None:
        times = shape.most + 1
        yield {
            "path": path,
            "times": times,
            "description": f"{_dotted(path)}: more than {times - 1}",
        }
    if shape.item is not None and value:
        for index in range(len(value) if shape.item.what == "one_of" else 1):
            yield from _wrong(shape.item, value[index], [*path, index])


def _wrong_map(shape: Shape, _value: Any, path: Path) -> Iterator[Change]:
    yield _set(path, [], "a list where an object is expected")
    many = {f"fact_{number}": True for number in range((shape.most or 0) + 1)}
    yield _set(path, many, f"more than {shape.most}")
    yield _set(path, {"factStated": True}, "a key that is not of its form")
    yield _set(path, {"fact": 1}, "a number where true or false is expected")


def _wrong_object(shape: Shape, value: Any, path: Path) -> Iterator[Change]:
    yield _set(path, [], "a list where an object is expected")
    if value is not None:
        yield _unknown(path)
        yield from _wrong_members(shape.forms[0], value, path)


def _wrong_one_of(shape: Shape, value: Any, path: Path) -> Iterator[Change]:
    leg = value["leg"]
    form = next(f for f in shape.forms if shape_of_field(f.model_fields["leg"]).choices == (leg,))
    yield _unknown(path)
    yield from _wrong_members(form, value, path)


def _wrong_any(_shape: Shape, _value: Any, path: Path) -> Iterator[Change]:
    yield _set(path, "text", "text where an object is expected")


_BY_SHAPE = {
    "text": _wrong_text,
    "count": _wrong_count,
    "flag": _wrong_flag,
    "choice": _wrong_choice,
    "list": _wrong_list,
    "map": _wrong_map,
    "object": _wrong_object,
    "one_of": _wrong_one_of,
    "any": _wrong_any,
}
