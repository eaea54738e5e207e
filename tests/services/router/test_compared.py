"""A post is compared in one form, whatever characters it was written in."""

from datetime import UTC, datetime
from pathlib import Path

from city.profile import Profile
from contracts.posts import PostReceived
from services.router.core.assigning.routing import Routing
from services.router.core.compared import compared

PROFILE = Profile.load(Path(__file__).resolve().parents[3] / "cities" / "suqian")


def written(title: str, text: str) -> PostReceived:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return PostReceived(
        at=at, number="SQ260302-000001", kind="complaint", title=title, text=text, citizen="c"
    )


def test_a_post_in_traditional_characters_goes_to_the_unit_of_the_same_post_in_simplified_ones() -> None:
    routing = Routing(PROFILE)

    simplified = routing.choose(written("路灯不亮", "沭阳县城第２实验小学门口的路灯坏了很久"))
    traditional = routing.choose(written("路燈不亮", "沭陽縣城第２實驗小學門口的路燈壞了很久"))

    assert traditional.candidates == simplified.candidates
    assert (traditional.department, traditional.area) == (simplified.department, simplified.area)
    assert simplified.candidates


def test_places_in_the_compared_form_are_places_in_what_was_written() -> None:
    post = written("①㎡路燈", "１２３號 \ufdfa 路燈")

    form = compared(post)

    assert (form.title, form.text) == ("1㎡路灯", "123号 \ufdfa 路灯")
    assert len(form.title) == len(post.title)
