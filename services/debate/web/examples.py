"""Bodies that work: the public description shows them, and tests send them."""

from typing import Any, Final

DRAFT: Final[dict[str, Any]] = {
    "title": "城区电动车停车",
    "question": "电动车应该停在哪里?",
    "background": "近期多位网民反映路口停车混乱,市里准备划定停车区。",
    "ends": "2099-03-31T18:00:00+08:00",
    "department": "urban-management",
}
COMMENT: Final[dict[str, Any]] = {"text": "路口划出停车线,再装几个车架。", "phone": "13900005678"}
STATEMENT: Final[dict[str, Any]] = {"text": "本周内在二十个路口试划停车线。"}
CLOSING: Final[dict[str, Any]] = {
    "summary": "多数网民希望在路口划停车线,少数网民担心占用盲道。",
    "decision": "四月底前在六十个路口划线,一律避开盲道。",
    "reason": "意见已经集中",
}
MODERATION: Final[dict[str, Any]] = {"action": "hide", "reason": "与议题无关"}
QUESTION: Final[dict[str, Any]] = {"text": "一路公交什么时候延长到新区?", "phone": "13900005678"}
OCCASION: Final[dict[str, Any]] = {
    "kind": "interview",
    "title": "公交线路怎么调",
    "guest": "张建国",
    "office": "交通运输局局长",
    "asked_from": "2026-03-01T09:00:00+08:00",
    "begins": "2099-03-10T15:00:00+08:00",
    "ends": "2099-03-10T17:00:00+08:00",
    "place": "广播电视台一号演播厅",
    "introduction": "就今年的公交线网调整回答网民提问。",
    "department": "transport",
    "invited": ["urban-management"],
}
ANSWER: Final[dict[str, Any]] = {"text": "四月起一路延长到新区,每十二分钟一班。", "speaker": "guest"}
APPROVAL: Final[dict[str, Any]] = {"action": "approve"}
ENDING: Final[dict[str, Any]] = {"summary": "回答了十二个问题,三个问题转交办理。", "reason": "提前结束"}
ENTERED: Final[dict[str, Any]] = {"number": "SQ260311-000123"}
