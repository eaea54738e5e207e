"""The learned classifier: features, the model with its file, and the labelled posts that doubtful ones ask. Pure."""
