"""``code`` and ``export``: files, sentences and exit statuses."""

import ast

import pytest

from explorer.cli import main
from explorer.export.code import code
from resnext import ResNeXtSpec


def run(capsys, *arguments):
    """Exit status, stdout and stderr of a command, in this process."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("target", ["keras", "torch", "timm", "torchvision"])
def test_code_prints_what_the_library_writes(capsys, target):
    status, out, _ = run(capsys, "code", "resnext50_32x4d", "--to", target)
    assert (status, out) == (0, code(ResNeXtSpec(), target))
    assert ast.parse(out)


def test_code_follows_the_options_of_a_network(capsys, tmp_path):
    path = tmp_path / "net.py"
    changes = ("--form", "split", "--padding", "symmetric", "--classes", "10", "--input", "32x32")
    status, out, err = run(capsys, "code", "resnext29_8x64d", *changes, "--to", "torch", "-o", path)
    spec = ResNeXtSpec.from_name("resnext29_8x64d", form="split", padding="symmetric")
    assert (status, out, path.read_text()) == (0, "", code(spec, "torch"))
    assert err.startswith(f"Wrote {path}")


def test_code_without_a_call_ends_in_2_and_a_sentence(capsys):
    status, out, err = run(capsys, "code", "resnext29_8x64d", "--to", "timm")
    assert (status, out) == (2, "")
    assert "No call of timm makes this network" in err
    assert "stem 'cifar'" in err
    assert len(err.splitlines()) == 1


@pytest.mark.slow
def test_export_writes_a_file_whose_summary_is_the_network_s(capsys, tmp_path):
    path = tmp_path / "net.onnx"
    status, out, err = run(
        capsys, "export", "mini_resnext", "--form", "concatenated", "--seed", "3", "-o", path
    )
    assert (status, out) == (0, "")
    assert err == f"Wrote {path} ({path.stat().st_size:,} bytes).\n"
    for options in (["--by", "stage"], ["--by", "layer", "--count", "mmcls", "--format", "json"]):
        of_file = run(capsys, "summary", path, *options)
        assert of_file == run(capsys, "summary", "mini_resnext", "--form", "concatenated", *options)
        assert of_file[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mini_resnext", "-o", "net.txt"), "must end in .onnx"),
        (("none.keras", "-o", "a.onnx"), "'none.keras' cannot be read"),
        (("none.keras", "--classes", "3", "-o", "a.onnx"), "--classes cannot change it"),
        (("none.keras", "--seed", "0", "-o", "a.onnx"), "--seed cannot change it"),
        ((__file__, "-o", "a.onnx"), "must be a .keras file"),
        (("none.onnx", "-o", "a.onnx"), "must be a .keras file"),
        (("mini_resnext", "--seed", "-1", "-o", "a.onnx"), "from 0 to 4,294,967,295"),
        (("resnext50_32x4d", "--width", "64", "-o", "a.onnx"), "at most 300,000,000 parameters"),
    ],
)
def test_export_of_what_cannot_be(capsys, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "export", *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert list(tmp_path.iterdir()) == []


def test_summary_of_what_is_no_onnx_file(capsys, tmp_path):
    path = tmp_path / "text.onnx"
    path.write_text("hello")
    status, out, err = run(capsys, "summary", path)
    assert (status, out) == (2, "")
    assert "must be an ONNX model" in err
    status, _, err = run(capsys, "summary", path, "--classes", "3")
    assert status == 2
    assert "A .onnx file is read as it is: --classes cannot change it." in err
