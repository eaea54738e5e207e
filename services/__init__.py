"""The seven services: one shape, seven times."""
