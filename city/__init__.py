"""What a city rules: its profile, policy, working time and words; pure code over plain data."""
