"""Documents as pages."""
