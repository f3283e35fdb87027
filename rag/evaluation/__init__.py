"""Questions with evidence to figures, comparisons and gates."""
