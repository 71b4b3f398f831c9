# SPDX-License-Identifier: MIT
"""The table of proofs, as it stands in hls/formal/README.md."""

from collections.abc import Iterable

from flow.prove.case import Case
from flow.prove.top import FORMAL
from flow.templates import render

__all__ = ["TABLE", "table"]

TABLE = FORMAL / "README.md"


def table(cases: Iterable[Case]) -> str:
    """The text of the file: what is proven of every case, and how."""
    return render("prove/table.md.j2", {}, cases=list(cases))
