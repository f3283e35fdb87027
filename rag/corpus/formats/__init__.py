"""One module for each format that can be read, and the table of suffixes."""
