"""Files of citizens: given before the post that names them, and read by whoever may see it."""

import asyncio
import hashlib
import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote_to_bytes

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.problem import HttpRefused
from chassis.vault import SEALED_MORE, new_key, seal_bytes, unseal_bytes
from chassis.web.bodies import read_file
from chassis.web.conditional import has_it
from chassis.web.described import described
from chassis.web.filenames import file_name
from chassis.web.limits import client_of
from chassis.web.places import Places, Room, Slowly
from chassis.web.responses import Json
from contracts.attachments import Attachment
from services.intake.core.answers_on_attachments import FileGiven
from services.intake.core.attachments import ENDINGS, SMALL, Given, NotTaken, named
from services.intake.core.case import Case
from services.intake.core.visibility import Reader, file_of, reader_of
from services.intake.store import TICKET_SECONDS, open_file
from services.intake.web.door import Door, not_own_case
from services.intake.web.reading import STAFF
from services.intake.web.tickets import ticket_of

GIVEN_AT_ONCE: Final = Room(24, 4)
"""Files that come at the same time, of all and of one client: with 8 MB each they take 192 MB."""
READ_AT_ONCE: Final = Room(48, 16)
"""Files that are handed out at the same time; a browser asks for six at once."""
WHOLE, LITTLE = "file", "small"
"""What the two sealed forms of a file are bound to."""
CLOSED: Final = "default-src 'none'; sandbox"
"""Whatever is in a file, a browser runs and loads nothing of it, and gives it no origin."""

MOST_SMALL: Final = 1024 * 1024
"""Bytes of a small picture of 320 pixels, sealed: it has some tens of thousands."""

_log = structlog.get_logger()
_UTF8_NAME: Final = re.compile(r"filename\*=utf-8''([^;\s]{0,1200})", re.IGNORECASE)
_PLAIN_NAME: Final = re.compile(r'filename="?([^";]{0,300})')
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def routes(router: APIRouter, door: Door) -> None:
    """One door to give a file, one for each side to read it."""
    coming = Places(GIVEN_AT_ONCE)

    @router.post(
        "/v1/attachments",
        status_code=201,
        summary="A file is given, for a post that will name its ticket.",
        openapi_extra=described(answer=FileGiven, keyed=False) | _BODY,
    )
    async def give(request: Request) -> Response:
        """JPEG, PNG, WebP, PDF, docx or xlsx without macros, judged by content; `Content-Disposition: attachment; filename*=UTF-8''…` names it.

        Pictures are drawn anew, so that they tell no place and no camera; a document whose photographs tell where they were
        taken is not taken. Given again, it is another file.
        """
        client = client_of(request)
        door.limits.check("attachments", client)
        limits = door.profile.policy.attachments
        if not limits.at_most:
            raise _not_taken("不收附件")
        with coming.place(client) as place:
            try:
                async with place.waiting():
                    data = await read_file(request, limits.most_bytes)
            except TimeoutError as failure:
                raise problem.plain(503, "传输太慢,现在传输文件的人太多,请稍后再试。") from failure
            except HttpRefused as refused:
                if refused.status != 413:
                    raise
                raise _not_taken(f"每个附件最大 {limits.megabytes} MB", 413) from refused
            try:
                given = await _kept(door, data, _name(request.headers.get("content-disposition", "")))
            except NotTaken as failure:
                raise _not_taken(str(failure)) from failure
        told: FileGiven = {
            "attachment": ticket_of(door.secrets, given),
            "name": given.name,
            "type": given.type,
            "size": given.size,
            "until": datetime.fromtimestamp(given.at + TICKET_SECONDS, UTC),
        }
        return Json(told, 201)

    _readers(router, door)


def _readers(router: APIRouter, door: Door) -> None:
    media, going = tuple(ENDINGS), Places(READ_AT_ONCE)

    @router.get(
        "/v1/posts/{number}/attachments/{file}",
        summary="A file of a post.",
        openapi_extra=described(who="anyone or author", media=media),
    )
    async def of_post(number: str, file: str, request: Request, small: bool = False) -> Response:
        """For whoever may see the post's words; with the query code, of one's own post."""
        door.limits.check("reads", client_of(request))
        subject, case = await door.case(number)
        reader: Reader = "author" if door.is_own(request, subject) else "anyone"
        return await _handed_out(door, request, going, subject, _found(case, reader, file), small)

    @router.get(
        "/v1/cases/{number}/attachments/{file}",
        summary="A file of a case.",
        openapi_extra=described(who="staff", media=media),
    )
    async def of_case(number: str, file: str, request: Request, small: bool = False) -> Response:
        """For those whose case it is; what not everybody may see is logged before it is shown."""
        actor = door.actor(request, *STAFF)
        door.limits.check("reads", actor.person)
        subject, case = await door.case(number)
        reader = reader_of(actor, case)
        if reader is None:
            raise not_own_case()
        found = _found(case, reader, file)
        if file_of(case, "anyone", file) is None:
            await door.read_log.note(actor, subject)
            door.count_read(actor.role)
        return await _handed_out(door, request, going, subject, found, small)


