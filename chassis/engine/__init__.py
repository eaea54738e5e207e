"""The engine: one way to load, decide, commit and publish, whoever asks for it."""
