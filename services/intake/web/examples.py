"""Bodies that work, for what is not in the table of acts: the public description shows them, and tests send them."""

from typing import Any, Final

POST: Final[dict[str, Any]] = {
    "kind": "complaint",
    "title": "路灯不亮",
    "text": "幸福路与发展大道路口的路灯坏了一周,晚上很黑。",
    "area": "321302",
    "place": "幸福路与发展大道路口",
    "point": {"longitude": 118.275162, "latitude": 33.963008, "street_address": "幸福路12号院门口"},
    "contact": {"name": "王女士", "phone": "13900005678"},
    "public": True,
    "hide_name": False,
}

ENTERED: Final[dict[str, Any]] = POST | {"origin": "telephone"}

GROUP: Final[dict[str, Any]] = {"numbers": ["SQ260302-000001", "SQ260302-000002"], "lead": "SQ260302-000001"}

UNSUBSCRIPTION: Final[dict[str, Any]] = {"number": "SQ260302-000001", "token": "0123456789ABCDEF"}

CHANGES: Final[dict[str, dict[str, Any]]] = {
    "calendar": {
        "year": 2027,
        "days": [{"day": "2027-01-01", "name": "元旦", "is_off_day": True}],
        "notice": "示例",
    },
    "policy": {"part": {"rating": {"days": 10}}, "reason": "延长评价期"},
    "model": {"version": "", "checksum": "", "threshold": 0.5},
}
