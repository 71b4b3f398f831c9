# SPDX-License-Identifier: MIT
"""What kernel tests share besides the grid."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from flow.sim import verilate
from flow.sim.errors import ToolError
from hls.instance import Bits, Instance


@pytest.fixture
def refused() -> Callable[..., str]:
    """(instance, parameter=value ..) -> what elaboration says to the changed parameters."""

    def elaborate(instance: Instance, **params: int | str | Bits) -> str:
        changed = replace(instance, params={**instance.params, **params})
        with pytest.raises(ToolError) as error:
            verilate.build(changed)
        return str(error.value)

    return elaborate
