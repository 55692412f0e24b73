"""Bad days of an office: the same office, people and browser as in its other tests."""

from collections.abc import Callable

import pytest

from tests.local_node.conftest import (
    Browser,
    Office,
    app,
    awa,
    clock,
    office,
    settings,
    sign_in,
    unenrolled,
)

__all__ = ["app", "awa", "clock", "office", "settings", "sign_in", "unenrolled"]


@pytest.fixture
def people(sign_in: Callable[..., Browser], office: Office) -> Callable[[str], tuple[Browser, Browser]]:
    """Two people at the same page, each with a browser of their own: the first and the second to save."""

    def at(address: str) -> tuple[Browser, Browser]:
        first, second = sign_in("documentation"), sign_in("admin")
        first_page = first.open(address)
        second_page = second.open(address)
        assert first_page
        assert second_page
        return first, second

    return at