async def _kept(door: Door, data: bytes, name: str) -> Given:
    """Look at a file, seal what may be kept under a fresh key, and write it down. Raises NotTaken, and HttpRefused 503 where it cannot be kept."""
    examined = await door.examiner.examined(data, door.profile.policy.attachments)
    key = new_key()

    def sealed() -> tuple[bytes, bytes]:
        small = seal_bytes(key, examined.small, LITTLE) if examined.small else b""
        return seal_bytes(key, examined.whole, WHOLE), small

    whole, little = await asyncio.to_thread(sealed)
    try:
        small = await door.folder.put(little) if little else ""
        identity = await door.folder.put(whole)
    except OSError as failure:
        _log.warning("a file could not be kept", reason=repr(failure))
        raise problem.plain(503, "附件暂时不能保存,请稍后再传,或先不带附件提交。") from failure
    return Given(
        identity,
        small,
        examined.type,
        len(examined.whole),
        named(name, examined.type),
        key,
        hashlib.blake2b(data, digest_size=16).digest(),
        door.real_now().timestamp(),
    )


def _found(case: Case, reader: Reader, file: str) -> tuple[Attachment, bytes]:
    """The file that is meant, and its box. Raises HttpRefused 404 where there is none, or none for this reader."""
    found = file_of(case, reader, file)
    if found is None:
        raise problem.plain(404, "没有这个附件。")
    return found


async def _handed_out(
    door: Door, request: Request, going: Places, subject: str, found: tuple[Attachment, bytes], small: bool
) -> Response:
    """The bytes, as what they are and nothing else; 304 when the reader has them."""
    file, box = found
    small = small and bool(file.small)
    identity, kind = (file.small, SMALL) if small else (file.id, file.type)
    headers = {
        "ETag": f'"{identity[:32]}"',
        "Cache-Control": "no-cache",
        "Content-Security-Policy": CLOSED,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": _disposition(file),
        # Pictures do not get smaller, and whoever packs them keeps others waiting.
        "Content-Encoding": "identity",
        "Content-Type": kind,
    }
    if has_it(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    key = await open_file(door.keys, door.connection(), subject, box, file)
    if key is None:
        raise problem.plain(404, "没有这个附件。")
    most = MOST_SMALL if small else file.size + SEALED_MORE
    return Slowly(going, client_of(request), lambda: _content(door, key, identity, most, small), headers)


async def _content(door: Door, key: bytes, identity: str, most: int, small: bool) -> bytes:
    """Raises HttpRefused: 503 while files are away, 404 for one that is lost, 500 for one that is not what was given."""
    try:
        sealed = await door.folder.get(identity, most)
        if sealed is None:
            _log.error("a file that a post names is lost", file=identity)
            raise problem.plain(404, "这个附件的文件已经不在了。")
        return await asyncio.to_thread(unseal_bytes, key, sealed, LITTLE if small else WHOLE)
    except OSError as failure:
        _log.warning("a file could not be handed out", reason=repr(failure))
        raise problem.plain(503, "附件暂时取不到,请稍后再试。") from failure
    except ValueError as failure:
        _log.error("a file is not what was given", file=identity, reason=str(failure))
        raise HttpRefused(
            500, "attachment-damaged", "附件已损坏", "存放的文件已不是当时上传的内容,不能打开。"
        ) from failure


def _disposition(file: Attachment) -> str:
    """Pictures are shown, all else is saved; the masked name, for headers are kept in logs."""
    how = "inline" if file.small else "attachment"
    return f"{how}; filename=\"file.{ENDINGS[file.type]}\"; filename*=UTF-8''{quote(file.name)}"


def _name(disposition: str) -> str:
    """What a file was called by whoever gave it; empty when they did not say, or in no charset that anybody reads."""
    if coded := _UTF8_NAME.search(disposition):
        return file_name(unquote_to_bytes(coded[1]))
    plain = _PLAIN_NAME.search(disposition)
    return file_name(plain[1].encode("latin-1", "replace")) if plain else ""


def _not_taken(reason: str, status: int = 422) -> HttpRefused:
    return HttpRefused(status, "attachment-not-taken", "附件没有收下", reason)
