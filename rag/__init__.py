"""Ask a question of official documents; get an answer proved by exact excerpts, or an honest refusal."""

__version__ = "0.1.0"

__all__ = ["__version__"]
