"""What a file is called where its name came as bytes: in a header, or in a form."""

import codecs
from typing import Final

CHARSETS: Final = ("utf-8", "gb18030")
"""What names are written in: the charset of the web; and that of China (GB 18030, which holds GBK), in which systems of
before still send them."""


def file_name(raw: bytes) -> str:
    """The name; empty where nobody can tell what it was. Of a name that was cut inside a character the rest is left out."""
    for charset in CHARSETS:
        try:
            return codecs.getincrementaldecoder(charset)().decode(raw)
        except UnicodeDecodeError:
            continue
    return ""
