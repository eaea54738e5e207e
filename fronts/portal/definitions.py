"""What each figure means, for the note on a page that shows some: as stats defines them, once for all (`docs/figures.md`)."""

from fronts.portal.services import Services


async def definitions(services: Services) -> list[tuple[str, str]]:
    """Name and meaning of each figure; none where stats does not answer soon."""
    index = await services.offer("stats", "/open")
    return [
        (field["label"], field["meaning"])
        for one in index.get("datasets", ())
        if one["name"] == "figures"
        for field in one["fields"]
        if field.get("label")
    ]
