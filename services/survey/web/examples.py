"""Bodies that work: the public description shows them, and tests send them."""

from typing import Any, Final

DRAFT: Final[dict[str, Any]] = {
    "title": "城区公园开放时间问卷",
    "intro": "约两分钟,结果将全部公开。",
    "audience": "phone",
    "ends": "2099-03-31T18:00:00+08:00",
    "questions": [
        {"id": "q1", "kind": "single", "title": "您常去公园吗?", "options": ["每周", "偶尔", "从不"]},
        {
            "id": "q2",
            "kind": "multiple",
            "title": "您去公园做什么?",
            "options": ["散步", "健身", "带孩子"],
            "other": True,
            "most": 2,
            "only_if": {"question": "q1", "choices": [0, 1]},
        },
        {"id": "q3", "kind": "scale", "title": "您对公园满意吗?", "low": "很不满意", "high": "很满意"},
        {"id": "q4", "kind": "text", "title": "还有什么建议?", "required": False},
    ],
}
REASON: Final[dict[str, Any]] = {"reason": "调查内容有误,提前结束"}
TEXT: Final[dict[str, Any]] = {
    "ballot": "ballot:00000000-0000-5000-8000-000000000000",
    "question": "q4",
    "shown": False,
    "reason": "与问题无关",
}
TOKEN: Final[dict[str, Any]] = {"entitled_by": "13900005678", "blinded": "AAAA"}
ANSWERS: Final[dict[str, Any]] = {
    "token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "signature": "AAAA",
    "answers": [
        {"question": "q1", "choices": [0]},
        {"question": "q3", "value": 4},
        {"question": "q4", "text": "多些座椅。"},
    ],
}
