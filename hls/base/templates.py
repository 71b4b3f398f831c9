# SPDX-License-Identifier: MIT
"""Templates beside the module that fills them, rendered strictly: a missing name is an error."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

__all__ = ["Filters", "braces", "render", "render_block"]

Filters = dict[str, Callable[..., object]]


def render(template: Path, filters: Filters, **facts: object) -> str:
    """Text of the file `template`; the same facts always give the same bytes."""
    return _load(template, filters).render(**facts)


def render_block(template: Path, block: str, filters: Filters, **facts: object) -> str:
    """The text of one block of the file `template`."""
    loaded = _load(template, filters)
    return "".join(loaded.blocks[block](loaded.new_context(facts)))


def braces(values: np.ndarray) -> str:
    """A C++ initializer.

    >>> braces(np.array([[1, -2], [3, 4]]))
    '{{1, -2}, {3, 4}}'
    """
    if values.ndim == 0:
        return str(int(values))
    return "{" + ", ".join(braces(item) for item in values) + "}"


def _load(template: Path, filters: Filters) -> Template:
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters)
    return environment.get_template(template.name)
