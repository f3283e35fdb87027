"""PDF: what is printed where, put back into paragraphs, tables and notes."""
