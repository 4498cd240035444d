"""What all tests share: a data folder of their own, and no calls home."""

from __future__ import annotations

import os
import tempfile

import pytest

from ui.cli import QUIET

os.environ.update(QUIET)
os.environ["CALMLINE_DATA"] = tempfile.mkdtemp(prefix="calmline-tests-")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: its event loop keeps running, and others need their own."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
