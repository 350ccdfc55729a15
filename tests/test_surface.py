"""What users of the library import, and what that imports."""

import subprocess
import sys

import pytest

import explorer

pytestmark = pytest.mark.slow  # processes

NAMES = ["analyse", "compare", "explore", "runs", "tables"]


def test_the_surface_is_this_list():
    assert explorer.__all__ == NAMES
    assert dir(explorer) == NAMES
    for name in NAMES:
        assert getattr(explorer, name).__doc__


def test_other_names_are_none_of_it():
    with pytest.raises(AttributeError, match="no attribute 'report'"):
        explorer.report  # noqa: B018


def test_importing_it_imports_nothing_heavy():
    heavy = {"tensorflow", "keras", "streamlit", "pandas", "plotly", "numpy"}
    code = (
        f"import sys, explorer, resnext; assert not {heavy!r} & set(sys.modules);"
        "assert explorer.analyse('resnext50_32x4d').totals.params == 25_028_904;"
        f"assert not {heavy!r} & set(sys.modules), {heavy!r} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_network_is_given_by_name_spec_or_graph():
    from resnext import ResNeXtSpec, trace

    spec = ResNeXtSpec()
    rows = [explorer.analyse(source).rows for source in ("resnext50_32x4d", spec, trace(spec))]
    assert rows[0] == rows[1] == rows[2]
    assert explorer.compare(["resnext50_32x4d", "resnet50"]).to_text()


@pytest.mark.parametrize(
    "package",
    [
        "charts",
        "cli",
        "export.report",
        "lesson",
        "notebook",
        "training.data",
        "training.engine",
        "training.runs",
    ],
)
def test_a_package_exports_what_it_lists(package):
    """Each name is there, and a package whose names need heavy imports does them late."""
    code = (
        f"import sys, explorer.{package} as package;"
        "heavy = {'tensorflow', 'keras', 'streamlit', 'pandas', 'plotly'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules);"
        "assert package.__doc__.count('.') >= 3;"
        "[getattr(package, name) for name in package.__all__];"
        "assert not {'tensorflow', 'keras', 'streamlit'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
