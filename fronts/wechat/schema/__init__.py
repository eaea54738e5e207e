"""The WeChat front end's own schema: conversations under way, and answers for repeats."""
