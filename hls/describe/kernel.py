# SPDX-License-Identifier: MIT
"""What a kernel's module says of it, as one value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.proof_case import Case
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["Kernel", "Recorded", "described"]

Recorded = Mapping[str, Callable[[], Instance]]


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel beside its sources and its golden model.

    Attributes:
        make: its constructor, checked arguments in, an Instance out
        cost: what an instance takes of a device of a family, before any synthesis; of an ECP5 as
            of 7 series
        proofs: what is to be proven of it, at small parameter sets
        recorded: the parameter sets whose size `make baselines` measures, by a label
    """

    name: str
    make: Callable[..., Instance]
    cost: Callable[[Instance, Family], Resources]
    proofs: Callable[[], tuple[Case, ...]] = tuple
    recorded: Recorded = field(default_factory=dict)


def described(name: str, module: ModuleType) -> Kernel:
    """The kernel `name` by its module: functions `name`, `cost` and `proofs`, and `RECORDED`.

    Raises:
        KernelError: the module has no constructor of that name, or no `cost`.
    """
    for function in (name, "cost"):
        if not callable(getattr(module, function, None)):
            raise KernelError(
                f"the kernel {name}: {module.__name__} must have a function {function}"
            )
    return Kernel(
        name,
        getattr(module, name),
        module.cost,
        getattr(module, "proofs", tuple),
        getattr(module, "RECORDED", {}),
    )
