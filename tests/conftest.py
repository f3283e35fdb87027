"""What holds for the whole suite."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: Playwright's event loop and greenlets stay in the main thread until the session ends, and neither
    ``asyncio.run`` nor deep recursion works beside them."""
    items.sort(key=lambda item: "browser" in item.path.parts)
