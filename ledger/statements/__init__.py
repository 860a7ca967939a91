"""Statements: pure functions of the books at a day, as known at a position."""
