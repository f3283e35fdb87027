"""Documents to a published, immutable generation of the index, and the reading of one."""
