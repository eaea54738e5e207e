"""Bulletins 通报 as anyone reads them: which were issued, one with its table, and the same as docx, PDF and XLSX."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from fronts.portal.site import Here

PAPERS: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Kind of paper to its media type."""
RECEIVED: Final = 1
"""The column of the table that says how many posts a unit was given."""
_SHARES: Final = ("率", "满意度")
"""How the heads of shares end."""
"""Columns of the table that are shares between 0 and 1."""

router = APIRouter(include_in_schema=False)
"""`/bulletins` and what lies below it."""


@router.get("/bulletins")
async def bulletins(site: Here) -> Response:
    """All that were issued."""
    answer = await site.services.get("stats", "/v1/bulletins")
    return site.pages.render(
        "bulletins.html",
        200 if answer.ok else answer.status,
        bulletins=answer.body["bulletins"] if answer.ok else [],
        problem="" if answer.ok else answer.sentence,
    )


@router.get("/bulletins/{identity}")
async def bulletin(site: Here, identity: str) -> Response:
    """Its text, its table, and how anyone counts it again."""
    answer = await site.services.get("stats", "/v1/bulletins/{identity}", identity=identity)
    if not answer.ok:
        return site.pages.refuse(answer.status, answer.sentence)
    return site.pages.render(
        "bulletin.html", bulletin=answer.body, tables=shown_tables(answer.body), paper_kinds=tuple(PAPERS)
    )


@router.get("/bulletins/{identity}/{kind}")
async def paper(site: Here, identity: str, kind: str) -> Response:
    """The bulletin as a document."""
    found = None
    if kind in PAPERS:
        path = "/v1/bulletins/{identity}/papers/{kind}"
        found = await site.services.file("stats", path, identity=identity, kind=kind)
    if found is None:
        return site.pages.refuse(404, "没有这份文件。")
    return as_paper(found, identity, kind)


def as_paper(data: bytes, identity: str, kind: str) -> Response:
    """A paper of a bulletin that there is, as the browser keeps it."""
    headers = {
        "Content-Disposition": f'attachment; filename="bulletin-{identity}.{kind}"',
        "Content-Type": PAPERS[kind],
    }
    return Response(data, headers=headers)


def shown_tables(bulletin: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tables of a bulletin as they are read, each with its caption; those of before have one."""
    found = [shown(bulletin["table"]) | {"caption": "各单位办理情况;按件数分组,同组按回复率、按时率排列"}]
    if bulletin["course"]:
        caption = "各单位响应、交办和后续办理情况;次序同上表"
        found.append(shown(bulletin["course"]) | {"caption": caption, "idle": []})
    return found


def shown(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table as it is read: units that were given posts, the city last; the names of the others."""
    heads: Sequence[str] = table["heads"]
    *units, city = table["rows"]
    return {
        "heads": heads,
        "rows": [_texts(heads, row) for row in units if row[RECEIVED]],
        "city": _texts(heads, city),
        "idle": [row[0] for row in units if not row[RECEIVED]],
    }


def _texts(heads: Sequence[str], row: Sequence[Any]) -> list[str]:
    return [_text(head, value) for head, value in zip(heads, row, strict=True)]


def _text(head: str, value: Any) -> str:
    if value is None:
        return "—"
    if head.endswith(_SHARES):
        return f"{100 * value:.1f}%"
    return f"{value:g}" if isinstance(value, float) else str(value)
