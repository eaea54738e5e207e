"""Rounds of 督查 and 回访, pure: how a sample is drawn, what is remembered, what each act does, who sees what, the figures."""
