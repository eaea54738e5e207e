"""Acts on a case: one route for each act of the table that has a path."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from msgspec.structs import fields, replace

from chassis.problem import HttpRefused, wrong_field
from chassis.vault import FOLLOWER_LENGTH
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import Described, Who, described
from chassis.web.keyed import of_staff
from chassis.web.limits import client_key, client_of
from contracts.attachments import Attachment
from services.intake import bodies
from services.intake.core import requests as ask
from services.intake.core.act import AUTHOR, NEIGHBOUR, Act
from services.intake.core.acts import ACTS
from services.intake.core.attachments import attachments_of
from services.intake.core.case import Case
from services.intake.core.deciding import answer_of
from services.intake.core.visibility import given_by_staff
from services.intake.store import moved_files, seal_files, seal_follower, seal_text
from services.intake.web.door import Door, made_ready, nobody
from services.intake.web.tickets import opened, said_again

PartId = Annotated[str, Path(alias="id")]
"""Which reply, extension or instruction of the case is meant; one object, so that it is read once (`chassis.web.routing`)."""


def routes(router: APIRouter, door: Door) -> None:
    """A route for every act that has a path."""
    for act in ACTS:
        if act.path:
            _route(router, door, act)


def _route(router: APIRouter, door: Door, act: Act) -> None:
    """One act's route. The act is bound here: as a parameter of the handler it would be one of the query."""

    async def on_case(number: str, request: Request) -> Response:
        return await _perform(door, act, request, number)

    async def on_part(number: str, identity: PartId, request: Request) -> Response:
        return await _perform(door, act, request, number, identity)

    place = "posts" if act.public else "cases"
    router.post(
        f"/v1/{place}/{{number}}/{act.path}",
        status_code=202,
        summary=act.sentence,
        description=act.description,
        name=act.name,
        openapi_extra=_described(act),
    )(on_part if "{id}" in act.path else on_case)


def _described(act: Act) -> Described:
    """What the route says of itself beside its parameters."""
    body: type[ask.Body] = bodies.Neighbour if act.who is NEIGHBOUR else act.body
    who: Who = "anyone" if act.who is NEIGHBOUR else "author" if act.who is AUTHOR else "staff"
    required = any(field.required for field in fields(body))
    return described(
        body=body, who=who, answer=act.answered, example=dict(act.example), optional=not required
    )


async def _perform(door: Door, act: Act, request: Request, number: str, target: str = "") -> Response:
    """Who asks, which case, what is filled in; then the desk decides."""
    if act.who is NEIGHBOUR:
        return await _neighbour(door, act, request, number)
    if act.who is AUTHOR:
        door.limits.check("acts", client_of(request))
        subject = await door.subject(number)
        if not door.is_own(request, subject):
            raise HttpRefused(401, "code-missing", "需要查询码", "请在 X-Query-Code 中带上查询码。")
        actor, caller = ask.AUTHOR, f"code:{subject}"
    else:
        actor = door.actor(request, *act.who.roles)
        door.limits.check("acts", actor.person)
        subject = await door.subject(number)
        caller = of_staff(actor.person)
    raw = await read_body(request)
    body, written = await made_ready(
        door,
        raw,
        lambda publish: bodies.cleaned(decode_body(raw or b"{}", act.body), publish),
        actor.person or client_of(request),
    )
    box = b""
    if act.sealed:
        box = await seal_text(door.keys, door.connection(), subject, written["text"])
    files, raw = await _files(door, number, subject, body, raw)
    asked = ask.Asked(act.name, actor, body, target, box, files)
    inputs: list[tuple[str, Any]] = [(subject, asked)]
    if act.concerns is not None:
        concerned = act.concerns(subject, (await door.case(number))[1], asked)
        inputs += [(member, await _for_member(door, subject, member, what)) for member, what in concerned]
    return await door.hand_in(request, inputs, caller, raw, lambda answers: answer_of(act, _case(answers)))


