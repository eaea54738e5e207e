"""The citizens' side of the portal: front page, posting, following, boards, and the wall."""
