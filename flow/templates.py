# SPDX-License-Identifier: MIT
"""The templates of this folder, rendered strictly: a name that is missing is an error."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["render"]


def render(template: str, filters: dict[str, Callable[..., object]], **facts: object) -> str:
    """Text of flow/`template`; the same facts always give the same bytes."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters)
    return environment.get_template(template).render(**facts)
