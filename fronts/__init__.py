"""Who speaks to intake: pages and callbacks, only over the public interfaces."""
