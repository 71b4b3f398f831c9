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

from tarsier_fpga.flow.ops import HLS_OPS, OPS, RTL_OPS
from tarsier_fpga.hls.base.cache import cache_dir

__all__ = ["DOMAIN", "VERSIONS", "prepare_finn"]

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


def _register() -> None:
    for domain, ops in ((DOMAIN, OPS), (f"{DOMAIN}.rtl", RTL_OPS), (f"{DOMAIN}.hls", HLS_OPS)):
        variants = import_module(domain).custom_op
        for op in ops:
            add_op_to_domain(domain, op)
            variants[op.__name__] = op
