"""What the policy says of what figures lead to: 通报, 问责, 考核, 督查, and the open data behind them."""

from typing import Annotated

from msgspec import Meta, Struct

Times = Annotated[int, Meta(ge=0, le=20)]
Points = Annotated[float, Meta(ge=0.0, le=100.0)]


class Bulletin(Struct, frozen=True, forbid_unknown_fields=True):
    """The 通报 (monthly and yearly: the city's 2011 report; the pass mark and the way to object: ours)."""

    mark: Annotated[str, Meta(min_length=1, max_length=20)] = "问督"
    """What stands before 〔year〕 in its number (发文字号)."""
    issuer: Annotated[str, Meta(min_length=1, max_length=40)] = "supervision"
    """The code of the unit that issues it; one of its leaders approves it."""
    objection_working_days: Annotated[int, Meta(ge=1, le=30)] = 2
    """In which a unit may object to a draft."""
    pass_mark: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.98
    """The reply rate below which a unit is named."""


class Accountability(Struct, frozen=True, forbid_unknown_fields=True):
    """When a rule opens a 问责 record, and how long those concerned have (the rules: ours, after the city's 2011 report, which
    promises consequences; the days for an appeal: 公务员法 第九十五条).

    Each number is how many happenings in one case, of one unit, open a record; 0: the rule opens none.
    """

    overdue: Times = 1
    """Overdue for as long as the ladder's last step says (`[ladder] bulletin`)."""
    promises_broken: Times = 2
    """Dates promised in an extension that passed without a reply, or in a reply without a report."""
    returns_refused: Times = 1
    """Returns that a person refused as unfounded."""
    replies_sent_back: Times = 2
    """Replies that the leader's quality check sent back."""
    reopenings: Times = 2
    """Times that the citizen asked for another handling of what the unit had answered."""
    statement_working_days: Annotated[int, Meta(ge=1, le=30)] = 5
    """In which those concerned may state before anything is found."""
    appeal_days: Annotated[int, Meta(ge=1, le=90)] = 30
    """Calendar days after the finding in which they may appeal."""


class Assessment(Struct, frozen=True, forbid_unknown_fields=True):
    """What the score of a unit is made of (考核: the city's 2011 report, "纳入年度目标考核"; the points: ours).

    Points that can be had for each part, and points that are lost, until none of the part's are left. A part of which too
    little is known counts in no sum, and the score is out of a hundred of the points of the others.
    """

    on_time: Points = 30.0
    """按时率: points times the share; so the three that follow."""
    reply: Points = 15.0
    solved: Points = 15.0
    satisfaction: Points = 15.0
    promises: Points = 5.0
    """承诺未兑现."""
    promise_points: Points = 1.0
    """Lost for each broken promise in a hundred posts received."""
    reopened: Points = 5.0
    """重新办理."""
    reopening_points: Points = 0.5
    """Lost for each reopened post in a hundred replied."""
    sent_back: Points = 5.0
    """答复退回: replies that the leader's look did not let pass."""
    sent_back_points: Points = 0.2
    """Lost for each in a hundred posts replied: to look is right, and costs little."""
    accountability: Points = 10.0
    """问责; lost for each record, by its measure:"""
    reminder: Points = 1.0
    self_criticism: Points = 2.0
    talk: Points = 3.0
    circular: Points = 5.0
    referral: Points = 10.0
    review: Points = 10.0
    """政行风评议: points times the share of those who graded the unit with one of the two best of five steps, in the published
    reviews of the year. In a year without one nothing counts, and the score is of the points of the others, as it was."""
    least_received: Annotated[int, Meta(ge=1, le=1000)] = 10
    """Posts from which a unit has a place (the volume groups of the league)."""
    least_answers: Annotated[int, Meta(ge=1, le=1000)] = 5
    """Answers of people from which satisfaction and solved matters are judged."""
    least_review_answers: Annotated[int, Meta(ge=1, le=100_000)] = 20
    """Answers from which a review judges a unit: of 20, the interval is about a fifth wide to either side."""

    @property
    def of_shares(self) -> float:
        """The points of the four shares together; without any nothing could be judged."""
        return self.on_time + self.reply + self.solved + self.satisfaction


class Inspection(Struct, frozen=True, forbid_unknown_fields=True):
    """What a round of 督查 looks at, and how long a unit has (the points: ours, after what 好差评 and bureau rules ask of an answer)."""

    checklist: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=20)], ...], Meta(min_length=1, max_length=12)
    ] = ("受理及时", "答复切题", "承诺兑现", "用语规范", "资料完整")
    """What each case is looked at for."""
    correction_working_days: Annotated[int, Meta(ge=1, le=30)] = 5
    """In which a unit puts a finding right, where the inspector names no other number."""
    warning_working_days: Annotated[int, Meta(ge=0, le=30)] = 1
    """So long before that day the unit is told; 0: not at all."""


class OpenData(Struct, frozen=True, forbid_unknown_fields=True):
    """What is published for anyone to use (the licence: the city's choice; five alike: usual in open statistics)."""

    licence: Annotated[str, Meta(min_length=1, max_length=60)] = "CC-BY-4.0"
    """Its SPDX name."""
    least_alike: Annotated[int, Meta(ge=1, le=20)] = 5
    """Cases of a unit's month that share a kind, or kind and area, at least, where these are told."""


class Promise(Struct, frozen=True, forbid_unknown_fields=True):
    """What a reply promises by a day (承诺办结日期; ours)."""

    longest_days: Annotated[int, Meta(ge=1, le=3650)] = 730
    """Calendar days; no promised day may be further away."""
    warning_working_days: Annotated[int, Meta(ge=0, le=30)] = 1
    """So long before it is due the unit is told; 0: not at all."""
