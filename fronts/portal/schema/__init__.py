"""The portal's own schema: accounts, sessions, and what was taken to the city leaders."""
