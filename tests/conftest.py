"""What every suite shares: the real browser where it is installed, and an honest word about what was left out."""

import os
import shutil

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium the browser tests are named as left out; REQUIRE_SERVICES=1 makes that a failure."""
    if shutil.which("chromium") or os.environ.get("REQUIRE_SERVICES"):
        return
    left_out = pytest.mark.skip(reason="left out: Chromium is not installed")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(left_out)
