"""What a disk may hold when the power fails: images built from the calls that a run made.

`strace` gives every write, sync, truncation and change of a name, with its data. A disk promises
only what was synced: the bytes of a file after a sync of the file, its name after a sync of its
folder. Everything since may be there, or in part, or in another order, or not at all. After a sync
that failed, the writes before it are in memory only, and no later sync brings them to the disk
(the kernel thinks them clean). The index of the WAL (`-shm`) is in no image: it is mapped memory,
and SQLite makes it anew.
"""

from __future__ import annotations

import copy
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

RECORDED = "openat,write,pwrite64,writev,fdatasync,fsync,ftruncate,rename,unlink,mkdir,rmdir,lseek"
"""The calls to record, with their data (`Runs.traced`)."""
_LINE = re.compile(r"^([0-9]+) +([a-z0-9_]+)\((.*)\) += (-?[0-9]+|\?)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_FILE = re.compile(r"^([0-9]+)<")
_LAST_NUMBER = re.compile(r", ([0-9]+)$")
_TORN = 512
"""Bytes that a disk writes whole."""


@dataclass(frozen=True)
class Change:
    """Bytes written at a place, or, without bytes, a file cut or grown to a length."""

    place: int
    data: bytes | None
    lost: bool = False

    def on(self, content: bytearray) -> None:
        """Make the change."""
        end = self.place + len(self.data or b"")
        content.extend(bytes(max(0, end - len(content))))
        if self.data is None:
            del content[self.place :]
        else:
            content[self.place : end] = self.data

    def torn(self) -> Change:
        """The first half of it, in whole sectors."""
        half = len(self.data or b"") // 2 // _TORN * _TORN
        return Change(self.place, (self.data or b"")[:half]) if self.data else self


@dataclass(eq=False)
class File:
    """Bytes that are on the disk, and changes that may be."""

    synced: bytearray = field(default_factory=bytearray)
    changes: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        """What is not lost already is on the disk."""
        for change in self.changes:
            if not change.lost:
                change.on(self.synced)
        self.changes.clear()

    def fail(self) -> None:
        """A sync failed: what was written is lost with the power, whatever is synced later."""
        self.changes = [Change(one.place, one.data, lost=True) for one in self.changes]

    def content(self, changes: Iterable[Change]) -> bytes:
        """The bytes with these changes on the disk."""
        found = bytearray(self.synced)
        for change in changes:
            change.on(found)
        return bytes(found)


@dataclass(eq=False)
class Folder:
    """Names that are on the disk, and changes of names that may be (None takes a name away)."""

    synced: dict[str, File | Folder] = field(default_factory=dict)
    changes: list[dict[str, File | Folder | None]] = field(default_factory=list)

    def sync(self) -> None:
        self.synced = self.names(self.changes)
        self.changes.clear()

    def fail(self) -> None:
        """Names stay in the journal: a later sync brings them to the disk."""

    def names(self, changes: Iterable[dict[str, File | Folder | None]]) -> dict[str, File | Folder]:
        """The names with these changes on the disk."""
        found: dict[str, File | Folder | None] = {**self.synced}
        for change in changes:
            found |= change
        return {name: node for name, node in found.items() if node is not None}


Image = dict[str, bytes]
"""What is found after the power is back: path to bytes; a folder's path ends in a slash."""


class Disk:
    """The disk under one folder, as the calls of one run after another leave it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._top = _as_found(root)
        self._open: dict[int, File | Folder] = {}
        self._places: dict[int, int] = {}
        self.said: list[str] = []

    def follow(self, trace: Iterable[str]) -> Iterator[str]:
        """Make each call of one or more runs; gives the name of each that may change an image."""
        last = ""
        for line in trace:
            found = _LINE.match(line)
            if found is None:
                continue
            process, name, arguments, result = found.groups()
            if process != last:
                self._open.clear()
            last = process
            never_made = result == "?"  # the process was killed before it
            if never_made or (result.startswith("-") and name not in {"fsync", "fdatasync"}):
                continue
            if self._call(name, arguments, int(result)):
                yield name

    def _call(self, name: str, arguments: str, result: int) -> bool:
        """Whether the call could change an image."""
        handler: Callable[[str, int], bool] = getattr(self, f"_{name}")
        return handler(arguments, result)

    # -- the calls

    def _openat(self, arguments: str, result: int) -> bool:
        path = self._inside(_paths(arguments)[0])
        self._open.pop(result, None)
        self._places[result] = 0
        if path is None:
            return False
        node = self._find(path)
        made = node is None and "O_CREAT" in arguments
        if made:
            node = File()
            self._name(path, node)
        if node is not None:
            self._open[result] = node
        if isinstance(node, File) and "O_TRUNC" in arguments and not made:
            node.changes.append(Change(0, None))
        return made or "O_TRUNC" in arguments

    def _write(self, arguments: str, result: int) -> bool:
        number = _number(arguments)
        file = self._open.get(number)
        if isinstance(file, File):
            place = self._places[number]
            file.changes.append(Change(place, _data(arguments)[:result]))
            self._places[number] = place + result
        return isinstance(file, File)

    def _pwrite64(self, arguments: str, result: int) -> bool:
        file = self._open.get(_number(arguments))
        if isinstance(file, File):
            found = _LAST_NUMBER.search(arguments)
            assert found is not None, arguments[-80:]
            file.changes.append(Change(int(found[1]), _data(arguments)[:result]))
        return isinstance(file, File)

    def _writev(self, arguments: str, _: int) -> bool:
        self.said += _data(arguments).decode().splitlines()
        return True

    def _lseek(self, arguments: str, result: int) -> bool:
        self._places[_number(arguments)] = result
        return False

    def _ftruncate(self, arguments: str, _: int) -> bool:
        file = self._open.get(_number(arguments))
        if isinstance(file, File):
            found = _LAST_NUMBER.search(arguments)
            assert found is not None, arguments
            file.changes.append(Change(int(found[1]), None))
        return isinstance(file, File)

    def _fsync(self, arguments: str, result: int) -> bool:
        node = self._open.get(_number(arguments))
        if node is not None:
            node.fail() if result else node.sync()
        return node is not None

    _fdatasync = _fsync

    def _rename(self, arguments: str, _: int) -> bool:
        old, new = (self._inside(path) for path in _paths(arguments))
        assert old is not None
        assert new is not None
        assert old.parent == new.parent, "a change of two folders is not modelled"
        self._folder(new.parent).changes.append({old.name: None, new.name: self._find(old)})
        return True

    def _unlink(self, arguments: str, _: int) -> bool:
        path = self._inside(_paths(arguments)[0])
        if path is not None:
            self._name(path, None)
        return path is not None

    _rmdir = _unlink

    def _mkdir(self, arguments: str, _: int) -> bool:
        path = self._inside(_paths(arguments)[0])
        if path is not None:
            self._name(path, Folder())
        return path is not None

    # -- names as the program sees them

    def _inside(self, path: Path) -> Path | None:
        return path.relative_to(self._root) if path.is_relative_to(self._root) else None

    def _find(self, path: Path) -> File | Folder | None:
        node: File | Folder | None = self._top
        for part in path.parts:
            node = node.names(node.changes).get(part) if isinstance(node, Folder) else None
        return node

    def _folder(self, path: Path) -> Folder:
        found = self._find(path)
        assert isinstance(found, Folder), path
        return found

    def _name(self, path: Path, node: File | Folder | None) -> None:
        self._folder(path.parent).changes.append({path.name: node})

    def unsynced(self) -> set[str]:
        """Every file with bytes and folder (it ends in a slash) with names that may be lost.

        Not a file that was only cut: a WAL is, once all in it is in the database.
        """
        return set(_unsynced(self._top, ""))

    # -- the images

    def images(self) -> Iterator[Image]:
        """What the disk may hold now, without every combination there is."""
        files = [file for file in _files(self._top) if file.changes]
        for names in (False, True):
            yield self._image({}, names=names)
            yield self._image({file: _kept(file) for file in files}, names=names)
        for file in files:
            yield self._image({file: _kept(file)})
            yield self._image({other: _kept(other) for other in files if other is not file})
            for changes in _orders(_kept(file)):
                yield self._image({file: changes})

    def whole_image(self) -> Image:
        """What lies there if nothing is lost."""
        return self._image({file: file.changes for file in _files(self._top)})

    def _image(self, chosen: dict[File, list[Change]], *, names: bool = True) -> Image:
        image: Image = {}
        _render(self._top, "", chosen, names, image)
        return image


def _kept(file: File) -> list[Change]:
    return [change for change in file.changes if not change.lost]


def _orders(changes: list[Change]) -> Iterator[list[Change]]:
    """Some of the ways in which writes arrive: one missing, the last torn, only the last."""
    if len(changes) > 1:
        yield changes[1:]
        yield [*changes[:-2], changes[-1]]
        yield changes[-1:]
    if changes:
        yield [*changes[:-1], changes[-1].torn()]


def _files(folder: Folder) -> Iterator[File]:
    seen: set[int] = set()
    for node in [*folder.synced.values(), *folder.names(folder.changes).values()]:
        if id(node) not in seen:
            seen.add(id(node))
            yield from [node] if isinstance(node, File) else _files(node)


def _render(
    folder: Folder,
    prefix: str,
    chosen: dict[File, list[Change]],
    names: bool,  # noqa: FBT001 - whether unsynced names are there
    image: Image,
) -> None:
    for name, node in folder.names(folder.changes if names else []).items():
        if isinstance(node, Folder):
            image[f"{prefix}{name}/"] = b""
            _render(node, f"{prefix}{name}/", chosen, names, image)
        elif not name.endswith("-shm"):
            image[prefix + name] = node.content(chosen.get(node, []))


def _unsynced(folder: Folder, prefix: str) -> Iterator[str]:
    if folder.changes:
        yield prefix or "./"
    for name, node in folder.names(folder.changes).items():
        if isinstance(node, Folder):
            yield from _unsynced(node, f"{prefix}{name}/")
        elif any(change.data is not None for change in node.changes):
            yield prefix + name


def _as_found(root: Path) -> Folder:
    return Folder(
        {
            path.name: _as_found(path) if path.is_dir() else File(bytearray(path.read_bytes()))
            for path in root.iterdir()
        }
    )


def _number(arguments: str) -> int:
    found = _FILE.match(arguments)
    assert found is not None, arguments[:80]
    return int(found[1])


def _data(arguments: str) -> bytes:
    found = _TEXT.search(arguments)
    assert found is not None, arguments[:80]
    assert not found[2], "strace cut the data short"
    return bytes.fromhex(found[1].replace("\\x", ""))


def _paths(arguments: str) -> list[Path]:
    texts = [bytes.fromhex(text.replace("\\x", "")) for text, _ in _TEXT.findall(arguments)]
    return [Path(text.decode()) for text in texts]


def digest_of(image: Image) -> bytes:
    """Equal for equal images only."""
    found = hashlib.sha256()
    for path, data in sorted(image.items()):
        found.update(b"%d %d %s" % (len(path), len(data), path.encode()) + data)
    return found.digest()


def write_image(image: Image, folder: Path) -> None:
    """Put an image into a new folder."""
    folder.mkdir()
    for path, data in sorted(image.items()):
        place = folder / path
        if path.endswith("/"):
            place.mkdir()
        else:
            place.write_bytes(data)


def images_of(disk: Disk, trace: Sequence[str]) -> Iterator[tuple[Image, list[str]]]:
    """Every image once, with the most that was said before the power failed and left it."""
    said_last: dict[bytes, int] = {}
    ahead = copy.deepcopy(disk)
    for _ in ahead.follow(trace):
        said_last |= dict.fromkeys(map(digest_of, ahead.images()), len(ahead.said))
    for _ in disk.follow(trace):
        for image in disk.images():
            said = said_last.pop(digest_of(image), None)
            if said is not None:
                yield image, ahead.said[:said]
