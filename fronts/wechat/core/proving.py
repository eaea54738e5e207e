"""A person proves a telephone by the code that was sent there, and is bound to it from then on. Pure."""

from msgspec.structs import replace

from city import contacts
from city.typed import one_time_code
from fronts.wechat.core import posting
from fronts.wechat.core.conversation import (
    AskCode,
    City,
    Conversation,
    ListPosts,
    Outcome,
    SignIn,
    SignOut,
    Step,
)

ASK: str = "请回复您的手机号,验证码会以短信发到这个号码。"
WRONG_PHONE = "这不是手机号。请回复 11 位手机号;回复“取消”可退出。"
WRONG_CODE = "请回复短信里的 6 位验证码;没有收到,请回复“绑定”重新获取。"
BOUND = "已绑定 {phone}。"
ALREADY = "您已绑定 {phone}。换号请先回复“解绑”。"
UNBOUND = "已解绑。您的帖子不受影响。"
NOT_BOUND = "您还没有绑定手机号。回复“绑定”开始。"
EXPIRED = "绑定已过期,请重新绑定。\n"


def bind(state: Conversation) -> Step:
    """The telephone is asked for."""
    if state.token:
        return Step(state, ALREADY.format(phone=hidden(state.phone)))
    return Step(replace(state, stage="phone", phone="", sign_in=""), ASK)


def wanted(state: Conversation, after: str, why: str) -> Step:
    """The person wants something for which a telephone must be proved first."""
    follows = replace(state, stage="phone", phone="", sign_in="", token="", after=after)
    return Step(follows, f"{why}{ASK}")


def phone_typed(state: Conversation, text: str) -> Step:
    """A telephone, or what was meant for one."""
    try:
        phone = contacts.phone(text)
    except ValueError:
        phone = ""
    if not contacts.is_mobile(phone):
        return Step(state, WRONG_PHONE)
    return Step(replace(state, phone=phone), call=AskCode(phone))


def code_asked(state: Conversation, outcome: Outcome) -> Step:
    """The code is on its way, or is not."""
    if not outcome.ok:
        return Step(state, f"{outcome.sentence}\n可以稍后再回复一次手机号;回复“取消”可退出。")
    follows = replace(state, stage="code", sign_in=str(outcome.body["sign_in"]))
    return Step(follows, f"验证码已发到 {hidden(state.phone)},5 分钟内有效。请回复 6 位验证码。")


def code_typed(state: Conversation, text: str) -> Step:
    """A code, another telephone, or what was meant for one of them."""
    code = one_time_code(text)
    if len(code) == 11:
        return phone_typed(replace(state, stage="phone"), text)
    if len(code) != 6:
        return Step(state, WRONG_CODE)
    return Step(state, call=SignIn(state.sign_in, code))


def code_judged(state: Conversation, outcome: Outcome, city: City) -> Step:
    """Bound, and on with what was wanted; or not bound."""
    if not outcome.ok:
        return Step(state, f"{outcome.sentence}\n{WRONG_CODE}")
    bound = replace(state, stage="idle", sign_in="", after="", token=str(outcome.body["token"]))
    said = BOUND.format(phone=hidden(state.phone))
    if state.after == "post" and bound.draft is not None:
        step = posting.go_on(bound, city)
        return Step(step.state, f"{said}\n{step.say}", step.call)
    if state.after == "mine":
        return Step(bound, call=ListPosts(bound.token))
    return Step(bound, f"{said}现在可以回复“发帖”,或回复“我的”看您的帖子。")


def unbind(state: Conversation) -> Step:
    """The telephone is no longer this person's here."""
    if not state.token:
        return Step(state, NOT_BOUND)
    return Step(replace(state, stage="idle"), call=SignOut(state.token))


def signed_out(state: Conversation, outcome: Outcome) -> Step:
    """Forgotten here; a service that did not answer ends the binding by itself later on."""
    if outcome.status >= 500 or outcome.status == 429:
        return Step(state, f"{outcome.sentence}\n没有解绑,请稍后再回复“解绑”。")
    return Step(Conversation(draft=state.draft, consents=state.consents), UNBOUND)


def hidden(phone: str) -> str:
    """A telephone of which its owner knows the rest."""
    return f"{phone[:3]}****{phone[-4:]}"
