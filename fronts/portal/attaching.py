"""Files on a form: handed on to intake as they come, and kept on the form as tickets until it is sent."""

from typing import Final, NamedTuple

from fastapi import Request

from fronts.portal.forms import FORM_LIMIT, Form, read_form
from fronts.portal.multipart import Fields, has_files, read_parts
from fronts.portal.site import Site

FIELD: Final = "attached"
"""The form's field with what was given already: ticket, blank, name."""
_CHOSEN: Final = "files"


class Attached(NamedTuple):
    """A file that intake has taken in, for this form."""

    ticket: str
    name: str

    @property
    def value(self) -> str:
        """As it stands in the form."""
        return f"{self.ticket} {self.name}"


class Typed(NamedTuple):
    """What was typed, what was given with it now or before, and why some of it was not taken."""

    form: Form
    attached: tuple[Attached, ...]
    refused: tuple[str, ...] = ()


async def read_with_files(request: Request, site: Site) -> Typed:
    """A form, its files given to intake. Raises Unfit."""
    if not has_files(request):
        form = await read_form(request)
        return Typed(form.without(FIELD), _kept(form))
    limits = site.pages.profile.policy.attachments
    fields, given, refused, tried = Fields(), list[Attached](), list[str](), 0
    async for part in read_parts(request, FORM_LIMIT + 2 * limits.at_most * limits.most_bytes):
        if part.file_name is None:
            await fields.take(part)
        elif part.name == _CHOSEN and part.file_name:
            tried += 1
            if tried > limits.at_most:
                # Of many thousand small ones no more are handed on, and not all are named.
                if tried <= 2 * limits.at_most:
                    refused.append(f"{part.file_name}:最多 {limits.at_most} 个附件")
                continue
            answer = await site.services.give(part.file_name, part.content())
            if answer.ok:
                given.append(Attached(str(answer.body["attachment"]), str(answer.body["name"])))
            else:
                refused.append(f"{part.file_name}:{answer.body.get('detail') or answer.sentence}")
    form = fields.form()
    return Typed(form.without(FIELD), (*_kept(form), *given), tuple(refused))


def _kept(form: Form) -> tuple[Attached, ...]:
    """What a form holds that was given before."""
    return tuple(Attached(*value.partition(" ")[::2]) for value in form.all(FIELD))
