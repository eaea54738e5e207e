"""How a service runs: batches in, one transaction, the bus told; the business is never named here."""
