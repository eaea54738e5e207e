"""Replies before and after they are published, with their files and what they promise. Pure."""

from collections.abc import Mapping, Sequence

from city.profile import Profile
from contracts.attachments import Attachment
from services.intake.core.answers_on_attachments import AttachedFile
from services.intake.core.answers_on_replies import (
    DraftedReply,
    GivenFirstWord,
    PromiseOfReply,
    PublishedReply,
)
from services.intake.core.case import Case, Draft, Reply


def files(attachments: Sequence[Attachment], names: Mapping[str, str]) -> list[AttachedFile]:
    """The files, by the names under which this reader knows them."""
    return [
        {
            "id": one.id,
            "type": one.type,
            "name": names.get(one.id, one.name),
            "size": one.size,
            "pictured": bool(one.small),
        }
        for one in attachments
    ]


def before_the_leader(draft: Draft | None) -> DraftedReply | None:
    """A draft that waits for the leader, or was sent back; none where there is none."""
    if draft is None:
        return None
    return {
        "reply_id": draft.id,
        "text": draft.text,
        "by": draft.by,
        "at": draft.at,
        "promised_day": draft.promised_day,
        "approved_by": draft.approved_by,
        "remark": draft.remark,
        "attachments": files(draft.attachments, {}),
    }


def first_words(case: Case, city: Profile) -> list[GivenFirstWord]:
    """What units told the citizen before their replies."""
    return [
        {
            "text": word.text,
            "department": word.department,
            "department_name": city.department_name(word.department),
            "at": word.at,
            "handling": word.handling,
        }
        for word in case.first_words
    ]


def published(case: Case, city: Profile) -> list[PublishedReply]:
    """Each reply with its files and what it promises."""
    return [
        {
            "reply_id": reply.id,
            "text": reply.text,
            "department": reply.department,
            "department_name": city.department_name(reply.department),
            "at": reply.at,
            "handling": reply.handling,
            "in_name_of": city.leader_name(reply.in_name_of) if reply.in_name_of else "",
            "attachments": files(reply.attachments, {}),
            "promise": _promise(reply, city),
        }
        for reply in case.replies
    ]


def _promise(reply: Reply, city: Profile) -> PromiseOfReply | None:
    promise = reply.promise
    if promise is None:
        return None
    return {
        "day": promise.day,
        "due": promise.due,
        "state": promise.state,
        "state_name": promise.state_name,
        "reported_at": promise.reported_at,
        "text": promise.text,
        "department_name": city.department_name(promise.department) if promise.department else "",
    }
