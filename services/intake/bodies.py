"""What people send: the bodies of requests, with their limits; judged, made ready and masked here, at the door."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeVar

from msgspec import Meta, inspect
from msgspec.structs import fields, replace

from chassis.problem import WrongFields, wrong_field
from city import contacts
from city.normal import length, shows_nothing, written, written_line
from city.points import Datum, Points, degrees_of
from city.publication import Publish
from contracts.posts import PostKind
from services.intake.core.requests import CODE_POINTS, TEXT, Body, Text, Tickets

B = TypeVar("B", bound=Body)

TITLE: Final = 100
PLACE: Final = 200
STREET: Final = 100
NAME: Final = 50
"""Characters of these, as a person counts them."""

_CHANNELS: Final = (("openid", "wechat"), ("phone", "sms"), ("mail", "mail"))
"""Field of the contact to the channel that reaches it, best first."""

Title = Annotated[str, Meta(min_length=1, max_length=CODE_POINTS * TITLE, description="标题")]


class Contact(Body, frozen=True):
    """How to reach the citizen; all optional."""

    name: Annotated[str, Meta(max_length=CODE_POINTS * NAME)] = ""
    phone: Annotated[str, Meta(max_length=CODE_POINTS * contacts.LONGEST_PHONE)] = ""
    openid: Annotated[str, Meta(max_length=64)] = ""
    mail: Annotated[str, Meta(max_length=CODE_POINTS * contacts.LONGEST_MAIL)] = ""


class Neighbour(Contact, frozen=True):
    """`POST /v1/posts/{number}/supports`: a voice; whoever leaves a contact is told what publicly becomes of the post."""

    voice: Annotated[str, Meta(max_length=128)] = ""
    """A name under which the device's one voice is counted, whatever contact comes with it: a UUID that it keeps for the post.
    Without one the voice is that of the phone or openid."""


class Point(Body, frozen=True):
    """Where exactly it is: a point, a street, or both. Read by the author and the holding unit alone."""

    longitude: Annotated[float, Meta(ge=-180.0, le=180.0)] | None = None
    """Degrees east; at most six decimals are kept."""
    latitude: Annotated[float, Meta(ge=-180.0, le=180.0)] | None = None
    """Degrees north, as above. Longitude and latitude come together, and lie in the city. Up to 180 is read: who swaps the two
    writes 118 here, and is told so."""
    datum: Datum = "gcj02"
    """What the degrees are counted from, by the sender's word; they are kept as they come and never converted.
    `gcj02`: a place chosen in WeChat or on a map of China; `wgs84`: what satellites or a browser say."""
    street_address: Annotated[str, Meta(max_length=CODE_POINTS * STREET)] = ""
    """Street, house, floor: one line."""


class Post(Body, frozen=True):
    """`POST /v1/posts`."""

    kind: PostKind
    title: Title
    text: Text
    area: Annotated[str, Meta(max_length=20)] = ""
    place: Annotated[str, Meta(max_length=CODE_POINTS * PLACE)] = ""
    addressee: Annotated[str, Meta(max_length=64)] = ""
    """Of a letter (`mailbox`): the city leader to whom it is written, by code or office; `GET /v1/leaders` lists them."""
    contact: Contact | None = None
    public: bool = True
    hide_name: bool = False
    attachments: Tickets = ()
    """Tickets of files, as `POST /v1/attachments` gives them; each holds for two hours."""
    point: Point | None = None


class EnteredPost(Post, frozen=True, kw_only=True):
    """`POST /v1/cases`: a post that staff write down for a caller."""

    origin: Literal["telephone", "counter", "letter", "dialogue"]


def cleaned(body: B, publish: Publish) -> tuple[B, dict[str, str]]:
    """The body with its free texts fit to be read by all, and those texts as they were written, by field.

    Raises HttpRefused 422 with every text that must say something and shows nothing, and every one that is too long.
    """
    texts: dict[str, Any] = {}
    wrong = WrongFields()
    unmasked: dict[str, str] = {}
    for field, limit in _free(type(body)).items():
        value = getattr(body, field)
        with wrong:
            if isinstance(value, dict):
                texts[field] = {
                    key: publish(_shown(text, field, limit)).texts[0] for key, text in value.items()
                }
            elif field in _required(type(body)) or not shows_nothing(written(value)):
                unmasked[field] = _shown(value, field, limit)
                texts[field] = publish(unmasked[field]).texts[0]
            else:
                texts[field] = ""
    wrong.check()
    return (replace(body, **texts) if texts else body), unmasked


@cache
def _free(body: type[Body]) -> dict[str, int]:
    """The fields that people write freely, each with how many characters it may have."""
    described = inspect.type_info(body)
    assert isinstance(described, inspect.StructType)
    limits = {field.name: _limit(field.type) for field in described.fields}
    return {name: limit for name, limit in limits.items() if limit}


@cache
def _required(body: type[Body]) -> frozenset[str]:
    return frozenset(field.name for field in fields(body) if field.required)


def _limit(described: inspect.Type) -> int:
    """Characters a free text may have; 0 for what is none."""
    if isinstance(described, inspect.DictType):
        return _limit(described.value_type)
    extra = described.extra if isinstance(described, inspect.Metadata) else None
    return 0 if extra is None else int(extra.get("free", 0))


def personal_of(post: Post) -> dict[str, str]:
    """What goes into the sealed box: contact and unmasked texts, as they were written.

    Raises HttpRefused 422 with all that is wrong: title or text that shows nothing, what is too long, a contact that
    cannot be reached.
    """
    given: dict[str, Any] = {}
    wrong = WrongFields()
    with wrong:
        given["title"] = _shown(post.title, "title", TITLE, written_line)
    with wrong:
        given["text"] = _shown(post.text, "text", TEXT)
    with wrong:
        given["place"] = _within(written_line(post.place), "place", PLACE)
    if post.contact is not None:
        with wrong:
            given["name"] = _within(written_line(post.contact.name), "contact.name", NAME)
        given |= _addresses(post.contact, wrong)
    wrong.check()
    return {key: value for key, value in given.items() if value}


def point_of(post: Post, city: Points) -> dict[str, str]:
    """What goes into the box of the point; empty where none was given.

    Raises HttpRefused 422 with all that is wrong: a degree without the other, a point outside the city, a street that is
    too long, a point that says nothing.
    """
    point = post.point
    if point is None:
        return {}
    given: dict[str, str] = {}
    wrong = WrongFields()
    with wrong:
        given["street_address"] = _within(written_line(point.street_address), "point.street_address", STREET)
    with wrong:
        given |= _degrees(point, city)
    wrong.check()
    said = {key: value for key, value in given.items() if value and not shows_nothing(value)}
    if not said:
        raise wrong_field("point", "请写经度和纬度,或街道、门牌")
    return said


def _degrees(point: Point, city: Points) -> dict[str, str]:
    """Raises HttpRefused 422."""
    if point.longitude is None and point.latitude is None:
        return {}
    if point.longitude is None or point.latitude is None:
        raise wrong_field(
            f"point.{'longitude' if point.longitude is None else 'latitude'}", "经度和纬度要一起写"
        )
    refused = city.refusal(point.longitude, point.latitude)
    if refused:
        raise wrong_field("point", refused)
    return {
        "longitude": degrees_of(point.longitude),
        "latitude": degrees_of(point.latitude),
        "datum": point.datum,
    }


def addresses_of(contact: Contact) -> dict[str, str]:
    """Phone, openid and mail as they are reached; raises HttpRefused 422 with each that cannot be."""
    wrong = WrongFields()
    given = _addresses(contact, wrong)
    wrong.check()
    return {key: value for key, value in given.items() if value}


def phone_of(text: str) -> str:
    """A phone number as it is dialled; raises HttpRefused 422 for what cannot be one."""
    return _reached(contacts.phone, text, "contact.phone")


def _addresses(contact: Contact, wrong: WrongFields) -> dict[str, str]:
    given: dict[str, str] = {}
    with wrong:
        given["phone"] = phone_of(contact.phone)
    with wrong:
        given["openid"] = _reached(contacts.openid, contact.openid, "contact.openid")
    with wrong:
        given["mail"] = _reached(contacts.mail, contact.mail, "contact.mail")
    return given


def channels_of(personal: Mapping[str, str]) -> tuple[str, ...]:
    """By which a contact can be told, best first; a landline receives no text message."""
    reached = {field for field in personal if field != "phone" or contacts.is_mobile(personal[field])}
    return tuple(channel for field, channel in _CHANNELS if field in reached)


def _shown(text: str, field: str, limit: int, form: Callable[[str], str] = written) -> str:
    kept = form(text)
    if shows_nothing(kept):
        raise wrong_field(field, "不能为空")
    return _within(kept, field, limit)


def _within(text: str, field: str, limit: int) -> str:
    # A text is never longer for a person than for the machine; most need no counting.
    if len(text) > limit and length(text) > limit:
        raise wrong_field(field, f"最多 {limit} 个字")
    return text


def _reached(normal: Callable[[str], str], text: str, field: str) -> str:
    try:
        return normal(text)
    except ValueError as failure:
        raise wrong_field(field, str(failure)) from failure
