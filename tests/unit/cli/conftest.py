"""Workspaces for the tests of the command line."""

from tests.support.workspaces import (  # noqa: F401 - fixtures are found by their names
    founded,
    trading,
    use_cheap_keys,
    working,
)
