# SPDX-License-Identifier: MIT
"""Attributes of ONNX nodes."""

from typing import Any

from onnx import NodeProto, helper
from qonnx.util.basic import get_by_name

__all__ = ["attribute"]


def attribute(node: NodeProto, name: str, default: Any) -> Any:
    """Attribute `name` of `node`, strings decoded; `default` where it is not given."""
    given = get_by_name(node.attribute, name)
    if given is None:
        return default
    value = helper.get_attribute_value(given)
    return value.decode() if isinstance(value, bytes) else value
