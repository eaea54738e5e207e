"""Notifier's rules driven by facts alone: what was told to whom."""

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from contracts.decision import Context, Say
from contracts.notices import NoticeSuppressed
from services.notifier.app import RULES
from services.notifier.core.case import Case, Claim, Notice
from tests.services.deadline.facts import PROFILE, received

NUMBER = received("2026-03-02T10:00").number
POST = replace(received("2026-03-02T10:00"), channels=("sms",), title="路灯不亮")


@dataclass
class Told:
    """A case and the notices it has brought about so far."""

    case: Case = field(default_factory=Case)
    notices: list[Notice] = field(default_factory=list)
    suppressed: list[NoticeSuppressed] = field(default_factory=list)
    met: int = 0

    def hear(self, *facts: Any, cause: str = "") -> "Told":
        """Facts in the order in which they are heard; each its own cause, unless one is named."""
        for fact in facts:
            self.met += 1
            now = getattr(fact, "at", POST.at)
            context = Context("post", cause or f"cause-{self.met}", now, PROFILE)
            decision = RULES[type(fact)](self.case, fact, context)
            self.case = decision.state
            for effect in decision.effects:
                if isinstance(effect, Claim):
                    self.notices.append(effect.notice)
                elif isinstance(effect, Say) and isinstance(effect.fact, NoticeSuppressed):
                    self.suppressed.append(effect.fact)
        return self

    def effects_of(self, fact: Any) -> list[Any]:
        """What this fact would bring about."""
        context = Context("post", "cause", fact.at, PROFILE)
        return list(RULES[type(fact)](self.case, fact, context).effects)

    def to(self, audience: str, unit: str = "") -> list[str]:
        """What an audience, of one unit where it is named, has read."""
        return [
            notice.text
            for notice in self.notices
            if notice.audience == audience and unit in ("", notice.department)
        ]

    def kinds(self) -> list[tuple[str, str, str]]:
        """(audience, unit, kind) of everything told, sorted."""
        return sorted((notice.audience, notice.department, notice.kind) for notice in self.notices)


def told(*facts: Any) -> Told:
    """What is told when the post and then these facts are heard."""
    return Told().hear(POST, *facts)
