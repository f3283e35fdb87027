"""Two runs, and whether the newer may pass."""
