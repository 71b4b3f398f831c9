# SPDX-License-Identifier: MIT
"""The table of proofs, as it stands in hls/formal/README.md."""

from collections.abc import Iterable
from pathlib import Path

from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.describe.proof_case import Case

__all__ = ["table"]


def table(cases: Iterable[Case]) -> str:
    """The text of the file: what is proven of every case, and how."""
    return render(Path(__file__).with_name("proof_table.md.j2"), {}, cases=list(cases))
