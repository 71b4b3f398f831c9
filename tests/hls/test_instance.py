# SPDX-License-Identifier: MIT
import re

import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist import instance
from tarsier_fpga.hls.netlist.instance import (
    Bits,
    Instance,
    pack_bits,
    rtl_path,
    rtl_paths,
    sv_literal,
)
from tarsier_fpga.hls.netlist.ram_style import RamStyle


def test_pack_bits_is_row_major_with_item_0_lowest(rng):
    matrix = rng.integers(-16, 16, (3, 5))
    packed = pack_bits(matrix, 5)
    items = [packed.value >> (5 * i) & 31 for i in range(15)]
    assert packed.width == 75
    assert items == list(matrix.ravel() & 31)


def test_pack_bits_rejects_what_does_not_fit():
    with pytest.raises(KernelError, match=r"items -9..0 do not fit in width=4 bits"):
        pack_bits(np.array([-9, 0]), 4)


def test_literals_are_sized():
    assert sv_literal(Bits(300, 1 << 299)) == f"300'h8{'0' * 74}"
    assert sv_literal(-128) == "-128"


def test_a_choice_is_its_place_in_the_enum_of_the_sources():
    text = rtl_path("fifo").read_text()
    (names,) = re.findall(r"typedef enum int unsigned \{(.*)\} ram_style_e;", text)
    assert names.split(", ") == [style.name for style in RamStyle]
    literals = [sv_literal(style) for style in RamStyle]
    assert literals == ["0 /* auto */", "1 /* distributed */", "2 /* block */", "3 /* ultra */"]


def test_the_module_of_another_package_has_the_name_that_its_own_file_has():
    assert Instance("double", {}, (), (), sources={"double.sv": ""}).sv_module == "double"
    assert Instance("double", {}, (), (), sources={"double.hpp": ""}).sv_module == "tarsier_double"
    assert fifo(8, 4).sv_module == "tarsier_fifo"


def test_every_module_that_is_named_is_found_with_parameters_or_without(monkeypatch, tmp_path):
    texts = {
        "tarsier_outer": "tarsier_middle u_m (.*);  // not tarsier_aside\n/* tarsier_aside\n */",
        "parts/tarsier_middle": "import tarsier_few_pkg::*;\n  tarsier_inner\n    #(.N(1)) u_i ();",
        "parts/tarsier_inner": "tarsier_outer_q <= tarsier_unknown; tarsier_middle u_m ();",
        "parts/tarsier_few_pkg": "",
        "parts/tarsier_aside": "",
    }
    (tmp_path / "rtl" / "parts").mkdir(parents=True)
    for name, text in texts.items():
        (tmp_path / "rtl" / f"{name}.sv").write_text(text)
    monkeypatch.setattr(instance, "_HERE", tmp_path)
    found = [path.stem for path in rtl_paths("outer")]
    assert found == ["tarsier_outer", "tarsier_middle", "tarsier_few_pkg", "tarsier_inner"]


def test_a_missing_kernel_is_named_with_the_known_ones():
    told = r"softmax: no rtl/tarsier_softmax.sv; there are act_table, .*, fifo, "
    with pytest.raises(KernelError, match=told):
        rtl_path("softmax")
