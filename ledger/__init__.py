"""The sovereign custody ledger: signed events, one log per fund, audits that decide again."""

__version__ = "0.1.0"
