"""Every kind's valid body and the ways to be wrong, one module for each part of the registry."""

from __future__ import annotations

from tests.support.vector_cases import (
    accounting,
    constitution,
    custody,
    judgement,
    movements,
    registry,
)

SUBJECTS = (
    *constitution.SUBJECTS,
    *registry.SUBJECTS,
    *movements.SUBJECTS,
    *custody.SUBJECTS,
    *judgement.SUBJECTS,
    *accounting.SUBJECTS,
)
