"""What each figure means, for the note on pages that show figures; stats defines them (`docs/figures.md`)."""

from collections.abc import Mapping
from typing import Any


def definitions(index: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and meaning of each figure, by the index of stats' open data; none where it did not come."""
    return [
        (field["label"], field["meaning"])
        for dataset in index.get("datasets", ())
        if dataset["name"] == "figures"
        for field in dataset["fields"]
        if field.get("label")
    ]
