"""The faces: HTTP API, chat, widget."""
