"""Open data at `/open`: files of cases, figures and bulletins that anyone may use (ADR 32)."""
