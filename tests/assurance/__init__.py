"""The deep part of the tests: hours, not minutes; `python -m tests.assurance` runs it."""
