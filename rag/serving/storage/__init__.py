"""Where the server keeps what must outlive it: one protocol, over a SQLite file or a PostgreSQL server."""
