# SPDX-License-Identifier: MIT
"""What a run leaves to be looked at: a CSV, TensorBoard's events, and the curves as a picture."""

import csv
from pathlib import Path

from tarsier_fpga.hls.base.files import writing

__all__ = ["History"]

FIELDS = ("step", "loss", "psnr", "rate", "steps_per_s")


class History:
    """Rows of a run called `name` in `folder`, continued after `step`."""

    def __init__(self, folder: Path, name: str, step: int):
        from tensorboardX import SummaryWriter

        self.csv = folder / f"{name}.csv"
        self.picture = folder / f"{name}.png"
        # What was logged after the checkpoint is done again.
        self.rows = [row for row in _read(self.csv) if row["step"] <= step]
        self._rewrite()
        self.events = SummaryWriter(str(folder / "tensorboard" / name), purge_step=step + 1)

    def add(self, step: int, **values: float) -> None:
        """Append the means since the last row."""
        row = {"step": step, **{key: round(value, 6) for key, value in values.items()}}
        self.rows.append(row)
        with self.csv.open("a", newline="") as file:
            csv.DictWriter(file, FIELDS).writerow(row)
        for key, value in values.items():
            self.events.add_scalar(key, value, step)

    def close(self) -> None:
        """Finish the events and draw the curves."""
        self.events.close()
        if self.rows:
            with writing(self.picture) as partial:
                self._draw(partial)

    def _rewrite(self) -> None:
        with writing(self.csv) as partial, partial.open("w", newline="") as file:
            writer = csv.DictWriter(file, FIELDS)
            writer.writeheader()
            writer.writerows(self.rows)

    def _draw(self, partial: Path) -> None:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 6), layout="constrained")
        figure.suptitle(self.csv.stem)
        steps = [row["step"] for row in self.rows]
        labels = {"psnr": "training PSNR, dB", "loss": "loss", "rate": "learning rate"}
        for axes, (key, label) in zip(figure.subplots(3, sharex=True), labels.items(), strict=True):
            axes.plot(steps, [row[key] for row in self.rows], linewidth=1)
            axes.set_ylabel(label)
            axes.grid(alpha=0.3)
        axes.set_xlabel("step")
        figure.savefig(partial, format="png", dpi=110)


def _read(path: Path) -> list[dict]:
    if not path.exists():
        return []
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if None not in row.values()]
    return [{key: float(row[key]) for key in FIELDS} | {"step": int(row["step"])} for row in rows]
