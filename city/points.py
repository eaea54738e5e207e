"""A point of the city: in which datum it is given, whether it lies in the city, how it is written, what leads to a map. Pure."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

Datum = Literal["gcj02", "wgs84"]
"""What the degrees are counted from. `gcj02`: the maps of China (WeChat, Tencent, AMap); `wgs84`: satellites, browsers."""
DATUM_NAMES: Final[Mapping[str, str]] = {
    "gcj02": "GCJ-02(微信、高德、腾讯地图)",
    "wgs84": "WGS-84(手机、浏览器定位)",
}
DECIMALS: Final = 6
"""Of a degree, that are kept: the sixth is a decimetre, and no telephone knows better."""
_HOLES: Final = ("{longitude}", "{latitude}")


class Points(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the city lies, and what leads from a point to a map (ours). Without a box of its own: the box of China."""

    west: Annotated[float, Meta(ge=-180.0, le=180.0)] = 73.0
    """Degrees, as the three that follow. The box holds for either datum: in China they lie less than a kilometre apart."""
    east: Annotated[float, Meta(ge=-180.0, le=180.0)] = 136.0
    south: Annotated[float, Meta(ge=-90.0, le=90.0)] = 3.0
    north: Annotated[float, Meta(ge=-90.0, le=90.0)] = 54.0
    link: Annotated[str, Meta(min_length=0, max_length=500)] = ""
    """Address of a page that shows a point of GCJ-02, with `{longitude}` and `{latitude}`; empty: no link is shown."""
    link_wgs84: Annotated[str, Meta(min_length=0, max_length=500)] = ""
    """The same for a point of WGS-84, which is not converted here."""

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies in the box, its edges with it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north

    def refusal(self, longitude: float, latitude: float) -> str:
        """Why a point is not taken and what can be done, in Chinese; empty for one that lies in the city."""
        if self.holds(longitude, latitude):
            return ""
        box = f"东经 {self.west:g} 到 {self.east:g} 度、北纬 {self.south:g} 到 {self.north:g} 度"
        if self.holds(latitude, longitude):
            return f"经度和纬度好像写反了(本市在{box}),请对调后再提交"
        return f"不在本市范围内({box});请核对经纬度,或去掉坐标,用文字写地点"

    def link_to(self, longitude: float, latitude: float, datum: str) -> str:
        """The address of a page that shows the point; empty where the city names none for its datum."""
        pattern = self.link if datum == "gcj02" else self.link_wgs84
        for hole, degrees in zip(_HOLES, (longitude, latitude), strict=True):
            pattern = pattern.replace(hole, degrees_of(degrees))
        return pattern

    @property
    def wrong(self) -> tuple[str, str]:
        """The key that contradicts another, and how; empty when none does."""
        if not self.west < self.east:
            return "east", "东边的经度应大于西边的"
        if not self.south < self.north:
            return "north", "北边的纬度应大于南边的"
        for key, pattern in (("link", self.link), ("link_wgs84", self.link_wgs84)):
            fits = pattern.startswith("https://") and all(hole in pattern for hole in _HOLES)
            if pattern and not (fits and pattern.isascii() and pattern.isprintable() and " " not in pattern):
                return key, "应为 https:// 开头的地址,其中有 {longitude} 和 {latitude}"
        return "", ""


def degrees_of(value: float) -> str:
    """Degrees as they are kept and shown: at most six decimals, none for nothing."""
    written = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written
