# SPDX-License-Identifier: MIT
"""What is installed: one import name, every folder with its data, and nothing written into it."""

import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from tests.test_layers import FOLDERS, OURS, ROOT


def tracked(*folders: str) -> list[str]:
    """Paths of the files of the tree, or of `folders`."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in found.stdout.splitlines() if (ROOT / name).is_file()]


def folders_with_files() -> set[str]:
    """Import names of all folders that hold files of ours."""
    names = set()
    for path in map(Path, tracked(*FOLDERS)):
        folder, *rest = path.parent.parts
        names.add(".".join([OURS, *([] if folder == "boards" else [folder]), *rest]))
    return names


def test_every_folder_is_listed():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert listed == sorted(listed)
    assert set(listed) == folders_with_files()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of the tree, built from a copy, since setuptools leaves its work beside it."""
    work = tmp_path_factory.mktemp("wheel")
    copy = work / "tarsier"
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", work, copy], check=True)
    return next(work.glob("*.whl"))


@pytest.mark.slow
def test_a_wheel_has_one_top_level_name_and_all_data(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in names} == {OURS}
    ours = {f"{OURS}/" + name.removeprefix("boards/") for name in tracked(*FOLDERS)}
    assert names == ours


@pytest.mark.slow
def test_the_wheel_works_in_an_environment_of_its_own(wheel, tmp_path):
    home = tmp_path / "env"
    venv.create(home, symlinks=True)
    site = home / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps"]
    subprocess.run([*install, wheel], check=True)
    # What Tarsier needs is taken from here; the editable install's hook is not.
    (site / "needs.pth").write_text(sysconfig.get_path("purelib") + "\n")
    before = {p: p.read_bytes() for p in (site / OURS).rglob("*") if p.is_file()}

    def run(*command: str) -> str:
        program, *arguments = command
        done = subprocess.run(
            [home / "bin" / program, *arguments], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run("python", "-c", "import tarsier_fpga as t, tarsier_fpga.flow; print(t.__file__)")
    assert where.strip() == str(site / OURS / "__init__.py")
    run("tarsier", "doctor")
    sample = "import pathlib; from tarsier_fpga.camera.sample import write_sample\n"
    run("python", "-c", sample + "write_sample(pathlib.Path())")
    run("tarsier", "run", "sample.dng", "--accel", "cpu", "-o", "out.png")
    assert (tmp_path / "out.png").is_file()
    after = {p: p.read_bytes() for p in (site / OURS).rglob("*") if p.is_file()}
    assert after == before
