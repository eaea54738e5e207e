"""Records of accountability 问责: what opens them, what is done about them, and who is shown them. Pure."""
