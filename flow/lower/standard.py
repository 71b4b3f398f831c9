# SPDX-License-Identifier: MIT
"""Quantizers in operators of standard ONNX, read as those of QONNX.

    QuantizeLinear, Clip, DequantizeLinear           Quant; the Clip may be missing
    DequantizeLinear of constants                    its values, as weights behind a Quant
    Div, Add, Clip, Round, Sub, Mul                  Quant; Add and Sub are of the zero point
    Sign, Add, Sign, Mul                             BipolarQuant; the Mul may be missing

What is found is executed beside what stands for it, on both sides of every step and on it, and is
left as it was if one value differs.
"""

from collections.abc import Sequence

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.general.intquant import max_int, min_int
from qonnx.transformation.base import Transformation

from tarsier_fpga.flow.lower.attributes import attribute
from tarsier_fpga.flow.lower.doubles import compile_nodes, constant_of
from tarsier_fpga.flow.lower.standard_chains import Chain, Chains, spread_along

__all__ = ["ReadStandard"]

_DOMAIN = "qonnx.custom_op.general"
_WIDEST = 24  # bits of a Quant
_POINTS = 1 << 19  # at which two quantizers are compared
_NEAR = 1e-6  # of a step


class ReadStandard(Transformation):
    """Quant and BipolarQuant for each chain of standard operators that is one."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        reader = _Reader(model)
        for node in list(model.graph.node):
            match node.op_type:
                case "DequantizeLinear":
                    if not reader.read_weights(node):
                        reader.read(reader.chains.dequantized(node))
                case "Round" | "Floor" | "Ceil":
                    reader.read(reader.chains.rounded(node))
                case "Sign":
                    reader.read_signs(node)
        return model, False


class _Reader:
    def __init__(self, model: ModelWrapper) -> None:
        self._model = model
        self.chains = Chains(model)

    def read_weights(self, node: NodeProto) -> bool:
        """Constants behind a DequantizeLinear, where they are such."""
        values = constant_of(self._model, node.output[0])
        scale = constant_of(self._model, node.input[1])
        if values is None or scale is None or attribute(node, "block_size", 0):
            return False
        name = f"{node.output[0]}_values"
        readers = self._model.find_consumers(node.output[0]) or []
        are_weights = any(
            each.op_type in ("Conv", "ConvTranspose") and each.input[1] == node.output[0]
            for each in readers
        )
        if not are_weights:
            self._model.graph.node.remove(node)
            self._constant(node.output[0], values)
            return True
        self._constant(name, values)
        scale = spread_along(scale, values.ndim, int(attribute(node, "axis", 1)))
        bits = int(np.abs(np.rint(values / scale)).max()).bit_length() + 1
        self._replace([node], self._quant(node, name, scale, 0, (max(2, bits), True, False)))
        return True

    def read(self, found: Chain | None) -> None:
        """A Quant for what is `found`, if it is the same."""
        if found is None:
            return
        least, most, last = found.least, found.most, found.nodes[-1]
        forms = [(found.zero, _form(least, most))]
        if found.zero and found.nodes[0].op_type == "QuantizeLinear":
            # It rounds before it adds its zero point, which is another thing where that is odd.
            forms.insert(0, (0, _form(least - found.zero, most - found.zero)))
        for zero, form in forms:
            if form is not None:
                quant = self._quant(last, found.source, found.scale, zero, form, found.mode)
                if self._is_same(found, [quant]):
                    self._replace(found.nodes, quant)
                    return
        self._read_clipped(found)

    def _read_clipped(self, found: Chain) -> None:
        """Integers that no type has alone: a Clip, and a Quant of the type that holds them."""
        if found.scale.size > 1:
            return
        step, last = float(found.scale.ravel()[0]), found.nodes[-1]
        ends = [end - found.zero for end in (found.least, found.most)]
        signed = ends[0] < 0
        bits = max((-ends[0] - 1).bit_length() if signed else 0, ends[1].bit_length()) + signed
        limits = [self._named(last, name, end * step) for name, end in zip("ab", ends, strict=True)]
        clipped = f"{last.output[0]}_clipped"
        clip = helper.make_node("Clip", [found.source, *limits], [clipped], name=last.name)
        quant = self._quant(last, clipped, found.scale, 0, (bits, signed, False), found.mode)
        if bits <= _WIDEST and self._is_same(found, [clip, quant]):
            self._replace(found.nodes, clip, quant)

    def read_signs(self, node: NodeProto) -> None:
        """A BipolarQuant for two signs with a summand between them, from `node` on."""
        nodes = [node]
        for kind in ("Add", "Sign"):
            step = self.chains.only_reader(nodes[-1])
            if step is None or step.op_type != kind:
                return
            nodes.append(step)
        half = constant_of(self._model, nodes[1].input[1])
        if half is None or np.any(half <= 0) or np.any(half >= 1):
            return
        scale, product = np.ones(1), self.chains.only_reader(nodes[-1])
        if product is not None and product.op_type == "Mul":
            factor = constant_of(self._model, product.input[1])
            if factor is not None and np.all(factor > 0):
                nodes.append(product)
                scale = factor
        last = nodes[-1]
        self._replace(
            nodes,
            helper.make_node(
                "BipolarQuant",
                [
                    node.input[0],
                    self._named(last, "scale", scale if scale.size > 1 else scale.item()),
                ],
                [last.output[0]],
                name=last.name,
                domain=_DOMAIN,
            ),
        )

    def _is_same(self, found: Chain, nodes: Sequence[NodeProto]) -> bool:
        scale = found.scale.reshape(1, -1, 1, 1)
        first, last = (4 * (end - found.zero) for end in (found.least, found.most))
        steps = np.arange(first - 9, last + 10) / 4
        if steps.size * scale.size > _POINTS:
            drawn = np.random.default_rng(0).integers(0, steps.size, _POINTS // scale.size)
            steps = np.concatenate([steps[:64], steps[drawn], steps[-64:]])
        feed = {found.source: scale * steps[None, None, None, :]}
        made = []
        for chain in (found.nodes, nodes):
            (values,) = compile_nodes(self._model, chain, found.source).run(feed).values()
            made.append(values / scale)
        return bool(np.all(np.abs(made[0] - made[1]) < _NEAR))

    def _replace(self, old: Sequence[NodeProto], *new: NodeProto) -> None:
        """`new` in the place of the last of `old`; what else reads the others still finds them."""
        nodes = self._model.graph.node
        index = list(nodes).index(old[-1])
        nodes.remove(old[-1])
        for offset, node in enumerate(new):
            nodes.insert(index + offset, node)

    def _quant(
        self,
        last: NodeProto,
        source: str,
        scale: np.ndarray,
        zero: int,
        form: tuple[int, bool, bool],
        mode: str = "ROUND",
    ) -> NodeProto:
        bits, signed, narrow = form
        numbers = [scale if scale.size > 1 else scale.item(), float(zero), float(bits)]
        names = ("scale", "zero", "bits")
        return helper.make_node(
            "Quant",
            [source, *(self._named(last, *each) for each in zip(names, numbers, strict=True))],
            [last.output[0]],
            name=last.name,
            domain=_DOMAIN,
            signed=int(signed),
            narrow=int(narrow),
            rounding_mode=mode,
        )

    def _named(self, node: NodeProto, part: str, values: np.ndarray | float) -> str:
        name = f"{node.output[0]}_{part}"
        self._constant(name, np.asarray(values))
        return name

    def _constant(self, name: str, values: np.ndarray) -> None:
        self._model.set_initializer(name, values.astype(np.float32))


def _form(least: int, most: int) -> tuple[int, bool, bool] | None:
    """Bits, sign and narrowness of the Quant of integers least..most, if there is one.

    >>> _form(-8, 7), _form(-7, 7), _form(0, 1), _form(-3, 12)
    ((4, True, False), (4, True, True), (1, False, False), None)
    """
    for bits in range(1, _WIDEST + 1):
        for signed in (False, True):
            for narrow in (False, True):
                ends = [int(end(signed, narrow, bits)) for end in (min_int, max_int)]
                if ends == [least, most] and not (signed and bits == 1):
                    return bits, signed, narrow
    return None
