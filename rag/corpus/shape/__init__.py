"""A document's shape: canonical text, divisions, sections, sentences, passages."""
