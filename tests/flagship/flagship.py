# SPDX-License-Identifier: MIT
"""make flagship: every design of flagship.toml built, synthesized and simulated, and its tables.

Leaves the designs in build/flagship, flagship.json in boards/results, and its tables in the README
beside it and in that of the whole. What was finished is not done again.

Commands: python -m tests.flagship.flagship [NET ...]
          python -m tests.flagship.flagship --tables   only the tables, of what flagship.json has
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.bench.records import FLAGSHIP, RESULTS
from tarsier_fpga.cli.guard import INTERRUPTED, NOT_EXACT, guarded
from tarsier_fpga.cli.options import parse_size
from tarsier_fpga.hls.base.errors import HostError, Interrupted
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.training.facts.paths import NETS, config_file
from tests.flagship.commands import Commands, Failed
from tests.flagship.flagship_facts import Asked, Entry, Flagship, Origin, read_asked, read_flagship

__all__ = ["Places", "flagship", "write_tables"]

_TRAINING = NETS.parent


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are; the defaults are those of a checkout, seen from its root."""

    asked: Path = RESULTS / "flagship.toml"
    results: Path = FLAGSHIP
    readme: Path = Path("boards/results/README.md")
    front: Path = Path("README.md")
    work: Path = Path("build/flagship")


def flagship(names: Sequence[str], places: Places) -> int:
    """Do the designs called `names`, or all; returns the exit code.

    Raises:
        HostError: there is no such design, or what a command left cannot be read.
    """
    designs = read_asked(places.asked)
    for name in names:
        if name not in designs:
            raise HostError(f"no design {name!r} in {places.asked}: it has {', '.join(designs)}")
    places.work.mkdir(parents=True, exist_ok=True)
    exact = True
    try:
        for name in names or designs:
            entry = _entry(name, designs[name], places.work)
            exact &= entry.simulated.bit_exact
            _keep(entry, [Path(name).stem for name in designs], places)
    except (Failed, KeyboardInterrupt) as stop:
        code = stop.code if isinstance(stop, Failed) else INTERRUPTED
        if code == INTERRUPTED:
            sentence = "interrupted; what was finished is kept, and not done again"
            raise Interrupted(sentence) from None
        return code
    return 0 if exact else NOT_EXACT


def write_tables(places: Places) -> None:
    """Write the tables of what is recorded, where peers or recorded GPUs have changed."""
    write_together(_papers(read_flagship(places.results), places))


def _entry(name: str, asked: Asked, work: Path) -> Entry:
    """Build, synthesize and simulate a design in `work`."""
    from tarsier_fpga.bench.machine import this_machine
    from tarsier_fpga.flow.design.design_facts import read_design
    from tarsier_fpga.flow.sim.sim_facts import read_simulation
    from tarsier_fpga.flow.synth.synth_facts import read_synthesis
    from tests.flagship.describe import describe

    net, commands = Path(name).stem, Commands()
    trained = (NETS / f"{net}.safetensors").is_file()
    source = net if trained else _untrained(name, work / f"{net}.onnx", commands)
    folder = ran = work / net
    width, height = parse_size(asked.size)
    _build(source, asked, height, folder, commands)
    commands.run(
        *("tarsier", "synth", folder, "--with", "yosys"),
        done=lambda: read_synthesis(folder, asked.board) is not None,
    )
    if asked.rows:
        ran = work / f"{net}-{width}x{asked.rows}"
        _build(source, asked, asked.rows, ran, commands)
    commands.run(
        *("tarsier", "sim", ran, "--frames", asked.frames),
        done=lambda: _is_of(asked, read_simulation(ran)),
        may=(0, NOT_EXACT),
    )
    found, run = read_synthesis(folder, asked.board), read_simulation(ran)
    machine = this_machine().model_copy(update={"load": run.load})
    origin = Origin(commands=commands.said, machine=machine, tools=_tools(found.tool))
    return describe(read_design(folder), found, read_design(ran), run, origin, trained)


def _untrained(name: str, onnx: Path, commands: Commands) -> Path:
    """The network of a config as it is before training, in `onnx`."""
    sources = [config_file(name), *_TRAINING.rglob("*.py")]
    newest = max(source.stat().st_mtime for source in sources)
    commands.run(
        *("tarsier", "export", name, "--untrained", "-o", onnx),
        done=lambda: onnx.is_file() and onnx.stat().st_mtime > newest,
    )
    return onnx


def _build(source: str | Path, asked: Asked, rows: int, folder: Path, commands: Commands) -> None:
    """The design for frames of so many `rows`, at the pace of the whole frame."""
    width, height = parse_size(asked.size)
    rate = ["--fps", f"{asked.fps * height / rows:g}"] if asked.fps else []
    size = f"{width}x{rows}"
    commands.run(
        *("tarsier", "build", source, "--board", asked.board, "--size", size),
        *(*rate, "-o", folder),
    )


def _is_of(asked: Asked, run) -> bool:
    """Whether `run`, a Simulation or None, is the one that is asked for."""
    return run is not None and (run.frames, run.stall_in + run.stall_out) == (asked.frames, 0)


def _keep(entry: Entry, order: list[str], places: Places) -> None:
    """Put `entry` into flagship.json and into the tables."""
    known = {design.net: design for design in read_flagship(places.results).designs}
    known[entry.net] = entry
    found = Flagship(designs=tuple(known[net] for net in order if net in known))
    json = (found.model_dump_json(indent=1) + "\n").encode()
    write_together({places.results: json, **_papers(found, places)})
    print(f"{entry.net}: {places.results}, {places.readme}")


def _papers(found: Flagship, places: Places) -> dict[Path, bytes]:
    """The READMEs with the tables of `found`."""
    from tests.flagship.flagship_table import FULL, SHORT, replaced, short_table, tables
    from tests.flagship.peers import gpu_peers, published_peers

    inside = tables(found, gpu_peers(found.designs), published_peers())
    full = replaced(places.readme.read_text(), FULL, inside)
    front = replaced(places.front.read_text(), SHORT, short_table(found))
    return {places.readme: full.encode(), places.front: front.encode()}


def _tools(synthesizer: str) -> dict[str, str]:
    from tarsier_fpga.cli.doctor import examine

    wanted = ("C++ compiler", "Verilator", "FINN")
    found = {finding.name: finding.found for finding in examine() if finding.name in wanted}
    return {"Python": sys.version.split()[0], **found, "Yosys": synthesizer}


if __name__ == "__main__":
    if sys.argv[1:] == ["--tables"]:
        sys.exit(guarded(lambda: write_tables(Places())))
    sys.exit(guarded(lambda: flagship(sys.argv[1:], Places())))
