"""Surveys: questions of the government, answered once by each person, without knowing by whom."""
