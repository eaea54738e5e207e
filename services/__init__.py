"""The six services: one shape, six times."""
