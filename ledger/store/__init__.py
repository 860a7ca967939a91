"""The record store over `eventsourcing`: one fund, one append-only file, one writer.

Start at `record_store.py`. This is the only room that knows `eventsourcing` and `sqlite3`.
"""
