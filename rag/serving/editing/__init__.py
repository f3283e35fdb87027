"""Changing the documents of a running server: files that arrive, their place in ``sources/``, the index that follows."""
