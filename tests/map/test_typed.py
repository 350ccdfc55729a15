"""The JavaScript is plain, and typed all the same: TypeScript checks what its comments promise."""

import re
import shutil
import subprocess
from importlib.resources import files

import pytest

OPTIONS = (
    "--noEmit --allowJs --checkJs --strict --target es2022 --module es2022 "
    "--moduleResolution bundler --lib es2022,dom,dom.iterable"
)


def _tsc():
    """The command that runs TypeScript 5 or newer here; None where it is not installed."""
    npx = shutil.which("npx")
    for command in ([shutil.which("tsc")], [npx, "--no-install", "tsc"]):
        if command[0] is not None:
            known = subprocess.run(
                [*command, "--version"], capture_output=True, text=True, check=False
            )
            version = re.match(r"Version (\d+)", known.stdout)
            if version and int(version[1]) >= 5:  # older ones read fewer comments
                return command
    return None


def _check(command, paths):
    done = subprocess.run(
        [*command, *OPTIONS.split(), *map(str, paths)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def tsc():
    command = _tsc()
    if command is None:
        pytest.skip("TypeScript 5 is not installed")
    return command


def test_every_module_keeps_its_types(tsc):
    static = files("explorer.map") / "static"
    assert _check(tsc, sorted(static.glob("*.js"))) == (0, "")


def test_a_wrong_type_is_found(tsc, tmp_path):
    path = tmp_path / "wrong.js"
    path.write_text("/** @param {number} x */\nexport const f = (x) => x.length;\n")
    code, text = _check(tsc, [path])
    assert code != 0
    assert "does not exist on type 'number'" in text
