"""Starting, stopping and watching a server."""
