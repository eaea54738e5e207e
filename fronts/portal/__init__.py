"""Pages for citizens: the front page with live figures, posting, following."""
