# SPDX-License-Identifier: MIT
"""What is wrong with an entry, as one sentence: where it is, its value, what would be valid."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

__all__ = ["sentence_of"]


def sentence_of(error: ValidationError, kind: type) -> str:
    """The first fault that `error` names in the facts of the dataclass `kind`.

    A name that is unknown comes before one that is missing: the latter may be the former misspelt.
    """
    first = min(error.errors(), key=lambda fault: fault["type"] == "missing")
    # Behind the name of a field come places within its value.
    names: list[str] = []
    entry: FieldInfo | None = None
    inner: type = kind
    for name in map(str, first["loc"]):
        names.append(name)
        entry = _fields(inner).get(name)
        if entry is None or not _fields(_type(entry)):
            break
        inner = _type(entry)
    where = ".".join(names)
    return _sentence(where, first, entry, inner)


def _sentence(where: str, fault: Mapping[str, Any], entry: FieldInfo | None, kind: type) -> str:
    value = fault["input"]
    match fault["type"]:
        case "missing":
            return f"{where} is missing"
        case "unexpected_keyword_argument":
            return f"{where} is unknown; known entries: {', '.join(_fields(kind))}"
        case "dataclass_type":
            return f"{where} = {value!r} must be a table"
        case "enum":
            known = ", ".join(_type(entry)) if entry else ""
            return f"{where} = {value!r} is unknown; known values: {known}"
        case "literal_error":
            known = " or ".join(filter(None, get_args(_type(entry)) if entry else ()))
            return f"{where} = {value!r} must be {known}"
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            return f"{where} = {value!r} must {_bounds(entry)}"
    if len(fault["loc"]) > len(where.split(".")):
        value = [value]  # one item of a list is wrong
    wanted = _type_name(_type(entry)) if entry else "table"
    return f"{where} = {value!r} must be of type {wanted}"


def _bounds(entry: FieldInfo | None) -> str:
    limits: dict[str, Any] = {}
    for limit in entry.metadata if entry else ():
        limits |= {
            name: getattr(limit, name)
            for name in ("ge", "gt", "le", "lt")
            if getattr(limit, name, None) is not None
        }
    match limits:
        case {"ge": low, "le": high}:
            return f"be {low} to {high}"
        case {"ge": low, "lt": high}:
            return f"be at least {low} and below {high}"
        case {"ge": 0 | 0.0}:
            return "not be below 0"
        case {"ge": low}:
            return f"be at least {low}"
        case {"gt": low}:
            return f"be above {low}"
    return f"be within {limits}"


def _fields(kind: Any) -> Mapping[str, FieldInfo]:
    return getattr(kind, "__pydantic_fields__", {})


def _type(entry: FieldInfo) -> Any:
    return entry.annotation


def _type_name(kind: Any) -> str:
    """As users write it: without what is checked besides."""
    if kind is ...:
        return "..."
    if get_origin(kind) is Annotated:
        return _type_name(get_args(kind)[0])
    if items := get_args(kind):
        return f"{get_origin(kind).__name__}[{', '.join(map(_type_name, items))}]"
    return kind.__name__
