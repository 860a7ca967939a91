"""Reading a record on credit: fast, and believing that it is well formed.

While the main process decides, a worker checks the same bytes strictly (`ledger.audit.checks`);
whatever was decided on a record that fails there is dropped. So here nothing is validated, and for
bytes that are no record any exception may come out. For a good record the result equals that of
the strict readers; a test holds the two against each other.
"""

from __future__ import annotations

import binascii
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Final, get_args, get_origin

import orjson
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from ledger.domain.body import Body
from ledger.domain.kind import Kind, Nature
from ledger.domain.kinds import KINDS
from ledger.domain.outcome import outcome_of
from ledger.domain.verified import VerifiedEvent
from ledger.kernel.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import TypeAlias

    from ledger.domain.outcome import Outcome
    from ledger.domain.state import Event, State

    Maker: TypeAlias = Callable[[Any], Any]

_ENVELOPE_AT: Final = len(b'{"envelope":')
_PAYLOAD_AT: Final = len(b'{"envelope":{"payload":"')
_OUTCOME: Final = b',"outcome":'
_POSITION: Final = b',"position":'
_RECORDED_AT: Final = slice(-29, -2)
"""Where `recorded_at` stands: 27 characters before the closing quote and brace."""


def read_on_credit(raw: bytes) -> tuple[VerifiedEvent, str]:
    """The event of a record and its `recorded_at`, nothing checked.

    The kind is `UNKNOWN` for one that this version does not have. Anything at all may be raised for
    bytes that are no record.
    """
    envelope = raw[_ENVELOPE_AT : raw.index(_OUTCOME)]
    members = orjson.loads(envelope)
    payload = binascii.a2b_base64(members["payload"])
    body = orjson.loads(payload)
    kind = KINDS.get(body["kind"], UNKNOWN)
    event = VerifiedEvent(
        event_id=hashlib.sha256(payload).hexdigest(),
        kind=kind,
        body=_BODY_MAKERS[kind.name](body),
        keyids=tuple([signature["keyid"] for signature in members["signatures"]]),
        envelope=envelope,
    )
    return event, raw[_RECORDED_AT].decode()


def outcome_on_credit(raw: bytes) -> Outcome:
    """The outcome that a record carries, on the same terms."""
    return _outcome(raw[raw.index(_OUTCOME) + len(_OUTCOME) : raw.rindex(_POSITION)])


@lru_cache(maxsize=4_096)
def _outcome(data: bytes) -> Outcome:
    """Outcomes are few and nobody changes one: most records carry one that was seen before."""
    return outcome_of(orjson.loads(data))


def event_of_kinds(raw: bytes, kinds: Container[str]) -> VerifiedEvent | None:
    """The event of a record if it is of one of these kinds, without who signed it.

    For readers of some kinds only: nothing else of the record is looked at, and the body is
    `Plain`, with a form's members and none of its methods.
    """
    payload = binascii.a2b_base64(raw[_PAYLOAD_AT : raw.index(b'"', _PAYLOAD_AT)])
    body = orjson.loads(payload)
    name = body["kind"]
    if name not in kinds:
        return None
    return VerifiedEvent(
        hashlib.sha256(payload).hexdigest(), KINDS[name], _PLAIN_MAKERS[name](body), (), b""
    )


class Plain:
    """What has a form's members as attributes and is no form: for readers of single members."""


def maker_of(form: type[Form], *, plain: bool = False) -> Maker:
    """A function that makes a form of its decoded members without asking whether they fit."""
    defaults = {
        name: field.get_default() for name, field in form.model_fields.items() if not _needed(field)
    }
    makers = {
        name: maker
        for name, field in form.model_fields.items()
        if (maker := _maker(field.annotation, field.discriminator, plain=plain)) is not None
    }

    tuples = [name for name, maker in makers.items() if maker is tuple]
    others = [(name, maker) for name, maker in makers.items() if maker is not tuple]

    def make(members: dict[str, Any]) -> Form | Plain:
        values = defaults | members
        for name in tuples:
            if name in members:
                values[name] = tuple(members[name])
        for name, maker in others:
            if name in members:
                values[name] = maker(members[name])
        if plain:
            light = Plain()
            light.__dict__ = values
            return light
        made = form.__new__(form)
        _set(made, "__dict__", values)
        _set(made, "__pydantic_fields_set__", set(members))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made

    return make


_set = object.__setattr__


def _needed(field: FieldInfo) -> bool:
    return field.is_required()


def _maker(
    annotation: Any,  # noqa: ANN401 - a type
    discriminator: object = None,
    *,
    plain: bool = False,
) -> Maker | None:
    """What makes a value of a type of its decoded form; None where that is the value itself."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner, *notes = arguments
        named = [n.discriminator for n in notes if isinstance(n, FieldInfo) and n.discriminator]
        return _maker(inner, *named, plain=plain)
    if isinstance(annotation, type) and origin is None and issubclass(annotation, Form):
        return maker_of(annotation, plain=plain)
    if origin is tuple:
        return _tuple_maker(_maker(arguments[0]))
    choices = [choice for choice in arguments if choice is not type(None)]
    makers = [_maker(choice, plain=plain) for choice in choices]
    if origin in (dict, list) or not any(makers):
        return None if not any(makers) else TypeAdapter(annotation).validate_python
    if len(choices) == 1:
        return makers[0]
    return _union_maker(choices, discriminator, annotation)


def _tuple_maker(item: Maker | None) -> Maker:
    if item is None:
        return tuple
    return lambda values: tuple([item(value) for value in values])


def _union_maker(
    choices: list[type[Form]],
    discriminator: object,
    annotation: Any,  # noqa: ANN401 - a type
) -> Maker:
    """The form that the discriminating member names; pydantic decides where there is none."""
    if not isinstance(discriminator, str):
        return TypeAdapter(annotation).validate_python
    makers = {
        word: maker_of(choice)
        for choice in choices
        for word in get_args(choice.model_fields[discriminator].annotation)
    }
    return lambda members: makers[members[discriminator]](members)


def _nothing(_state: State, _event: Event, _body: Body) -> None:
    """An event that nobody here can decide changes nothing."""


UNKNOWN: Final = Kind(name="unknown", form=Body, nature=Nature.ACT, evolve=_nothing)
"""What stands for any kind of a later version: of its body only what every body has is known."""

_WITH_METHODS: Final = frozenset({"accounting_policy.adopted.v1"})
"""Kinds whose bodies are asked more than their members."""
_PLAIN_MAKERS: Final = {
    kind.name: maker_of(kind.form, plain=kind.name not in _WITH_METHODS) for kind in KINDS.values()
}
_BODY_MAKERS: Final = {kind.name: maker_of(kind.form) for kind in (*KINDS.values(), UNKNOWN)}
