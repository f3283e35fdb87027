"""What the documentation site takes from the project: where the repository is, once somebody publishes it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def on_config(config: Any) -> Any:
    """Link to the repository that ``[project.urls]`` names, unless it still says OWNER."""
    address = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    if "/OWNER/" not in address:
        config.repo_url = address
        config.repo_name = address.rstrip("/").rsplit("/", 1)[-1]
    return config
