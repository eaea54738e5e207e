"""What becomes of texts before anybody may read them: what is personal and what is foul is starred, listed words judged.

One function for every text that becomes public, whoever wrote it and whichever act it came with.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from city.masking import apart, mask
from city.public_contacts import PublicContacts
from city.words import Verdict, WordLists


class Published(Struct, frozen=True):
    """Texts as they may be read, and what the city's word lists say of them."""

    texts: tuple[str, ...]
    """In the order given, each as long as it was."""
    verdict: Verdict
    """`block`: they may not be published; `hold`: a person must look first; `pass`."""


Publish = Callable[..., Published]
"""What becomes of texts of one city, each an argument."""


def published(texts: Sequence[str], words: WordLists, contacts: PublicContacts) -> Published:
    """Texts that are shown one below the other, such as title, text and place, made fit to be read by all.

    Personal data and words of the mask list become asterisks, one for each character; the telephones and
    addresses of units stay. Listed words are judged in the texts as they were given.
    """
    together = "\n".join(texts)
    matches = words.matches(together)
    starred = apart(mask(words.masked(together, matches), contacts), texts)
    return Published(starred, words.verdict(matches))
