"""A question to ranked hits."""
