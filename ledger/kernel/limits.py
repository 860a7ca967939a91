"""Every bound of the product in one place, with its unit and its reason."""

from __future__ import annotations

# Bytes. C2SP tlog-tiles gives an entry a two-byte length, so a record cannot be longer.
RECORD_BYTES_MAX = 65_535
PAYLOAD_BYTES_MAX = 40_000
OUTCOME_BYTES_MAX = 8_000
ENVELOPE_BYTES_MAX = 57_000
CHECKPOINT_BYTES_MAX = 128 * 1024
LOG_PROOF_BYTES_MAX = CHECKPOINT_BYTES_MAX + 16 * 1024
# C2SP tlog-cosignature writes the length of a key's name in one byte.
KEY_NAME_BYTES_MAX = 255
MANIFEST_BYTES_MAX = 16 * 1024 * 1024
TRUST_BYTES_MAX = 64 * 1024
BOOK_BYTES_MAX = PAYLOAD_BYTES_MAX - 2_000
TOML_BYTES_MAX = 4 * PAYLOAD_BYTES_MAX
HISTORY_BYTES_MAX = 64 * 1024 * 1024
HISTORY_LINE_BYTES_MAX = 8 * 1024
KEY_FILE_BYTES_MAX = 16 * 1024
PASSPHRASE_BYTES_MAX = 1_023  # OpenSSL takes no longer one
SIGNATURE_BYTES_MAX = 72  # ECDSA P-256 in DER; Ed25519 has 64

# JSON: deeper than any format of ours, shallow enough that no parser recurses far.
DEPTH_MAX = 32
INTEGER_MAX = 2**53 - 1

# Counts.
SIGNATURES_MAX = 16
NOTE_SIGNATURES_MAX = 32
# Leaves of a tree: C2SP tlog-witness and tlog-cosignature count them in 63 bits.
TREE_SIZE_MAX = 2**63 - 1
OFFICERS_MAX = 64
KEYS_PER_OFFICER_MAX = 8
BOOKS_PER_MANDATE_MAX = 16
EVIDENCE_MAX = 16
FACTS_MAX = 32
FEES_MAX = 4
LOTS_NAMED_MAX = 64
ENTRY_LINES_MAX = 64
PERIODS_RESTATED_MAX = 16
FINDINGS_MAX = 32

# Files of an evidence bundle: 100 million records, and no archive of countless empty members.
BUNDLE_FILES_MAX = 1_000_000

# Characters.
AMOUNT_CHARS_MAX = 60
TEXT_CHARS_MAX = 400
NAME_CHARS_MAX = 120

# Digits after the point that an asset may have (18 is wei; some tokens use 24).
SCALE_MAX = 30

# Days.
VALIDITY_DAYS_MAX = 400
CLOCK_JUMP_DAYS_MAX = 7
BACKDATING_DAYS_MAX = 36_600
NOTICE_DAYS_MAX = 3_660

# Seconds that a clock may lag behind the last record before the sequencer stops; less is bridged.
CLOCK_LAG_SECONDS_MAX = 300

# Sequencer: one group commit takes at most this many envelopes.
BATCH_RECORDS_MAX = 500

# Rows read at once when a log is loaded.
PAGE_RECORDS = 1_000

# What a person writes by hand.
TOML_DOTS_MAX = 256  # in one line
TOML_DIGITS_MAX = 400
