"""A shop of four services."""
