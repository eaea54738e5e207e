"""Stats' pure middle: what a case implies for the figures, and how the figures are shown."""
