#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stands for a tool of AMD's that is on another machine, while FINN writes a project here.

Under the names of the tools on its PATH, FINN finds copies of this file. It notes the call in the
file $TARSIER_CALLS, one JSON object a line, and leaves what FINN looks for afterwards, empty.
"""

import json
import os
import re
import sys
from pathlib import Path

# Of each script: what the tool that runs it leaves, where FINN looks.
LEFT = {
    "hls_syn": "{set config_proj_name (\\S+)}/sol1/impl/ip/",
    "make_project": "ip/ {add_files -norecurse (\\S+_wrapper\\.v)}",
    "gen_xo": "{-xo_path (\\S+)}",
    "ip_config": "finn_zynq_link.runs/impl_1/top_wrapper.bit"
    " finn_zynq_link.srcs/sources_1/bd/top/hw_handoff/top.hwh",
}


def main(command: str, *arguments: str) -> int:
    """Exit code of the tool: 1 where it was no script that was to be run."""
    script = Path(arguments[-1])
    kind = next((kind for kind in LEFT if script.name.startswith(kind)), None)
    if kind is None:
        return 1
    text = script.read_text()
    found = re.sub(r"{(.+?)}(?=/|\s|$)", lambda m: re.search(m[1], text)[1], LEFT[kind])
    made = [leave(Path(name), name.endswith("/")) for name in found.split()]
    call = {"tool": Path(command).name, "script": str(script.resolve()), "made": made}
    with Path(os.environ["TARSIER_CALLS"]).open("a") as calls:
        calls.write(json.dumps(call) + "\n")
    return 0


def leave(path: Path, folder: bool) -> str:
    """Make `path`, and return the outermost folder or file that was not there before."""
    path = path.resolve()
    new = path
    while not new.parent.exists():
        new = new.parent
    (path if folder else path.parent).mkdir(parents=True, exist_ok=True)
    if not folder:
        path.touch()
    return str(new)


if __name__ == "__main__":
    sys.exit(main(*sys.argv))
