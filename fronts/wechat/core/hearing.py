"""What follows from a message, and from the outcome of a call: the whole conversation on one page. Pure."""

from msgspec.structs import replace

from fronts.wechat.core import cases, pictures, posting, proving, words
from fronts.wechat.core.conversation import (
    Act,
    AskCode,
    Call,
    City,
    Conversation,
    Fetch,
    ListPosts,
    Look,
    Message,
    Outcome,
    SignIn,
    SignOut,
    Step,
    Submit,
    Support,
)


def hear(state: Conversation, message: Message, city: City) -> Step:
    """A message meets the conversation as it stands."""
    match message.kind:
        case "text":
            return _read(state, message, city)
        case "menu":
            return _follow(state, message, message.text, city)
        case "place":
            if state.stage == "draft" and state.draft is not None:
                return posting.placed(state, state.draft, message, city)
            return Step(state, "要就这个地点发帖,请回复“发帖”。")
        case "picture":
            return pictures.came(state, message, city)
        case "film":
            return Step(state, words.NO_FILMS)
        case "voice":
            return Step(state, words.NO_SPEECH)
        case "followed":
            return Step(state, words.WELCOME.format(city=city.profile.name, help=words.help_text(city)))
        case "left":
            # Whoever comes back proves the telephone anew; what is not sent goes with them.
            return Step(Conversation(), call=SignOut(state.token) if state.token else None)
        case "consented" | "refused" | "delivered":
            return Step(replace(state, consents=_consents(state.consents, message)))
        case "unasked" | "reported":
            return Step(state)
        case _:
            return Step(state, words.NOT_READ)


def _consents(before: int, message: Message) -> int:
    """One consent, one message."""
    if message.kind == "refused":
        return 0
    return before + message.count if message.kind == "consented" else max(0, before - message.count)


def _read(state: Conversation, message: Message, city: City) -> Step:
    """Words: a command, a number, an answer to what was asked, or nothing that is known."""
    asked = words.command(message.text)
    if asked:
        return _follow(state, message, asked, city)
    number = words.number_in(message.text)
    if number:
        return cases.look(_left(state), number)
    followed = words.followed_in(message.text)
    if followed or (followed == "" and state.stage == "case"):
        return cases.follow(state, followed or state.number, message.person)
    if words.wants_to_stop(message.text):
        # The link of a notice ends it, for whoever the notice was for: by telephone or by openid, as author or not.
        return Step(state, words.HOW_TO_STOP)
    if state.stage == "phone":
        return proving.phone_typed(state, message.text)
    if state.stage == "code":
        return proving.code_typed(state, message.text)
    of_pictures = pictures.spoken_of(state, message.text, city)
    if of_pictures is not None:
        return of_pictures
    if state.stage == "draft" and state.draft is not None:
        return posting.written_on(state, state.draft, message, city)
    found = cases.chosen(state, message.text) if state.stage == "list" else None
    found = found or cases.acted(state, message)
    if found is not None:
        return found
    return Step(state, f"没有听懂。{words.help_text(city)}{words.draft_waits(state)}")


def _left(state: Conversation) -> Conversation:
    """What was going on is put aside; a draft is kept."""
    return replace(state, stage="idle", rest="", after="")


def _follow(state: Conversation, message: Message, asked: str, city: City) -> Step:
    """A command, typed or chosen from the menu."""
    match asked:
        case "post":
            if not state.token:
                started = state if state.draft is not None else replace(state, draft=posting.fresh(message))
                return proving.wanted(started, "post", "发帖要先绑定手机号,有了答复好通知您。")
            return posting.begin(_left(state), message, city)
        case "mine":
            return cases.mine(_left(state))
        case "more":
            return cases.more(state)
        case "find":
            return Step(_left(state), words.NUMBER_WANTED.format(prefix=city.profile.number_prefix))
        case "bind":
            return proving.bind(_left(state))
        case "unbind":
            return proving.unbind(_left(state))
        case "cancel":
            return _cancel(state)
        case "go on":
            return Step(replace(state, rest=""), state.rest or "没有更多了。")
        case _:
            return Step(_left(state), f"{words.help_text(city)}{words.draft_waits(state)}")


def _cancel(state: Conversation) -> Step:
    """What is going on ends; a draft that was being written is thrown away."""
    if state.stage in ("phone", "code"):
        return Step(replace(_left(state), phone="", sign_in=""), f"已取消。{words.draft_waits(state)}")
    if state.stage == "draft":
        return posting.drop(_left(state))
    return Step(_left(state), f"没有正在做的事。{words.draft_waits(state)}")


def told(state: Conversation, call: Call, outcome: Outcome, city: City) -> Step:
    """The outcome of a call meets the conversation that asked for it."""
    match call:
        case AskCode():
            return proving.code_asked(state, outcome)
        case SignIn():
            return proving.code_judged(state, outcome, city)
        case SignOut():
            return proving.signed_out(state, outcome)
        case ListPosts():
            return cases.listed(state, outcome)
        case Look():
            return cases.read(state, call, outcome, city)
        case Support():
            return cases.followed(state, call, outcome, city)
        case Act():
            return cases.done(state, call, outcome)
        case Submit():
            assert state.draft is not None
            return posting.submitted(state, state.draft, call, outcome, city)
        case Fetch():
            return pictures.fetched(state, call, outcome, city)


def kept(step: Step) -> Step:
    """The answer as far as it fits; the rest is told on 继续."""
    first, rest = words.divided(step.say)
    return Step(replace(step.state, rest=rest) if rest else step.state, first, later=step.later)
