# SPDX-License-Identifier: MIT
import errno
import json
from pathlib import Path

import pytest

from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import check_folder, json_bytes, write_together


def test_all_files_or_none(tmp_path, monkeypatch):
    first, second = tmp_path / "a.png", tmp_path / "a.json"
    first.write_bytes(b"old")
    write = Path.write_bytes

    def full_disk(path, content):
        if "json" in path.name:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_together({first: b"new", second: b"{}"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert first.read_bytes() == b"old"


def test_json_has_no_infinities():
    facts = {"a": float("inf"), "b": 1.5, "c": [{"d": float("nan")}], "e": (1, float("-inf"))}
    found = json.loads(json_bytes(facts))
    assert found == {"a": None, "b": 1.5, "c": [{"d": None}], "e": [1, None]}


def test_folder_is_checked_first(tmp_path):
    with pytest.raises(HostError, match=r"the folder .*gone does not exist"):
        check_folder(tmp_path / "gone" / "out.png")
    with pytest.raises(HostError, match="is a folder, name a file in it"):
        check_folder(tmp_path)


@pytest.mark.parametrize(
    ("error", "sentence", "code"),
    [
        (OSError(errno.ENOSPC, "x", "/a"), "no space left on the disk: /a", 2),
        (
            PermissionError(errno.EACCES, "Permission denied", "/a"),
            "Permission denied: /a",
            2,
        ),
        (HostError("one sentence"), "one sentence", 2),
        (
            KeyboardInterrupt(),
            "interrupted, nothing was written; run it again to start over",
            130,
        ),
    ],
)
def test_errors_become_one_sentence(capsys, error, sentence, code):
    def work():
        raise error

    assert guarded(work) == code
    assert capsys.readouterr().err == f"tarsier: {sentence}\n"


def test_a_bug_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        guarded(lambda: 1 // 0)
