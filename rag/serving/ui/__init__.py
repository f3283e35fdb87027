"""The chat: a page of the server in which people ask, read and check."""
