"""What people send: the bodies of requests, with their limits; masked and made normal here, at the door."""

from functools import cache
from typing import Annotated, Any, TypeVar

from msgspec import Meta, inspect
from msgspec.structs import fields, replace

from chassis.failures import HttpRefused
from chassis.problem import TITLES, wrong_field
from city.masking import mask
from city.normal import normal_form
from contracts.decision import FieldError
from contracts.posts import PostKind
from services.intake.core.requests import FREE, Body, Text

B = TypeVar("B", bound=Body)

Title = Annotated[str, Meta(min_length=1, max_length=100, description="标题")]


class Contact(Body, frozen=True):
    """How to reach the citizen; all optional."""

    name: Annotated[str, Meta(max_length=50)] = ""
    phone: Annotated[str, Meta(max_length=20, pattern=r"^$|^\+?[0-9][0-9 \-]{5,18}$")] = ""
    openid: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_\-]*$")] = ""
    mail: Annotated[str, Meta(max_length=120, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")] = ""


class Post(Body, frozen=True):
    """`POST /v1/posts`."""

    kind: PostKind
    title: Title
    text: Text
    area: Annotated[str, Meta(max_length=20)] = ""
    place: Annotated[str, Meta(max_length=200)] = ""
    contact: Contact | None = None
    public: bool = True
    hide_name: bool = False


def cleaned(body: B) -> tuple[B, dict[str, str]]:
    """The body with its free texts normal and masked, and those texts as they were written, by field.

    Raises HttpRefused 422 when a text that must say something says nothing.
    """
    texts: dict[str, Any] = {}
    written: dict[str, str] = {}
    for field in _free(type(body)):
        value = getattr(body, field)
        if isinstance(value, dict):
            texts[field] = {key: public_text(text, field) for key, text in value.items()}
        elif value.strip() or field in _required(type(body)):
            texts[field] = public_text(value, field)
            written[field] = value
        else:
            texts[field] = ""
    return (replace(body, **texts) if texts else body), written


@cache
def _free(body: type[Body]) -> tuple[str, ...]:
    """The fields that people write freely."""
    described = inspect.type_info(body)
    assert isinstance(described, inspect.StructType)
    return tuple(field.name for field in described.fields if _is_free(field.type))


@cache
def _required(body: type[Body]) -> frozenset[str]:
    return frozenset(field.name for field in fields(body) if field.required)


def _is_free(described: inspect.Type) -> bool:
    if isinstance(described, inspect.DictType):
        return _is_free(described.value_type)
    return isinstance(described, inspect.Metadata) and described.extra == FREE


def public_text(text: str, field: str) -> str:
    """The normal form of a text, masked; raises Refused 422 when nothing is left."""
    found = normal_form(text)
    if not found:
        raise wrong_field(field, "不能为空")
    return mask(found)


def personal_of(post: Post) -> dict[str, str]:
    """What goes into the sealed box: contact and unmasked texts, in their normal form.

    Raises Refused 422 when title or text has nothing in it.
    """
    found: dict[str, Any] = {
        "title": normal_form(post.title),
        "text": normal_form(post.text),
        "place": normal_form(post.place),
    }
    for field in ("title", "text"):
        if not found[field]:
            raise wrong_field(field, "不能为空")
    if post.contact is not None:
        found |= {
            "name": normal_form(post.contact.name),
            "phone": phone_of(post.contact.phone),
            "openid": post.contact.openid,
            "mail": post.contact.mail,
        }
    return {key: value for key, value in found.items() if value}


def phone_of(text: str) -> str:
    """The digits of a phone number; raises Refused 422 for what cannot be one."""
    digits = "".join(character for character in normal_form(text) if character.isdigit())
    digits = digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits
    if digits and not 7 <= len(digits) <= 12:
        raise HttpRefused(422, "invalid", TITLES[422], errors=(FieldError("contact.phone", "不是电话号码"),))
    return digits
