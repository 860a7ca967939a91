"""Forms: frozen, strict pydantic models, and the one way to read a value into one.

Every scalar of a form has its own ASCII pattern (docs/spec/canonical-bytes.md); unknown members,
coercions and other spellings are refused. `read_form` turns pydantic's errors into ours.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, ValidationError

from ledger.kernel import amounts, identifiers
from ledger.kernel.errors import BodyError, LedgerError, ParseError
from ledger.kernel.identifiers import check_lei
from ledger.kernel.instants import check_day, check_instant
from ledger.kernel.limits import AMOUNT_CHARS_MAX, NAME_CHARS_MAX
from ledger.kernel.money import minor_unit_digits
from ledger.kernel.text import check_text


class Form(BaseModel):
    """The base of every form: frozen, strict, no unknown members."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _plain(check: Any) -> AfterValidator:  # noqa: ANN401 - any checker of one text
    def run(text: str) -> str:
        try:
            return str(check(text))
        except LedgerError as error:
            raise ValueError(error.message) from None

    return AfterValidator(run)


def _currency(text: str) -> str:
    minor_unit_digits(text)
    return text


def _name(text: str) -> str:
    return check_text(text, limit=NAME_CHARS_MAX)


def _whole(pattern: str) -> str:
    return rf"^(?:{pattern})$"


Slug = Annotated[str, Field(pattern=_whole(identifiers.SLUG), max_length=64)]
Code = Annotated[str, Field(pattern=_whole(identifiers.CODE), max_length=64)]
Office = Annotated[str, Field(pattern=_whole(identifiers.OFFICE), max_length=64)]
AssetCode = Annotated[str, Field(pattern=_whole(identifiers.ASSET), max_length=16)]
AssetId = Annotated[str, Field(pattern=_whole(identifiers.CAIP19), max_length=256)]
ChainId = Annotated[str, Field(pattern=_whole(identifiers.CAIP2), max_length=41)]
Reference = Annotated[str, Field(pattern=_whole(identifiers.REFERENCE), max_length=64)]
Digest = Annotated[str, Field(pattern=_whole(identifiers.DIGEST), max_length=64)]
RuleId = Annotated[str, Field(pattern=_whole(identifiers.RULE), max_length=64)]
FundId = Annotated[str, Field(pattern=_whole(identifiers.FUND), max_length=80)]
Country = Annotated[str, Field(pattern=_whole(identifiers.COUNTRY), max_length=6)]
Instant = Annotated[str, Field(max_length=27), _plain(check_instant)]
Day = Annotated[str, Field(max_length=10), _plain(check_day)]
Text = Annotated[str, _plain(check_text)]
Name = Annotated[str, _plain(_name)]
Lei = Annotated[str, _plain(check_lei)]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), _plain(_currency)]
Amount = Annotated[str, Field(pattern=_whole(amounts.AMOUNT), max_length=AMOUNT_CHARS_MAX)]
PositiveAmount = Annotated[
    str, Field(pattern=_whole(amounts.POSITIVE), max_length=AMOUNT_CHARS_MAX)
]
NotNegativeAmount = Annotated[
    str, Field(pattern=_whole(amounts.NOT_NEGATIVE), max_length=AMOUNT_CHARS_MAX)
]
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=4_096)]

Item = TypeVar("Item")
Many = Annotated[tuple[Item, ...], Strict(strict=False)]
"""A JSON array read into a tuple; its items stay strict."""

FormType = TypeVar("FormType", bound=Form)


def read_form(
    form: type[FormType], value: object, *, error: type[ParseError] = BodyError
) -> FormType:
    """The value as a form; the given error with the field's path if it is not one."""
    try:
        return form.model_validate(value)
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"]) or form.__name__
        raise error(_message(first["type"], str(first["msg"])), where=path) from None
    except RecursionError:
        raise error("nested too deep", where=form.__name__) from None


def _message(kind: str, text: str) -> str:
    if kind == "extra_forbidden":
        return "unknown field"
    if kind == "missing":
        return "a required field is missing"
    return text.removeprefix("Value error, ")
