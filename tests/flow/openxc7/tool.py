# SPDX-License-Identifier: MIT
"""Stand-ins for the programs of openXC7: they check what they are given, and write what it is like.

Run under the name of one of them. $STAND_IN holds JSON: `reached` MHz by seed, `widths` whether the
FASM tells the widths of block RAMs. What was called is appended to $STAND_IN_CALLS.
"""

import json
import os
import re
import sys
from pathlib import Path

PART = "xc7z020clg400-1"


def main(name: str, arguments: list[str]) -> None:
    plan = json.loads(os.environ.get("STAND_IN", "{}"))
    if arguments == ["--version"]:
        print(f'"{name}" -- stand-in (Version 1.2-3)', file=sys.stderr)
        return
    with Path(os.environ["STAND_IN_CALLS"]).open("a") as calls:
        print(name, *arguments, file=calls)
    match name:
        case "nextpnr-xilinx":
            given = options(arguments)
            assert given.pop("--chipdb").endswith("xc7z020clg400.bin")
            assert (given.pop("--xdc"), given.pop("--fasm")) == ("pins.xdc", "system.fasm")
            place(given, plan)
        case "nextpnr-himbaechel":
            given = options(arguments)
            assert given.pop("--chipdb").endswith("chipdb-xc7z020.bin")
            assert given.pop("--device") == PART
            assert given.pop("-o") == "xdc=pins.xdc fasm=system.fasm"
            place(given, plan)
        case "fpga-as":
            database, *rest = arguments
            assert re.fullmatch(r"--prjxray_db_path=/.*/zynq7", database)
            assert rest == ["--part", PART, "system.fasm"]
            print("bits of", len(Path("system.fasm").read_text().splitlines()), "lines")
        case "fasm2frames":
            assert arguments[:3] == ["--part", PART, "--db-root"]
            assert arguments[3].endswith("/zynq7") and arguments[4:] == ["system.fasm"]
            print("frames of", len(Path("system.fasm").read_text().splitlines()), "lines")
        case "xc7frames2bit":
            given = options(arguments)
            assert given["--part_file"].endswith(f"/zynq7/{PART}/part.yaml")
            assert given["--part_name"] == PART
            frames = Path(given["--frm_file"]).read_text()
            Path(given["--output_file"]).write_text(frames.replace("frames", "bits"))
        case _:
            raise AssertionError(name)


def options(arguments: list[str]) -> dict[str, str]:
    """Options and their values; of one that is there twice, both."""
    found: dict[str, str] = {}
    rest = [a for a in arguments if a not in ("-q", "--timing-allow-fail")]
    assert len(arguments) - len(rest) in (0, 2)
    for option, value in zip(rest[::2], rest[1::2], strict=True):
        found[option] = f"{found[option]} {value}" if option in found else value
    return found


def place(given: dict[str, str], plan: dict) -> None:
    seed = given.pop("--seed")
    assert (given.pop("-l"), given.pop("--freq")) == ("nextpnr.log", "100")
    netlist = json.loads(Path(given.pop("--json")).read_text())
    report = Path(given.pop("--report"))
    assert given.pop("--placer-heap-cell-placement-timeout", "0") == "0"
    assert not given, given
    constraints = Path("pins.xdc").read_text()
    module = netlist["modules"]["system"]
    lights = len(module["ports"]["lights_o"]["bits"])
    assert constraints.count("PACKAGE_PIN") == constraints.count("IOSTANDARD LVCMOS33") == lights
    assert "create_clock -period 10.000 [get_nets clk]" in constraints
    assert "clk" in module["netnames"]
    cells = list(module["cells"].values())
    (system,) = [cell for cell in cells if cell["type"] == "PS7"]
    ways = system["port_directions"]
    assert len([way for way in ways.values() if way == "input"]) == 325  # none is left open
    assert all(bit not in ("x", "z") for p, bits in system["connections"].items() for bit in bits)
    Path("nextpnr.log").write_text("Info: Packing\nInfo: Routing complete\n")
    narrow = ["BRAM_L_X6Y0.RAMB36.BRAM36_READ_WIDTH_A_1"] if plan.get("widths") else []
    Path("system.fasm").write_text("\n".join(["CLBLL_L_X2Y0.SLICEL_X0.ALUT.INIT[0]", *narrow, ""]))
    reached = plan.get("reached", {}).get(seed, 107.9)
    kinds = {kind: sum(c["type"] == kind for c in cells) for kind in {c["type"] for c in cells}}
    end = {"delay": 1.0, "type": "routing", "to": {"cell": "u_top.u_net.slow"}}
    facts = {
        "fmax": {"clk": {"achieved": reached, "constraint": 100.0}},
        "utilization": {kind: {"used": n, "available": 2 * n} for kind, n in kinds.items()},
        "critical_paths": [{"path": [end]}],
    }
    report.write_text(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[0]).name, sys.argv[1:])
