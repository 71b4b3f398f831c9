# SPDX-License-Identifier: MIT
"""The flagship as people read it: two tables in Markdown, one by fact and one beside its peers."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tarsier_fpga.bench.bench_table import number
from tests.flagship.flagship_facts import Entry, Flagship
from tests.flagship.peers import Peer, Seen

__all__ = ["FULL", "NO_GPU", "SHORT", "Marks", "replaced", "short_table", "tables"]


class Marks(NamedTuple):
    """The lines between which a generated text stands."""

    begin: str
    end: str


FULL = Marks("<!-- by make flagship -->", "<!-- end of flagship -->")
SHORT = Marks("<!-- in short, by make flagship -->", "<!-- end of flagship in short -->")
NO_GPU = "| the same networks | a GPU | | | | | not recorded yet: `tarsier bench DIR --record` |"

_READ = {
    Seen.PAPER: "",
    Seen.ABSTRACT: " (abstract)",
    Seen.THREAD: "",
    Seen.NOTES: " (second-hand: others' notes on it)",
    Seen.HERE: "",
}


def tables(flagship: Flagship, gpu: Iterable[Peer], published: Iterable[Peer]) -> str:
    """What boards/results/README.md says of all designs and their peers."""
    parts = [_facts(flagship.designs)] if flagship.designs else []
    return "\n\n".join([*parts, _beside(flagship.designs, list(gpu), published)])


def short_table(flagship: Flagship) -> str:
    """What README.md says of the designs: a line each."""
    lines = [
        _line(["network", "board, clock", "frame", "fps", "latency", "LUT", "bit-exact"]),
        "|---|---|---|--:|--:|--:|---|",
    ]
    for design in flagship.designs:
        run, found = design.simulated, design.computed
        lines += [
            _line(
                [
                    f"`{design.net}`" + ("" if design.trained else " (untrained)"),
                    f"{design.board}, {design.clock_mhz:g} MHz",
                    _frame(design),
                    number(found.fps),
                    f"{found.latency_ms:.3f} ms",
                    _amount(design, "lut"),
                    f"{_simulated(design)}: {'yes' if run.bit_exact else '**no**'}",
                ]
            )
        ]
    return "\n".join(lines)


def replaced(text: str, marks: Marks, inside: str) -> str:
    """`text` with `inside` between `marks`."""
    before, rest = text.split(f"{marks.begin}\n")
    after = rest.split(f"{marks.end}\n")[1]
    return f"{before}{marks.begin}\n\n{inside}\n\n{marks.end}\n{after}"


def _facts(designs: tuple[Entry, ...]) -> str:
    """A column for each design."""
    rows: dict[str, Callable[[Entry], str]] = {
        "board": lambda d: f"{d.board} at {d.clock_mhz:g} MHz (assumed)",
        "frame": _frame,
        "weights": lambda d: "trained" if d.trained else "untrained",
        **{name.upper(): lambda d, name=name: _amount(d, name) for name in _resources(designs)},
        "simulated": _simulated,
        "cycles of such a frame (ideal)": lambda d: (
            f"{d.simulated.cycles_per_frame:,} ({d.simulated.ideal_cycles:,})"
        ),
        "bit-exact": lambda d: "yes" if d.simulated.bit_exact else "**no**",
        "frames per second": lambda d: f"{d.computed.fps:,.1f}",
        "first pixel in to first out": lambda d: (
            f"{d.simulated.latency_cycles:,} cycles, {d.computed.latency_ms:.3f} ms"
        ),
        "1-bit multiply-adds a frame": lambda d: f"{d.computed.binary_macs / 1e9:,.1f} G",
        "1-bit TOPS": lambda d: number(d.computed.binary_tops),
        "integer TOPS (head, tail)": lambda d: number(d.computed.integer_tops),
        "LUTs per 1-bit multiply-add a cycle": lambda d: (
            f"{d.computed.luts_per_mac:.2f}; {d.computed.dot_luts_per_mac:.2f} in dot products"
        ),
        "against one a cycle in every LUT": lambda d: (
            f"{d.computed.of_used_luts:.0%} of those used, {d.computed.of_all_luts:.0%} of all"
        ),
        "simulation": _speed,
        "its compilation": _compilation,
    }
    if any(design.timing for design in designs):
        rows["longest path before placement"] = _path
    lines = [["", *(f"`{design.net}`" for design in designs)]]
    lines += [["---"] * (len(designs) + 1)]
    lines += [[title, *map(tell, designs)] for title, tell in rows.items()]
    return "\n".join(_line(cells) for cells in lines)


def _beside(designs: tuple[Entry, ...], gpu: list[Peer], published: Iterable[Peer]) -> str:
    """A line for each design and each peer."""
    lines = [
        _line(["network", "on", "frame", "fps", "latency, ms", "1-bit TOPS", "source"]),
        "|---|---|---|--:|--:|--:|---|",
    ]
    for design in designs:
        said = (design.computed.fps, design.computed.latency_ms, design.computed.binary_tops)
        on = f"{design.board}, RTL"
        lines += [_line([design.net, on, _frame(design), *map(number, said), "above"])]
    lines += [_peer(peer) for peer in gpu] or [NO_GPU]
    return "\n".join([*lines, *map(_peer, published)])


def _peer(peer: Peer) -> str:
    said = (peer.fps, peer.latency_ms, peer.tops)
    tell = number if peer.seen is Seen.HERE else "{:,g}".format  # published digits as they are
    numbers = ("" if value is None else tell(value) for value in said)
    return _line([peer.net, peer.on, peer.frame, *numbers, f"{peer.source}{_READ[peer.seen]}"])


def _resources(designs: tuple[Entry, ...]) -> list[str]:
    """Those that any of the boards has."""
    return list(dict.fromkeys(name for design in designs for name in design.resources))


def _frame(design: Entry) -> str:
    kind = {4: "raw", 3: "RGB", 1: "grey"}[design.channels]
    return f"{design.width} x {design.height} {kind}"


def _amount(design: Entry, name: str) -> str:
    if name not in design.resources:
        return "none on the board"
    amount = design.resources[name]
    return f"{amount.used:,.12g} ({amount.share:.0%})"


def _simulated(design: Entry) -> str:
    run = design.simulated
    whole = (run.width, run.height) == (design.width, design.height)
    return f"{run.frames} whole frames" if whole else f"{run.frames} of {run.width} x {run.height}"


def _speed(design: Entry) -> str:
    run, load = design.simulated, design.origin.machine.load
    seconds = run.cycles_per_frame / run.cycles_per_second
    return (
        f"{run.cycles_per_second:,} cycles per second, {seconds:.1f} s a frame;"
        f" load before {load:g}"
    )


def _compilation(design: Entry) -> str:
    run = design.simulated
    if run.compile_seconds is None:
        return "not timed"
    return f"{run.compile_seconds:,.0f} s, {run.compile_gigabytes:.1f} GB"


def _path(design: Entry) -> str:
    if not design.timing:
        return "not looked for"
    timing = design.timing
    return f"{timing.delay_ns:.2f} ns by {timing.delays}; at most {timing.levels} LUTs"


def _line(cells: Iterable[str]) -> str:
    return f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in cells)}|"
