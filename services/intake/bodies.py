"""What people send: the bodies of requests, with their limits; masked and made normal here, at the door."""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from chassis.failures import HttpRefused
from chassis.problem import TITLES, wrong_field
from city.masking import mask
from city.normal import normal_form
from contracts.decision import FieldError
from contracts.posts import PostKind

Title = Annotated[str, Meta(min_length=1, max_length=100, description="标题")]
Text = Annotated[str, Meta(min_length=1, max_length=10_000, description="正文")]
Short = Annotated[str, Meta(min_length=1, max_length=2_000)]
Optional = Annotated[str, Meta(max_length=2_000)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A request's JSON object; unknown fields are refused, so that a typing error is seen."""


class Nothing(Body, frozen=True):
    """No fields."""


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


class TextOnly(Body, frozen=True):
    """A text."""

    text: Text


class Grade(Body, frozen=True):
    """5 非常满意 … 1 非常不满意."""

    grade: Annotated[int, Meta(ge=1, le=5)]
    text: Optional = ""


class ReasonOnly(Body, frozen=True):
    """A reason."""

    reason: Short


class Remark(Body, frozen=True):
    """A leader's remark."""

    remark: Short


class ExtensionBody(Body, frozen=True):
    """Reason, new date and progress: all three (说清缘由、时间、进程)."""

    reason: Short
    new_date: date
    progress: Short
    long_works: bool = False


class ReturnBody(Body, frozen=True):
    """The duty item that says whose it is, and why."""

    duty_item: Code
    reason: Short


class AssignmentBody(Body, frozen=True):
    """Who answers."""

    department: Code
    reason: Short
    assisting: tuple[Code, ...] = ()


class RulingBody(Body, frozen=True):
    """What the meeting ruled."""

    lead: Code
    reason: Short
    assisting: tuple[Code, ...] = ()
    parts: dict[Code, Short] = {}
    """Unit to its part of the matter."""


class ModerationBody(Body, frozen=True):
    """hold, release or hide."""

    action: Annotated[str, Meta(pattern="^(hold|release|hide)$")]
    reason: Short


class GroupBody(Body, frozen=True):
    """Posts that are one matter."""

    numbers: Annotated[tuple[Code, ...], Meta(min_length=2, max_length=200)]
    lead: Code


class CalendarDayBody(Body, frozen=True):
    """A day that differs from Monday-to-Friday."""

    day: date
    name: Annotated[str, Meta(min_length=1, max_length=20)]
    is_off_day: bool
    closing: Annotated[str, Meta(pattern=r"^$|^\d\d:\d\d$")] = ""


class CalendarBody(Body, frozen=True):
    """A year of the calendar."""

    year: Annotated[int, Meta(ge=2007, le=2100)]
    days: Annotated[tuple[CalendarDayBody, ...], Meta(min_length=1, max_length=366)]
    notice: Optional = ""


class PolicyBody(Body, frozen=True):
    """A part of the policy."""

    part: dict[str, dict[str, float | int | str | bool]]
    reason: Short


class ModelBody(Body, frozen=True):
    """A model that the router has stored; with an empty checksum the duty list judges alone again."""

    version: Annotated[str, Meta(max_length=64)]
    checksum: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")]
    threshold: Annotated[float, Meta(ge=0, le=1)]


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
