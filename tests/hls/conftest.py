# SPDX-License-Identifier: MIT
"""What kernel tests share besides the grid."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tarsier_fpga.hls.base.errors import ToolError
from tarsier_fpga.hls.netlist.instance import Bits, Instance
from tarsier_fpga.hls.sim import verilate


@pytest.fixture
def refused() -> Callable[..., str]:
    """(instance, parameter=value ..) -> what elaboration says to the changed parameters."""

    def elaborate(instance: Instance, **params: int | Bits) -> str:
        changed = replace(instance, params={**instance.params, **params})
        with pytest.raises(ToolError) as error:
            verilate.build(changed)
        return str(error.value)

    return elaborate
