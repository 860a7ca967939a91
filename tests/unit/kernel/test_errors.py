"""The error tree: drawn in the docstring, and every class of it has a code of its own."""

from __future__ import annotations

import re

import pytest

from ledger.kernel import errors
from ledger.kernel.errors import CanonicalError, InvariantError, LedgerError, invariant, present


def classes() -> dict[str, type[LedgerError]]:
    found = {"LedgerError": LedgerError}
    todo = [LedgerError]
    while todo:
        for child in todo.pop().__subclasses__():
            if child.__module__ == errors.__name__:
                found[child.__name__] = child
                todo.append(child)
    return found


def test_the_tree_is_drawn_whole() -> None:
    drawn = re.findall(r"\b([A-Z]\w+Error)\b", errors.__doc__ or "")
    assert sorted(set(drawn)) == sorted(classes())


def test_codes_are_stable_names_and_unique() -> None:
    codes = [kind.code for kind in classes().values()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)
    assert all(kind.__doc__ for kind in classes().values())


def test_an_error_says_what_where_and_what_next() -> None:
    error = LedgerError("it broke", where="field", hint="Mend it")
    assert str(error) == "it broke (at field). Mend it"
    assert str(LedgerError("it broke")) == "it broke"
    assert error.diagnostics() == {
        "code": "error", "detail": "it broke", "where": "field", "hint": "Mend it",
    }  # fmt: skip
    assert CanonicalError("x", offset=3).where == "offset 3"


def test_an_invariant_holds_or_is_our_defect() -> None:
    invariant(1, "one")
    with pytest.raises(InvariantError, match="law") as refusal:
        invariant(0, "a law")
    assert refusal.value.hint


def test_what_a_law_says_is_there_is_there() -> None:
    assert present("", "a text") == ""
    with pytest.raises(InvariantError, match="a text is there"):
        present(None, "a text is there")
