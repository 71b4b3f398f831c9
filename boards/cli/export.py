# SPDX-License-Identifier: MIT
"""tarsier export: a trained net, or a config's untrained one, as QONNX with golden tensors."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["export"]


def export(
    net: Annotated[str, typer.Argument(help="a net that ships, or a .safetensors file")],
    folder: Annotated[
        Path | None,
        typer.Argument(help="folder for NET.onnx, NET-standard.onnx, NET.npz", show_default=False),
    ] = None,
    untrained: Annotated[
        bool, typer.Option("--untrained", help="NET is a config, yet untrained")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="the .onnx file of --untrained")
    ] = None,
) -> None:
    """Write a 1-bit network as QONNX and as standard ONNX, with golden tensors beside them."""
    from tarsier_fpga.hls.base.errors import TrainingError

    # Export imports FINN's and Brevitas' tools, a mistake needs none.
    match untrained, folder, output:
        case False, Path(), None:
            from tarsier_fpga.training.deploy.export import export as export_net

            print(export_net(net, folder))
        case True, None, Path(suffix=".onnx"):
            from tarsier_fpga.training.deploy.export import export_untrained

            print(export_untrained(net, output))
        case _:
            raise TrainingError("give NET DIR, or CONFIG --untrained -o FILE.onnx")
