"""Things of one kind with an id each: listed, read, opened by staff, and acted on."""

from typing import Any

from wenzheng_client.asking import Asking, Json


class Records:
    """Bulletins, accountability records, inspections; and what is known of surveys, debates and dialogues as well."""

    def __init__(self, asking: Asking, base: str, path: str, listed: str = "") -> None:
        """`base` is the address of the service, `path` stands below `/v1/`; `listed`: the field of a list, where it is not named like the path."""
        self._asking = asking
        self._url = f"{base}/v1/{path}"
        self._listed = listed or path

    def all(self, **wanted: str) -> list[Json]:
        """Those that one may see, as lines of a list; `wanted` as in the public description."""
        return list(self._asking.read(self._url, wanted)[self._listed])

    def one(self, identity: str) -> Json:
        """One of them, whole."""
        return self._asking.read(f"{self._url}/{identity}")

    def open(self, key: str = "", **body: Any) -> Json:
        """Staff open one: its id and where it stands."""
        return self._asking.send(self._url, body, key=key)

    def act(self, identity: str, path: str, key: str = "", **body: Any) -> Json:
        """Staff act on one: `path` as in the public description, such as `publication` or `closing`."""
        return self._asking.send(f"{self._url}/{identity}/{path}", body, key=key)
