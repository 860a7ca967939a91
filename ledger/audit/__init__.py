"""The independent replay of an evidence bundle: form, leaves, signatures, and every decision again.

It believes nothing of who wrote the log: it takes the files of a bundle and the auditor's own
trust, and imports neither the store nor the service. `python -c "from ledger.audit import
Evidence"` is the whole interface.
"""

from ledger.audit.evidence import Evidence, RecordedEvent, read_trust
from ledger.audit.findings import CODES, Finding, Place, Report, Suspect
from ledger.audit.trust import Trust, parse_trust, render_trust

__all__ = [
    "CODES",
    "Evidence",
    "Finding",
    "Place",
    "RecordedEvent",
    "Report",
    "Suspect",
    "Trust",
    "parse_trust",
    "read_trust",
    "render_trust",
]
