"""The read side: one published, immutable generation of an index."""
