"""The pages of those who answer and those who watch over it: clerks, leaders, supervisors, city leaders."""
