"""Types that a test adds are gone when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awsdeck.catalog import store

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_private_types() -> Iterator[None]:
    yield
    for name in list(store._added):
        store._added.pop(name)
        store._found.pop(name, None)
