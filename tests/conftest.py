"""Hypothesis profiles: `dev` by default, `ci` where `CI=true`, `deep` for a night's run.

`HYPOTHESIS_PROFILE` names one. No profile has a deadline: machines differ, and time is measured by
the tests that are about time. In `ci` the examples are the same in every run.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=100, deadline=None)
settings.register_profile(
    "ci", max_examples=300, deadline=None, derandomize=True, print_blob=True, database=None
)
settings.register_profile(
    "deep", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") == "true" else "dev")
)
