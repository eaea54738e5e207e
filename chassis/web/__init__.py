"""The HTTP edge that every service shares: a raw ASGI layer, strict bodies, probes, limits, conditional reads."""
