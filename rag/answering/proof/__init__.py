"""Whether evidence supports a claim: exact guards first, then the reader."""
