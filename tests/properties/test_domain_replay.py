"""A replay gives one state: whatever the hash seed, time zone, locale or optimisation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ledger.domain.digest import state_digest
from tests.support.fund_simulator import replayed
from tests.support.small_fund import rich_fund

ROOT = Path(__file__).parents[2]
CHILD = """
import hashlib, sys
from ledger.domain.digest import state_digest
from tests.support.fund_simulator import replayed
from tests.support.small_fund import rich_fund
fund = rich_fund()
print(hashlib.sha256(b"".join(fund.records)).hexdigest())
print(state_digest(fund.state))
print(state_digest(replayed(fund.records)))
"""
WORLDS = [
    ({"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"}, []),
    ({"PYTHONHASHSEED": "4242", "TZ": "Asia/Almaty", "LC_ALL": "C.UTF-8"}, ["-O"]),
    ({"PYTHONHASHSEED": "random", "TZ": "America/New_York"}, ["-X", "utf8"]),
]


def test_every_world_makes_the_same_log_and_the_same_state() -> None:
    children = [
        subprocess.Popen(
            [sys.executable, *flags, "-c", CHILD],
            cwd=ROOT,
            env={**os.environ, **world},
            stdout=subprocess.PIPE,
            text=True,
        )
        for world, flags in WORLDS
    ]
    answers = {child.communicate(timeout=60)[0] for child in children}
    assert [child.returncode for child in children] == [0, 0, 0]
    assert len(answers) == 1
    _, lived, again = answers.pop().split()
    assert lived == again == state_digest(rich_fund().state)


def test_a_log_is_replayed_from_every_position() -> None:
    """Replay stopped anywhere and gone on from there is replay in one go."""
    fund = rich_fund()
    digests = [state_digest(replayed(fund.records[:at])) for at in range(1, len(fund.records) + 1)]
    assert len(set(digests)) == len(digests)
    assert digests[-1] == state_digest(fund.state)
