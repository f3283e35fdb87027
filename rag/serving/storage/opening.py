"""Which database: the PostgreSQL server that the settings name, or a SQLite file."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from rag.errors import SettingsError
from rag.serving.storage.database import Database
from rag.serving.storage.postgres import PostgresDatabase
from rag.serving.storage.sqlite import SqliteDatabase
from rag.settings import Feedback, Settings

SCHEMES = ("postgresql://", "postgres://")


def path_of(settings: Feedback) -> Path:
    """The file that the settings name, or the one in the user's state folder."""
    return settings.path or platformdirs.user_state_path("charterqa") / "feedback.sqlite"


def open_database(settings: Settings) -> Database:
    """Raises ``SettingsError``: the file cannot be used, or ``CHARTERQA_DATABASE_URL`` names no PostgreSQL server."""
    if settings.database_url is None:
        return SqliteDatabase(path_of(settings.feedback))
    url = settings.database_url.get_secret_value()
    if not url.startswith(SCHEMES):
        raise SettingsError(
            "CHARTERQA_DATABASE_URL does not begin with postgresql://.",
            remedy="Leave it out for SQLite; CHARTERQA_FEEDBACK_PATH names the file.",
        )
    return PostgresDatabase(url)
