# SPDX-License-Identifier: MIT
"""Prepare FINN, in the one place that does: settings, silence, and our ops in its registries.

FINN decides by exact domain name what is RTL or HLS and by its variant dictionaries what can become
it, so our ops go into FINN's own domains.
"""

import functools
import logging
import os
from importlib import import_module
from importlib.metadata import version

from finn.util.settings import initialize_dummy_settings
from qonnx.custom_op.registry import add_op_to_domain

from tarsier_fpga.flow import ops
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.hls_top import hls_variant
from tarsier_fpga.flow.ops.shell import rtl_variant
from tarsier_fpga.hls.base.cache import cache_dir
from tarsier_fpga.hls.base.plugins import Group, modules

__all__ = ["DOMAIN", "VERSIONS", "op_classes", "prepare_finn"]

DOMAIN = "finn.custom_op.fpgadataflow"
# For the keys of what is kept: other versions may transform a graph otherwise.
VERSIONS = ", ".join(f"{name} {version(name)}" for name in ("finn-plus", "qonnx"))


@functools.cache
def prepare_finn() -> None:
    """Make FINN's transformations usable in this process, on our ops and without Vivado.

    Generated code goes into a folder of the cache unless FINN_BUILD_DIR names another.
    """
    home = cache_dir() / "finn"
    # FINN_SETTINGS may name a file that does not exist; unset, FINN would make ~/.finn.
    os.environ.setdefault("FINN_SETTINGS", str(home / "settings.yaml"))
    os.environ.setdefault("FINN_BUILD_DIR", str(home))
    home.mkdir(parents=True, exist_ok=True)
    logging.getLogger("finn_logger").setLevel(logging.ERROR)
    initialize_dummy_settings()
    _register()


def op_classes() -> tuple[type[TarsierOp], ...]:
    """The op of every kernel that can be a node: OP of each module of flow/ops, and of others'."""
    found = modules(ops, Group.OPS)
    return tuple(module.OP for _, module in found if hasattr(module, "OP"))


def _register() -> None:
    classes = op_classes()
    domains = {
        DOMAIN: classes,
        f"{DOMAIN}.rtl": [rtl_variant(op) for op in classes],
        f"{DOMAIN}.hls": [hls_variant(op) for op in classes],
    }
    for domain, members in domains.items():
        variants = import_module(domain).custom_op
        for op in members:
            add_op_to_domain(domain, op)
            variants[op.__name__] = op
