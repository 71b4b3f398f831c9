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

# Of each script by the start of its name: what to find in it, and what of that a tool leaves.
LEFT = {
    "hls_syn": [(r"set config_proj_name (\S+)", "{}/sol1/impl/ip/")],
    "make_project": [("", "ip/"), (r"add_files -norecurse (\S+_wrapper\.v)", "{}")],
    "gen_xo": [(r"-xo_path (\S+)", "{}")],
    "ip_config": [
        (r"create_project (\S+)", "{}.runs/impl_1/top_wrapper.bit"),
        (r"create_project (\S+)", "{}.srcs/sources_1/bd/top/hw_handoff/top.hwh"),
    ],
}


def main(*arguments: str) -> int:
    """Exit code of the tool: 1 where it was no script that was to be run."""
    script = Path(arguments[-1])
    kind = next((kind for kind in LEFT if script.name.startswith(kind)), None)
    if kind is None:
        return 1
    text = script.read_text()
    found = [(re.search(what, text), place) for what, place in LEFT[kind]]
    names = [place.format(*match.groups()) for match, place in found if match]
    call = {"script": str(script.resolve()), "made": [leave(name) for name in names]}
    with Path(os.environ["TARSIER_CALLS"]).open("a") as calls:
        calls.write(json.dumps(call) + "\n")
    return 0


def leave(name: str) -> str:
    """Make a file, or a folder/; returns the outermost of its path that was not there before."""
    path = Path(name).resolve()
    new = path
    while not new.parent.exists():
        new = new.parent
    if name.endswith("/"):
        path.mkdir(parents=True, exist_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return str(new)


if __name__ == "__main__":
    sys.exit(main(*sys.argv))
