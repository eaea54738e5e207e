"""What the security log's page says of the codes that its entries keep."""

import pytest

from fronts.portal.staff.log_page import told
from tests.fronts.portal.staff.alone import PROFILE


@pytest.mark.parametrize(
    ("kind", "detail", "read"),
    [
        ("account-added", "transport clerk", "市交通运输局 承办人"),
        ("opened", "mayor supervision", "市领导 市电子政务中心"),
        ("opened", "author", "发帖人"),
        ("signed-in", "local", "本地"),
        ("log-read", "signed-in mayor", "登录 mayor"),
        ("refused", "角色不符", "角色不符"),
        ("refused", "water is wet", "water is wet"),
        ("refused", "", ""),
    ],
)
def test_an_entry_is_read_by_the_names_of_roles_and_units_and_never_by_half(
    kind: str, detail: str, read: str
) -> None:
    assert told(kind, detail, PROFILE) == read
