"""What the policy says of whole periods: the 通报, and the open data behind it."""

from typing import Annotated

from msgspec import Meta, Struct


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


class OpenData(Struct, frozen=True, forbid_unknown_fields=True):
    """What is published for anyone to use (the licence: the city's choice; five alike: usual in open statistics)."""

    licence: Annotated[str, Meta(min_length=1, max_length=60)] = "CC-BY-4.0"
    """Its SPDX name."""
    least_alike: Annotated[int, Meta(ge=1, le=20)] = 5
    """Cases of a unit's month that share a kind, or kind and area, at least, where these are told."""
