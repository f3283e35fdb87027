"""Whether evidence bears a claim: exact guards first, then the reader."""
