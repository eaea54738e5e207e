"""What the whole city writes about: the newest posts, which are alike, and the topics many are about. Pure."""
