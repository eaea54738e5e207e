"""The two things every fact has: a moment in city time, and a tag that names its kind and version."""

from datetime import datetime

from msgspec import Struct


class Fact(Struct, frozen=True, kw_only=True, gc=False, tag_field="type", omit_defaults=True):
    """Something that happened to one subject (the Kafka key: a post, a topic of talk, a partition of the city).

    Past tense, never changed, never reused for another meaning. A field is added only with a
    default; anything else is a new version beside the old one. Every free text in a fact is
    masked; what is personal travels only in a sealed box (`sealed`).
    """

    at: datetime
    """City time of the happening, with offset; also the CloudEvents attribute `time`."""
