"""The manifest: a table of contents for people and tools, trusted for nothing.

Everything that it says is compared with what was found: names and digests of files, and the claims
about the log. A difference is a finding, since somebody changed one of the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from ledger.audit.bundle import MANIFEST
from ledger.audit.findings import Finding, Place
from ledger.kernel.canonical import decode_object
from ledger.kernel.errors import BundleError, LedgerError
from ledger.kernel.fixed import fixed
from ledger.kernel.form import Digest, Form, FundId, Many, read_form
from ledger.kernel.limits import INTEGER_MAX, MANIFEST_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.audit.bundle import Bundle

FORMAT: Final = "sovereign-custody-bundle/1"

Count = Annotated[int, Field(ge=0, le=INTEGER_MAX)]


class ListedFile(Form):
    """One file of a bundle: its path, the SHA-256 of its bytes, and how many they are."""

    path: Annotated[str, Field(max_length=200)]
    sha256: Digest
    size: Count


class Manifest(Form):
    """The members of `manifest.json`."""

    bundle: Literal["sovereign-custody-bundle/1"]
    first_leaf: Digest
    files: Many[ListedFile]
    fund: FundId
    log_key: Annotated[str, Field(max_length=400)]
    size: Count


@fixed
class Facts:
    """What the audit found where the manifest makes a claim; empty or None if it found nothing."""

    fund: str
    size: int | None
    first_leaf: str
    log_keys: tuple[str, ...]
    """Every log key that the log names, if every record was decided."""


def parse_manifest(data: bytes) -> Manifest:
    """The manifest in these bytes; `CanonicalError` or `BundleError` otherwise."""
    _check_shape(data)
    manifest = read_form(Manifest, decode_object(data, limit=MANIFEST_BYTES_MAX), error=BundleError)
    paths = [file.path for file in manifest.files]
    if paths != sorted(set(paths)):
        raise BundleError("files are not listed once each, in the order of paths", where="files")
    return manifest


def _check_shape(data: bytes) -> None:
    """That there are no more objects, arrays and members than files need, before any is made.

    A file of this size could otherwise hold millions of empty ones, at thirty times their bytes.
    """
    files = data.count(b'{"path":"')
    if data.count(b"{") > files + 1 or data.count(b"[") > 1 or data.count(b",") > 3 * files + 8:
        raise BundleError("not a manifest: it holds more than its files and their list")


def manifest_findings(
    bundle: Bundle, digests: Mapping[str, str], facts: Facts
) -> Iterator[Finding]:
    """How the manifest differs from what was found.

    `digests` are those of the files that were read on the way; the others are read now.
    """
    data = bundle.read(MANIFEST)
    if data is None:
        yield Finding("manifest_missing", place=Place(MANIFEST))
        return
    try:
        manifest = parse_manifest(data)
    except LedgerError as error:
        yield Finding("manifest_malformed", str(error), place=Place(MANIFEST))
        return
    yield from _claims(manifest, facts)
    yield from _contents(manifest, bundle, digests)


def _claims(manifest: Manifest, facts: Facts) -> Iterator[Finding]:
    claims: tuple[tuple[str, object, object], ...] = (
        ("fund", manifest.fund, facts.fund or None),
        ("size", manifest.size, facts.size),
        ("first_leaf", manifest.first_leaf, facts.first_leaf or None),
    )
    for name, claimed, found in claims:
        if found is not None and claimed != found:
            text = f"{name} is {found}, not {claimed}"
            yield Finding("manifest_differs", text, place=Place(MANIFEST))
    if facts.log_keys and manifest.log_key not in facts.log_keys:
        text = f"log_key {manifest.log_key[:80]!r} is none that the log names"
        yield Finding("manifest_differs", text, place=Place(MANIFEST))


def _contents(manifest: Manifest, bundle: Bundle, digests: Mapping[str, str]) -> Iterator[Finding]:
    listed = {file.path: file for file in manifest.files}
    for path, file in listed.items():
        if path not in bundle.source.files:
            yield Finding("file_missing", place=Place(path))
            continue
        size = bundle.source.files[path]
        found = digests.get(path) or bundle.source.digest(path)
        if size != file.size:
            text = f"{size} bytes where the manifest says {file.size}"
            yield Finding("file_altered", text, place=Place(path, 0, size))
        elif found != file.sha256:
            text = f"SHA-256 is {found}, not {file.sha256}"
            yield Finding("file_altered", text, place=Place(path, 0, size))
    for path in bundle.files:
        if path != MANIFEST and (path not in listed or path not in digests):
            yield Finding("file_unlisted", place=Place(path))
