"""The life of a case as intake guards it: requests, steps, refusals, views. Pure."""
