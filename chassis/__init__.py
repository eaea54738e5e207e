"""How a service runs: batches in, one transaction, the bus told; no rule of any city is written here."""
