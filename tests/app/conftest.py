"""What the tests of pages share."""

import functools

import pytest


@pytest.fixture(scope="session", autouse=True)
def _packages_searched_once():
    """Streamlit searches all installed packages for components before each test of a page."""
    from streamlit.components.v2 import manifest_scanner as scanner

    with pytest.MonkeyPatch.context() as patch:
        search = functools.cache(scanner.scan_component_manifests)
        patch.setattr(scanner, "scan_component_manifests", search)
        yield
