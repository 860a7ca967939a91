"""Pages of the reference that are generated from the code, and held by a test.

`python -m ledger.cli.event_pages docs` writes them: docs/spec/events/, docs/spec/findings.md,
docs/spec/chart-of-accounts.md, docs/reference/rules.md and regimes.md whole, and the marked blocks
of the pages that people write. A kind's example and the laws that may refuse it come from the
vectors in tests/vectors.
"""
