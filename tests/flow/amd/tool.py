# SPDX-License-Identifier: MIT
"""The models as commands: python -m tests.flow.amd.tool vivado -mode batch -source SCRIPT ..."""

import sys

from tests.flow.amd.hls import VitisHls
from tests.flow.amd.link import link
from tests.flow.amd.ports import ModelError
from tests.flow.amd.vivado import Vivado


def main(program: str, *arguments: str) -> None:
    match program:
        case "v++":
            link(list(arguments))
        case "vitis-run":
            VitisHls().tcl.source(arguments[-1])
        case _:
            place = arguments.index("-source") + 1
            rest = [word for word in arguments[place + 1 :] if word != "-tclargs"]
            Vivado().tcl.source(arguments[place], *rest)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ModelError as error:
        sys.exit(f"ERROR: {error}")
