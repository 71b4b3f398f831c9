# SPDX-License-Identifier: MIT
"""Our scores beside the papers': what is taken from runs, and the tables of training/README.md."""

import json

import pytest

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.training.facts.paths import NETS
from tests.readme.scores import README, Scored, readme_with, score_tables, scored, taken


def test_the_tables_are_those_of_what_ships():
    text = README.read_text()
    assert readme_with(text, score_tables(scored(sorted(NETS.glob("*.json"))))) == text


def test_a_finished_net_has_a_row_beside_the_papers():
    net = Scored("bbcu-sr-32x16-x2", {("Set5", 2): 36.414, ("Set14", 2): 32.2})
    first, *others = score_tables([net]).split("\n\n")
    lines = first.splitlines()
    assert lines[2] == "| `bbcu-sr-32x16-x2` | 32 x 16 | CBSD400_train | 45,000 | 36.41 | 32.20 |"
    assert "| BBCU-M, published | 64 x 32 | DIV2K | 300,000 | 37.44 | 33.04 |" in lines
    assert not any("bbcu-sr" in table for table in others)


def test_what_a_net_was_not_scored_on_is_empty():
    net = Scored("bbcu-jpeg-32x12", {("LIVE1", 10): 28.7})
    (line,) = (line for line in score_tables([net]).splitlines() if "jpeg-32x12" in line)
    assert line.endswith("| 45,000 | 28.70 | | | | | | | |")


def test_scores_of_finished_runs_are_taken(tmp_path):
    facts = {"net": "bbcu-rgb-32x12", "results": [{"set": "CBSD68", "sigma": 25, "psnr_db": 29.5}]}
    for name in ("bbcu-rgb-32x12", "bbcu-sr-32x16-x2"):
        (tmp_path / name).mkdir()
    (tmp_path / "bbcu-rgb-32x12/scores.json").write_text(json.dumps(facts))
    found = taken(tmp_path)
    assert [path.name for path in found] == ["bbcu-rgb-32x12.json"]
    (net,) = scored([tmp_path / "bbcu-rgb-32x12/scores.json"])
    assert net == Scored("bbcu-rgb-32x12", {("CBSD68", 25): 29.5})


@pytest.mark.parametrize("text", ["[]", "{", '{"net": "n"}', '{"net": "n", "results": []}'])
def test_a_file_without_scores_is_refused(tmp_path, text):
    (tmp_path / "scores.json").write_text(text)
    with pytest.raises(HostError, match=r"scores.json holds no scores: `tarsier eval"):
        scored([tmp_path / "scores.json"])


def test_a_folder_without_finished_runs_is_refused(tmp_path):
    with pytest.raises(HostError, match="no run in it is finished"):
        taken(tmp_path)
    with pytest.raises(HostError, match="there is no such folder"):
        taken(tmp_path / "none")
