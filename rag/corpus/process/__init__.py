"""The process that parses, its limits, and what crosses its border."""
