"""Small changes to valid bytes that know their form: a member of JSON, a byte under an armour.

What changes plain bytes is handed in: a coverage-guided fuzzer's own mutator, or `mutated`.
"""

from __future__ import annotations

import base64
import binascii
import io
import textwrap
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from ledger.kernel.errors import TileError
from ledger.log.tiles import parse_entries, render_entries
from ledger.signing.pkcs8 import PEM_FOOT, PEM_HEAD
from tests.support.parser_seeds import archive_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Change: TypeAlias = "Callable[[bytes], bytes]"
Place: TypeAlias = "tuple[Any, Any]"
"""A list or object, and an index or name in it."""

_INTERESTING: tuple[Any, ...] = (
    0, 1, -1, 2**53 - 1, 2**53, -(2**53), 2**63 - 1, -(2**63), True, False, None, 1.5,
    "", "0", "-0", "1" * 60, "1" * 61, "0." + "0" * 57 + "1",
    "é", "e\u0301", "\u202e", "\x00", "\n", "a" * 65, "a" * 401, "f" * 64, "AA==", "AB==",
    "2026-02-29", "9999-12-31", "0001-01-01", "9999-12-31T23:59:59.999999Z",
    [], {}, [[]], [{}], {"a": {}}, ["x"] * 20,
)  # fmt: skip
INTERESTING = [orjson.dumps(value) for value in _INTERESTING]
"""As bytes, so that each use is a value of its own."""
SORTS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "-_./:")
ONE_IN_THREE = 3


def changed(chance: Random, data: bytes, shape: str, change: Change) -> bytes:
    """The bytes changed as their shape allows; now and then, and where it fails, as plain bytes."""
    by_shape = {"json": _json, "pem": _pem, "bundle": _bundle}.get(shape)
    if by_shape is None or chance.randrange(ONE_IN_THREE) == 0:
        return change(data)
    try:
        return by_shape(chance, data, change)
    except (
        ValueError,
        RecursionError,
        TypeError,
        # What a damaged archive asks of the standard library's reader of archives.
        zipfile.BadZipFile,
        RuntimeError,
        zlib.error,
        EOFError,
        TileError,
    ):
        return change(data)


def _pem(_chance: Random, data: bytes, change: Change) -> bytes:
    der = base64.b64decode(data.removeprefix(PEM_HEAD).removesuffix(PEM_FOOT))
    lines = textwrap.wrap(base64.b64encode(change(der)).decode(), 64)
    return PEM_HEAD + "".join(f"{line}\n" for line in lines).encode() + PEM_FOOT


def _bundle(chance: Random, data: bytes, change: Change) -> bytes:
    """An archive in which one file is another: a record of an entry bundle, or any other bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(files))
    if "entries" in name:
        records = parse_entries(files[name])
        at = chance.randrange(len(records))
        records[at] = changed(chance, records[at], "json", change)
        files[name] = render_entries(records)
    else:
        shape = "json" if name == "manifest.json" else "bytes"
        files[name] = changed(chance, files[name], shape, change)
    return archive_of(files)


def _json(chance: Random, data: bytes, change: Change) -> bytes:
    value = orjson.loads(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        value = _changed_once(chance, value, change)
    made = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return made if len(made) <= 2 * len(data) + 256 else change(data)


def _changed_once(chance: Random, value: Any, change: Change) -> Any:
    if not isinstance(value, dict | list) or not value:
        return _interesting(chance)
    holder, name = _place(chance, value)
    kind = chance.randrange(6)
    if kind == 0:
        del holder[name]
    elif kind == 1:
        holder[name] = _interesting(chance)
    elif kind == 2:
        holder[name] = _part(chance, value)
    elif kind == 3:
        _add(chance, holder, value)
    else:
        holder[name] = _leaf(chance, holder[name], change)
    return value


def _interesting(chance: Random) -> Any:
    return orjson.loads(chance.choice(INTERESTING))


def _place(chance: Random, value: Any) -> Place:
    """A place in a value: every member of an object is as likely as the next, however deep."""
    while True:
        name = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        inner = value[name]
        if not isinstance(inner, dict | list) or not inner or not chance.randrange(3):
            return value, name
        value = inner


def _part(chance: Random, value: Any) -> Any:
    """A copy of what stands at some place of a value."""
    holder, name = _place(chance, value)
    return orjson.loads(orjson.dumps(holder[name]))


def _add(chance: Random, holder: Any, value: Any) -> None:
    """One member or item more, found elsewhere in the value."""
    copy = _part(chance, value)
    if isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), copy)
    else:
        name = _place(chance, value)[1]
        holder[name if isinstance(name, str) else "x"] = copy


def _leaf(chance: Random, value: Any, change: Change) -> Any:
    """Another text for a text, within its base64 if it holds JSON; another number for a number."""
    if isinstance(value, str):
        inner = _inner(value)
        if inner is not None:
            return base64.b64encode(changed(chance, inner, "json", change)).decode()
        if chance.randrange(2):
            return _another(chance, value)
        return change(value.encode()).decode("utf-8", "ignore")
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 2**31))
    return _interesting(chance)


def _another(chance: Random, text: str) -> str:
    """The text with one character put in, taken out or changed for one of its own sort."""
    at = chance.randrange(len(text) + 1)
    before = text[max(0, at - 1) : at]
    letters: str = next((sort for sort in SORTS if before in sort), text)
    put_in: str = chance.choice([*letters, ""])
    return text[:at] + put_in + text[at + chance.randrange(2) :]


def _inner(text: str) -> bytes | None:
    """The JSON object that a base64 text holds, if it does."""
    if not text.startswith("ey"):  # {" in base64
        return None
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
