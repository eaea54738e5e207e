"""Makes one paper: `python -m services.stats.bulletins.papers KIND < paper.json > paper.KIND`."""

import sys

import msgspec

from services.stats.bulletins.papers.paper import Paper


def made(kind: str, paper: Paper) -> bytes:
    """The bytes of a paper; only the library of its kind is loaded."""
    if kind == "docx":
        from services.stats.bulletins.papers import docx

        return docx.made(paper)
    if kind == "pdf":
        from services.stats.bulletins.papers import pdf

        return pdf.made(paper)
    from services.stats.bulletins.papers import xlsx

    return xlsx.made(paper)


if __name__ == "__main__":
    sys.stdout.buffer.write(made(sys.argv[1], msgspec.json.decode(sys.stdin.buffer.read(), type=Paper)))
