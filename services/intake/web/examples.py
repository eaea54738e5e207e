"""Bodies that work, one for each act and change: the public description shows them, and tests send them."""

from typing import Any, Final

POST: Final[dict[str, Any]] = {
    "kind": "complaint",
    "title": "路灯不亮",
    "text": "幸福路与发展大道路口的路灯坏了一周,晚上很黑。",
    "area": "321302",
    "place": "幸福路与发展大道路口",
    "contact": {"name": "王女士", "phone": "13900005678"},
    "public": True,
    "hide_name": False,
}

ACTS: Final[dict[str, dict[str, Any]]] = {
    "follow-up": {"text": "今晚仍然不亮。"},
    "answer": {"text": "在路口东北角,编号 17 的灯杆。"},
    "rating": {"grade": 5, "text": "很快就修好了。"},
    "reopening": {"reason": "修好两天后又坏了。"},
    "withdrawal": {},
    "erasure": {},
    "support": {},
    "acceptance": {},
    "question": {"text": "请问是哪一根灯杆?"},
    "reply": {"text": "路灯已于今日修复,感谢您的反映。"},
    "extension": {"reason": "需要订购配件", "new_date": "2026-03-10", "progress": "配件已订购,三日内到货。"},
    "return": {"duty_item": "urban-management-01", "reason": "此事属城管职责。"},
    "part": {"text": "供电线路正常,故障在灯具。"},
    "approval": {},
    "reply-return": {"remark": "请写明修复时间。"},
    "extension-approval": {},
    "extension-refusal": {"remark": "配件已有库存,请按期办结。"},
    "assignment": {"department": "urban-management", "reason": "路灯由城管维护。"},
    "ruling": {"lead": "urban-management", "assisting": ["housing"], "reason": "交办会裁定由城管牵头。"},
    "special-report": {"text": "同类问题一月内出现五次,报请协调。"},
    "urging": {"text": "请尽快答复。"},
    "moderation": {"action": "hide", "reason": "含有他人隐私。"},
    "instruction": {"text": "请城管局本周内办结。"},
}

GROUP: Final[dict[str, Any]] = {"numbers": ["SQ260302-000001", "SQ260302-000002"], "lead": "SQ260302-000001"}

CHANGES: Final[dict[str, dict[str, Any]]] = {
    "calendar": {
        "year": 2027,
        "days": [{"day": "2027-01-01", "name": "元旦", "is_off_day": True}],
        "notice": "示例",
    },
    "policy": {"part": {"rating": {"days": 10}}, "reason": "延长评价期"},
    "model": {"version": "", "checksum": "", "threshold": 0.5},
}
