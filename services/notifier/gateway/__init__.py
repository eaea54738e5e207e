"""A fake gateway that speaks the providers' protocols, for one machine: it plays the outside world.

No kinder than the real ones: quotas, expired tokens, scripted errors, delays, and answers that are
lost after the effect. What arrived is kept in an append-only file, so that a restart forgets nothing.
"""
