"""What each figure means, for the note on pages that show figures; stats defines them (`docs/figures.md`)."""

from fronts.portal.services import Services


async def definitions(services: Services) -> list[tuple[str, str]]:
    """Name and meaning of each figure; none where stats does not answer soon."""
    index = await services.offer("stats", "/open")
    return [
        (field["label"], field["meaning"])
        for dataset in index.get("datasets", ())
        if dataset["name"] == "figures"
        for field in dataset["fields"]
        if field.get("label")
    ]
