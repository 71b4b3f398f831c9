# SPDX-License-Identifier: MIT
import pytest

from tarsier_fpga.flow.synth.synth_facts import Synthesis, read_synthesis
from tarsier_fpga.hls.base.errors import FlowError


def test_synthesis_counts_for_its_own_board_only(tmp_path):
    assert read_synthesis(tmp_path, "zcu104") is None
    used = dict.fromkeys(("lut", "ff", "bram36", "uram", "dsp"), 1)
    facts = {"tool": "t", "board": "zcu104", "part": "p", "clock_mhz": 250, "utilisation": {}}
    found = Synthesis(**facts, **used, fits=True, seconds=1)
    (tmp_path / "synth.json").write_text(found.model_dump_json())
    assert read_synthesis(tmp_path, "zcu104") == found
    assert read_synthesis(tmp_path, "u250") is None
    (tmp_path / "synth.json").write_text("{}")
    with pytest.raises(FlowError, match=r"synth\.json: tool: field required; synthesize again"):
        read_synthesis(tmp_path, "zcu104")
