"""A post in the form in which it is compared with duties, places and other posts. Pure."""

from msgspec.structs import replace

from city.normal import folded
from contracts.posts import PostReceived


def compared(post: PostReceived) -> PostReceived:
    """The post in plain digits and simplified characters, one character for one, so that offsets hold."""
    return replace(post, title=folded(post.title), text=folded(post.text), place=folded(post.place))
