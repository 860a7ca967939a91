"""How books differ, rule by rule, in a form that people and machines read alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policies.book import Book


def differences(before: list[Book], after: list[Book]) -> list[str]:
    """What one list of books has and the other has not, rule by rule and member by member."""
    old = {rule.form.id: rule.form for book in before for rule in book.rules}
    new = {rule.form.id: rule.form for book in after for rule in book.rules}
    found = [f"- {name}: {old[name].text or old[name].rule_type}" for name in old.keys() - new]
    found += [f"+ {name}: {new[name].text or new[name].rule_type}" for name in new.keys() - old]
    for name in old.keys() & new.keys():
        was, now = old[name].model_dump(mode="json"), new[name].model_dump(mode="json")
        found += [f"~ {name}.{change}" for change in _changed(was, now)]
    return sorted(found, key=lambda text: (text[2:], text[0]))


def _changed(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Members that differ, those of parameters one by one; `-` stands for one that is not there."""
    found = []
    for member in sorted(was.keys() | now.keys()):
        before, after = was.get(member, "-"), now.get(member, "-")
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            found += [f"{member}.{change}" for change in _changed(before, after)]
        else:
            found.append(f"{member}: {before} becomes {after}")
    return found
