"""The conversation: what is said and asked for at each step. Pure."""
