"""The library's cases import a cipher of which it has two: here the one over `cryptography`."""

from __future__ import annotations

import sys

import eventsourcing.cryptography

sys.modules.setdefault("eventsourcing.cipher", eventsourcing.cryptography)
