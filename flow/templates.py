# SPDX-License-Identifier: MIT
"""The templates of this folder, rendered strictly: a name that is missing is an error."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

__all__ = ["braces", "render", "render_block"]

Filters = dict[str, Callable[..., object]]


def render(template: str, filters: Filters, **facts: object) -> str:
    """Text of flow/`template`; the same facts always give the same bytes."""
    return _load(template, filters).render(**facts)


def render_block(template: str, block: str, filters: Filters, **facts: object) -> str:
    """The text of one block of flow/`template`."""
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


def _load(template: str, filters: Filters) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters)
    return environment.get_template(template)