async def _files(
    door: Door, number: str, subject: str, body: ask.Body, raw: bytes
) -> tuple[ask.Files, bytes]:
    """The files that come with an act, and the bytes by which its repeat is known. Raises HttpRefused 422."""
    kept = body.kept if isinstance(body, ask.Drafted) else ()
    if not isinstance(body, ask.Added) or not (body.attachments or kept):
        return ask.NO_FILES, raw
    staying = await _staying(door, number, kept)
    given = opened(door.secrets, body.attachments, door.real_now().timestamp())
    box = await seal_files(door.keys, door.connection(), subject, given, staying)
    if not box:
        raise wrong_field("attachments", "个人信息已删除,不能再附文件")
    names = door.profile.published(*(one.name for one in given)).texts
    attachments = (*(file for file, _ in staying), *attachments_of(given, names))
    return ask.Files(attachments, box), said_again(body, given)


async def _staying(door: Door, number: str, kept: Sequence[str]) -> list[tuple[Attachment, bytes]]:
    """The files of earlier replies and of parts that are to stay, each with its box. Raises HttpRefused 422."""
    if not kept:
        return []
    known = given_by_staff((await door.case(number))[1])
    if not known.keys() >= set(kept):
        raise wrong_field("kept", "本帖没有这个附件,请重新选择文件")
    return [known[identity] for identity in dict.fromkeys(kept)]


async def _for_member(door: Door, subject: str, member: str, what: Any) -> Any:
    """What a member of the group is asked, with the keys of the reply's files under its own."""
    if not (isinstance(what, ask.Answered) and what.files.attachments):
        return what
    box = await moved_files(door.keys, door.connection(), subject, what.files.sealed, member)
    return replace(what, files=ask.Files(what.files.attachments, box) if box else ask.NO_FILES)


async def _neighbour(door: Door, act: Act, request: Request, number: str) -> Response:
    """Anyone may, once each: known by what they give of themselves, else by their key and address.

    Who leaves a contact is told of news. A name is not kept: nobody reads it.
    """
    client = client_of(request)
    door.limits.check("supports", client)
    subject = await door.subject(number)
    raw = await read_body(request)
    contact = decode_body(raw or b"{}", bodies.Neighbour)
    key = request.headers.get("idempotency-key", "")
    caller = nobody(client, key)
    reached = bodies.addresses_of(contact)
    given = "" if contact.voice else reached.get("phone") or reached.get("openid")
    follower = await _follower(door, subject, reached)
    if follower is not None and not follower.known:
        # Whoever is written to has not asked for it: anybody can type a number.
        door.limits.check("contacts_an_hour", client)
    unsigned = contact.voice or key
    supporter = door.secrets.citizen(given or f"{nobody(client, unsigned)}/{unsigned}")
    network = door.secrets.citizen(client_key(client))
    known, earlier = await door.voices.look(subject, supporter, network)
    actor = ask.Actor(supporter, "", "neighbour")
    asked = ask.Asked(act.name, actor, ask.Voice(network, known, earlier, bool(given), follower))
    return await door.hand_in(
        request,
        [(subject, asked)],
        f"neighbour:{caller}",
        raw,
        lambda answers: answer_of(act, _case(answers)),
    )


async def _follower(door: Door, subject: str, reached: Mapping[str, str]) -> ask.Follower | None:
    """Who follows a post by a contact, under a name that says nothing about them elsewhere; None where nothing reaches them."""
    channels = bodies.channels_of(reached)
    if not channels:
        return None
    # Named by the channel that is tried first; whoever follows by another of these already is not told twice.
    addresses = [reached[field] for field in ("openid", "phone", "mail") if field in reached]
    best = addresses[0]
    names = [door.secrets.citizen(f"{subject}/{one}")[:FOLLOWER_LENGTH] for one in addresses]
    identity = names[0]
    known = bool(await door.keys.contacts(door.connection(), names))
    key, box = seal_follower(reached, identity)
    given = reached.get("phone") or best
    return ask.Follower(identity, door.secrets.citizen(given), channels, box, key, known)


def _case(answers: list[object]) -> Case:
    """The case the request was about, as it is now."""
    case = answers[0]
    assert isinstance(case, Case)
    return case
