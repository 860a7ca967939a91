"""The forms of names: officers, offices, accounts, assets, references, digests, LEI, CAIP.

All are ASCII, have one spelling each, and name one thing for ever. A name's form says nothing
about whether the thing exists: that is admission's question.
"""

from __future__ import annotations

import re
from typing import Final

from ledger.kernel.errors import ValueFormError

SLUG: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
"""Officers, accounts, custodians, counterparties, funds: `vault-astana-1`."""
CODE: Final = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
"""Offices' and rules' words, purposes, reasons, fact names: `victim_return`."""
OFFICE: Final = r"[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*"
"""An office: `TreasuryOfficer`, `comptroller`."""
ASSET: Final = r"[A-Z][A-Z0-9]{1,15}"
"""The fund's own short name of an asset; `asset.listed` binds it to a CAIP-19 id for ever."""
REFERENCE: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._/:-]{0,62}[A-Za-z0-9])?"
DIGEST: Final = r"[0-9a-f]{64}"
"""SHA-256 in lower-case hex: event ids, evidence, key ids."""
RULE: Final = r"[A-Z][A-Z0-9]*(?:[.-][A-Za-z0-9]+)*"
CAIP2: Final = r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}"
CAIP19: Final = CAIP2 + r"/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}(?:/[-.%a-zA-Z0-9]{1,78})?"
"""Chain Agnostic asset id, CAIP-19: `bip122:000000000019d6689c085ae165831e93/slip44:0`."""
ENVIRONMENT: Final = r"production|staging|test|demo"
FUND: Final = rf"(?:{ENVIRONMENT})/{SLUG}"
"""The log origin: environment and fund, `production/alem`. Signed in every body."""
COUNTRY: Final = r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?"
"""ISO 3166-1 alpha-2, optionally with an ISO 3166-2 subdivision."""

_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}\Z")
_LEI_MODULUS = 97
_LEI_NEVER_ISSUED = frozenset({"00", "01", "99"})
"""Check digits that MOD 97-10 never gives, though they may satisfy its congruence."""


def check_form(text: str, pattern: str, what: str) -> str:
    """The same text, if it is of the pattern; `ValueFormError` that names `what` otherwise."""
    if re.fullmatch(pattern, text, flags=re.ASCII) is None:
        raise ValueFormError(f"{text[:80]!r} is not {what}", hint=f"The form is {pattern}")
    return text


def check_lei(text: str) -> str:
    """The same LEI, if its form and its ISO 7064 MOD 97-10 check digits are right (ISO 17442-1)."""
    if not _LEI.match(text):
        raise ValueFormError(
            f"{text[:40]!r} is not an LEI", hint="An LEI has 18 letters or digits and 2 digits"
        )
    number = int("".join(str(int(character, 36)) for character in text))
    if number % _LEI_MODULUS != 1 or text[-2:] in _LEI_NEVER_ISSUED:
        raise ValueFormError(
            f"the check digits of LEI {text} are wrong", hint="Compare it with the LEI register"
        )
    return text
