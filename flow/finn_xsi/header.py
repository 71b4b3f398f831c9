# SPDX-License-Identifier: MIT
"""Parameters and ports of a Verilog module, read from its header."""

import re
from dataclasses import dataclass

from tarsier_fpga.hls.base.errors import SimError

__all__ = ["Header", "Port", "read_header", "with_prefix"]


@dataclass(frozen=True)
class Port:
    """One port; `range` is the text of its packed dimensions, empty for a single bit."""

    name: str
    is_input: bool
    range: str


@dataclass(frozen=True)
class Header:
    """`params` are the texts of the defaults by name, in order."""

    params: dict[str, str]
    ports: tuple[Port, ...]


def read_header(text: str, module: str) -> Header:
    """The header of `module` in `text`, which must list its ports in ANSI style.

    >>> header = read_header("module m #(parameter W = 8)(input [W-1:0] a, output b);", "m")
    >>> header.params, [(port.name, port.range) for port in header.ports]
    ({'W': '8'}, [('a', '[W-1:0]'), ('b', '')])

    Raises:
        SimError: there is no such header.
    """
    bare = re.sub(r"//[^\n]*|/\*.*?\*/|\(\*(?!\)).*?\*\)", " ", text, flags=re.DOTALL)
    found = re.search(rf"\bmodule\s+{re.escape(module)}\b", bare)
    if found is None:
        raise SimError(f"module {module} is not in the source that should define it")
    rest = bare[found.end() :].lstrip()
    rest = re.sub(r"^import\s[^;]*;", "", rest).lstrip()
    params: dict[str, str] = {}
    if rest.startswith("#"):
        inside, rest = _parenthesised(rest[1:].lstrip())
        params = dict(_parameter(item) for item in _items(inside))
    inside, body = _parenthesised(rest)
    # Verilog also takes parameters from the body, after the ports that use them.
    own = body.partition("endmodule")[0]
    params |= dict(re.findall(r"\bparameter\s+(\w+)\s*=\s*([^;,]+);", own))
    return Header(params, tuple(_ports(_items(inside), module)))


def with_prefix(text: str, names: dict[str, str], prefix: str) -> str:
    """`text` with `prefix` before each identifier that is among `names`.

    >>> with_prefix("[W-1:0]", {"W": "8"}, "u_")
    '[u_W-1:0]'
    """
    return re.sub(
        r"(?<![\w$])[A-Za-z_]\w*", lambda m: prefix + m[0] if m[0] in names else m[0], text
    )


def _parenthesised(text: str) -> tuple[str, str]:
    """What is between the first parenthesis and its partner, and what follows."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return text[1:at], text[at + 1 :].lstrip()
    raise SimError(f"unbalanced parentheses in {text[:40]!r}")


def _items(text: str) -> list[str]:
    """`text` split at the commas outside all brackets."""
    items, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            items.append(text[start:at].strip())
            start = at + 1
    return [*items, last] if (last := text[start:].strip()) else items


def _parameter(item: str) -> tuple[str, str]:
    declared, _, default = item.partition("=")
    return declared.split()[-1], default.strip()


def _ports(items: list[str], module: str) -> list[Port]:
    ports: list[Port] = []
    for item in items:
        match = re.match(
            r"(?:(input|output)\b)?\s*(?:(?:wire|reg|logic|uwire)\b)?\s*((?:\[[^\]]*\]\s*)*)(\w+)$",
            item,
        )
        if match is None or (match[1] is None and not ports):
            raise SimError(f"port {item!r} of module {module} is not plain Verilog")
        way, dimensions, name = match[1], match[2].strip(), match[3]
        if way is None:  # as the port before
            ports.append(Port(name, ports[-1].is_input, ports[-1].range))
        else:
            ports.append(Port(name, way == "input", dimensions))
    return ports
