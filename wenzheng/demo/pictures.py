"""Pictures that people of the demonstration send: plain scenes, drawn here, each as it was before and after the work."""

import io
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw

SIZE: Final = (960, 640)
_SKY, _NIGHT, _ROAD, _KERB = "#bfd9ea", "#1d2636", "#6f7378", "#c9c4b8"
_GROUND: Final = 430
"""Where the road begins, in pixels from above."""


def lamp(done: bool) -> bytes:
    """A street at night, its lamp out, or lit."""
    image = Image.new("RGB", SIZE, _NIGHT)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, _GROUND, *SIZE), fill="#2c3038")
    for left in (60, 640):
        draw.rectangle((left, 150, left + 240, _GROUND), fill="#2a3346")
    if done:
        draw.polygon(((480, 130), (300, _GROUND + 80), (660, _GROUND + 80)), fill="#6b6540")
    draw.rectangle((474, 120, 486, _GROUND + 20), fill="#9aa0a8")
    draw.ellipse((455, 95, 505, 135), fill="#fff3c4" if done else "#3d434d")
    return _written(image)


def road(done: bool) -> bytes:
    """A road with a hole full of water, or with a patch."""
    image = _street()
    draw = ImageDraw.Draw(image)
    hole = (380, 500, 600, 580)
    if done:
        draw.rectangle(hole, fill="#4d5054")
    else:
        draw.ellipse(hole, fill="#4b3f35")
        draw.ellipse((410, 515, 570, 565), fill="#7d93a0")
    return _written(image)


def rubbish(done: bool) -> bytes:
    """Bins with bags piled beside them, or without."""
    image = _street()
    draw = ImageDraw.Draw(image)
    for left in (330, 430, 530):
        draw.rectangle((left, 330, left + 80, _GROUND + 10), fill="#3f7d58")
        draw.rectangle((left - 5, 318, left + 85, 334), fill="#2f6145")
    if not done:
        for place, colour in enumerate(("#3a3a3a", "#cfcfcf", "#7a4a3a", "#3a3a3a", "#cfcfcf")):
            left = 250 + 95 * place
            draw.ellipse((left, 390, left + 110, 480), fill=colour)
    return _written(image)


Scene = Callable[[bool], bytes]
SCENES: Final[tuple[tuple[str, Scene], ...]] = (
    ("路灯", lamp),
    ("垃圾", rubbish),
    ("道路破损", road),
    ("坑洼", road),
    ("成湖", road),
)
"""A word of a title, and what is seen: before the work, and when it is done."""


def scene_of(title: str) -> Scene | None:
    """What is seen where a post of that title was written; nothing of most matters.

    Few have a picture: each is looked at in a process of its own.
    """
    return next((scene for word, scene in SCENES if word in title), None)


def _street() -> Image.Image:
    image = Image.new("RGB", SIZE, _SKY)
    draw = ImageDraw.Draw(image)
    for left, top in ((40, 180), (330, 110), (660, 210)):
        draw.rectangle((left, top, left + 250, _GROUND), fill="#d8cbb8")
        for row in range(top + 30, _GROUND - 60, 70):
            for column in range(left + 25, left + 220, 60):
                draw.rectangle((column, row, column + 32, row + 40), fill="#8fa6b5")
    draw.rectangle((0, _GROUND, SIZE[0], _GROUND + 20), fill=_KERB)
    draw.rectangle((0, _GROUND + 20, *SIZE), fill=_ROAD)
    return image


def _written(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=80)
    return written.getvalue()
