"""What is typed in WeChat becomes an act of intake's table: at its address, with a body that it takes."""

import pytest

from fronts.wechat.core import cases
from fronts.wechat.core.conversation import Act, Conversation, Message
from services.intake.core.acts import ACT

READ = Conversation(stage="case", number="SQ260302-000001", token="a session")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("补充 在路口东北角", "answer"),
        ("追问 今晚仍然不亮", "follow-up"),
        ("申诉 写的是路灯", "appeal"),
        ("评价 5 已解决 修得很快", "rating"),
    ],
)
def test_what_is_typed_becomes_an_act_of_the_table(typed: str, name: str) -> None:
    step = cases.acted(READ, Message("m1", "person", "text", typed))

    assert step is not None
    assert isinstance(step.call, Act)
    assert step.call.act == ACT[name].path
    assert set(step.call.body) <= set(ACT[name].body.__struct_encode_fields__)
