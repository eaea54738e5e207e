"""Texts that would break out of a page, a template, an attribute or a script if they were not shown as text.

One list for the citizens' and the staff's pages. Every text fits a title (at most 100 characters) and survives the
door's normal form and masking unchanged, so that a page can be asked whether it shows exactly what was typed.
"""

from typing import Final

INJECTIONS: Final = (
    "<script>document.title='taken'</script>",
    "<ScRiPt>document.title='taken'</sCrIpT >",
    '"><img src=x onerror="document.title=\'taken\'">',
    "' onmouseover='document.title=1' x='",
    '" autofocus onfocus="document.title=1" x="',
    "<svg/onload=document.title='taken'>",
    "</textarea><h1>heading</h1>",
    "</title><h1>heading</h1>",
    "</script><script>document.title='taken'</script>",
    "<!-- <b>comment</b> -->",
    "<base href=//example.test/>",
    '<meta http-equiv="refresh" content="0;url=/taken">',
    "<form action=/taken><button>",
    '<a href="javascript:document.title=1">a</a>',
    '<div hx-get="/taken" hx-trigger="load">',
    "<style>*{display:none}</style>",
    "{{ 7 * 7 }} {% raw %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "javascript:document.title=1",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "\\u003cscript\\u003e \\x3cb\\x3e",
    "'; drop table subject; --",
    "%3Cscript%3E 100% _ \\ %s",
    "data:\nevent: figures\n\nid: 1",
)
"""Typed by people into titles, texts, places, names, answers, replies, reasons and remarks."""

TAKEN: Final = "taken"
"""What a page's title or address would hold if one of them had run."""
