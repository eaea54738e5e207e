"""Who must answer, and why: duty list, place, and the decisions on a case. Pure."""
