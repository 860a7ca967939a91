"""Which laws a kind's code can give, read from its source without running it.

A superset of what can happen: every branch counts, also one that another kind of the same module
takes. `UNREACHABLE` says of each code that remains why no event of the kind can meet it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

from ledger.domain.laws import LAWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.domain.kind import Kind

_IS_OPEN = "an account that an open proposal names cannot be closed"
_OTHER_KIND = "another kind of the same module"
_NOT_ACQUIRING = "asked only where units are acquired"

UNREACHABLE: dict[tuple[str, str], str] = {
    ("key.enrolled.v1", "key_weak"): "a weak key proves no possession: bad_signature comes first",
    ("fund.constituted.v1", "key_weak"): "a weak key signs nothing: bad_signature comes first",
    ("approval.given.v1", "proposal_in_progress"): "asked of refusals only",
    ("disposal.proposed.v1", "asset_retired"): _NOT_ACQUIRING,
    ("delivery.proposed.v1", "asset_retired"): _NOT_ACQUIRING,
    ("transfer.proposed.v1", "asset_retired"): _NOT_ACQUIRING,
    ("encumbrance.placed.v1", "asset_retired"): _NOT_ACQUIRING,
    ("opening.recorded.v1", "asset_retired"): _NOT_ACQUIRING,
    ("receipt.recorded.v1", "asset_retired"): _NOT_ACQUIRING,
    ("price.observed.v1", "asset_retired"): _NOT_ACQUIRING,
    ("custodian_statement.received.v1", "asset_retired"): _NOT_ACQUIRING,
    ("balance.attested.v1", "asset_retired"): _NOT_ACQUIRING,
    ("valuation.adopted.v1", "asset_retired"): _NOT_ACQUIRING,
    ("entry.posted.v1", "asset_retired"): _NOT_ACQUIRING,
    ("acquisition.settled.v1", "asset_retired"): _NOT_ACQUIRING,
    ("disposal.settled.v1", "asset_retired"): _NOT_ACQUIRING,
    ("delivery.settled.v1", "asset_retired"): _NOT_ACQUIRING,
    ("exchange.settled.v1", "asset_retired"): _NOT_ACQUIRING,
    ("transfer.released.v1", "asset_retired"): _NOT_ACQUIRING,
    ("delivery.settled.v1", "currency_differs"): _OTHER_KIND,
    ("opening.recorded.v1", "finality_missing"): _OTHER_KIND,
    ("receipt.recorded.v1", "value_date_before_reference"): _OTHER_KIND,
    ("transfer.released.v1", "account_unknown"): _IS_OPEN,
    ("transfer.settled.v1", "account_unknown"): _IS_OPEN,
    ("transfer.failed.v1", "account_unknown"): _IS_OPEN,
}


def laws_of(kind: Kind) -> set[str]:
    """The codes that the kind's laws and what they call can give."""
    found: set[str] = set()
    _scan(kind.laws, found, set())
    return found


def _scan(function: Callable[..., Any], found: set[str], seen: set[str]) -> None:
    name = f"{function.__module__}.{function.__qualname__}"
    if name in seen or not function.__module__.startswith("ledger.domain"):
        return
    seen.add(name)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        first = node.args[0] if node.args else None
        if node.func.id in {"deny", "exception", "flag"}:
            assert isinstance(first, ast.Constant), name
            assert first.value in LAWS, first.value
            found.add(str(first.value))
        called = inspect.unwrap(function).__globals__.get(node.func.id)
        if inspect.isfunction(called):
            _scan(called, found, seen)
