# SPDX-License-Identifier: MIT
"""Reports in the formats that AMD documents; the files are written by hand, see amd/reports."""

from pathlib import Path

import pytest

from tarsier_fpga.flow.synth.amd.reports import (
    Timing,
    read_achieved_mhz,
    read_csynth,
    read_hierarchy,
    read_power,
    read_timing,
    read_tool,
)
from tarsier_fpga.flow.synth.counted import Counted
from tarsier_fpga.flow.synth.synth_facts import HlsKernel
from tarsier_fpga.hls.base.errors import FlowError

REPORTS = Path(__file__).parent / "amd" / "reports"


@pytest.fixture
def report():
    """report(name): the text of a report."""
    return lambda name: (REPORTS / name).read_text()


def test_every_report_says_that_no_tool_wrote_it(report):
    names = [path.name for path in REPORTS.iterdir() if path.name != "README.md"]
    assert len(names) == 5
    for name in names:
        assert "written by hand for tests; no tool of AMD wrote this" in report(name)


def test_hierarchy_gives_the_outermost_instance_of_a_name(report):
    found = read_hierarchy(report("hierarchy.rpt"))
    first = Counted(lut=40000, ff=52000, bram36=11.5, uram=0, dsp=4, lutram=2000)
    assert next(iter(found.items())) == ("top_wrapper", first)
    window = found["StreamingDataflowPartition_1_TarsierWindow_rtl_0"]
    assert window == Counted(lut=200, ff=300, bram36=1.5, lutram=50)
    assert found["inst"].lut == 35000
    assert "(top_wrapper)" not in found


def test_a_series_7_hierarchy_has_no_uram(report):
    text = (
        report("hierarchy.rpt")
        .replace("| URAM |", "|")
        .replace("|    0 |          ", "|          ")
    )
    assert read_hierarchy(text)["idma_0"] == Counted(
        lut=2000, ff=3000, bram36=2.5, dsp=2, lutram=300
    )


@pytest.mark.parametrize(("clock", "fmax"), [(250, 1000 / 3.8), (200, 250.0), (100, None)])
def test_fmax_is_that_of_the_clock_asked_for(report, clock, fmax):
    text = report("timing.rpt")
    if fmax is None:  # its clock has no path
        with pytest.raises(FlowError, match="paths on no clock of 100 MHz"):
            read_timing(text, clock)
    else:
        assert read_timing(text, clock) == Timing(0.2, True, fmax)


def test_a_missed_clock_has_negative_slack(report):
    text = report("timing.rpt").replace("  0.200  ", " -0.250  ")
    text = text.replace("All user specified timing constraints are met.", "Timing constraints ...")
    assert read_timing(text, 250) == Timing(-0.25, False, 1000 / 4.25)


def test_power_clock_and_version(report):
    assert read_power(report("power.rpt")) == 4.125
    assert read_achieved_mhz(report("a.xclbin.info")) == 200.0
    assert read_tool(report("timing.rpt")) == "Vivado 2022.2"


def test_csynth_gives_clock_interval_and_area(report):
    text = report("csynth.xml")
    assert read_csynth(text) == HlsKernel(
        name="StreamingDataflowPartition_0_IODMA_hls_0",
        clock_ns=2.92,
        interval=None,
        lut=2300,
        ff=3100,
        bram36=1.5,
        dsp=2,
    )
    counted = text.replace("<Interval-max>undef", "<Interval-max>1024")
    assert read_csynth(counted).interval == 1024


@pytest.mark.parametrize("read", [read_hierarchy, read_power, read_tool, read_achieved_mhz])
def test_another_format_is_one_sentence(read):
    with pytest.raises(FlowError, match="report"):
        read("nothing of the kind")
