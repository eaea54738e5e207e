"""The five services: one shape, five times."""
