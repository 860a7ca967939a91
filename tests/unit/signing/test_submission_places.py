"""A member of a submission that is no text is named by its path, in whichever signature it is."""

from __future__ import annotations

import orjson
import pytest

from ledger.kernel.errors import EnvelopeError
from ledger.signing.submission import normal_members


@pytest.mark.parametrize("name", ["keyid", "sig"])
@pytest.mark.parametrize("value", [1, None, [], {}, True])
@pytest.mark.parametrize("place", [0, 1])
def test_a_member_of_a_signature_is_named(name: str, value: object, place: int) -> None:
    signatures: list[dict[str, object]] = [{"keyid": "0", "sig": "AA=="} for _ in range(2)]
    signatures[place][name] = value
    data = orjson.dumps({"payload": "", "payloadType": "", "signatures": signatures})
    with pytest.raises(EnvelopeError) as caught:
        normal_members(data)
    assert caught.value.where == f"signatures[{place}].{name}"
