# SPDX-License-Identifier: MIT
"""The next points of a search, by Optuna's tree of Parzen estimators over all objectives.

A point is a function of the seed, its number and the records before its round, and of nothing else:
neither of how many workers there are nor of when the search was stopped.
"""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from tarsier_fpga.search.record import Fate, Record
from tarsier_fpga.search.search_plan import SearchPlan, Value
from tarsier_fpga.search.store import DIRECTIONS

__all__ = ["draw"]

_ATTEMPTS = 50  # to find a point that is new
_WORST = 1e6  # how far a point is from fitting of which there is no design at all


def draw(
    plan: SearchPlan, before: Sequence[Record], number: int, taken: Sequence[Mapping[str, Value]]
) -> dict[str, Value] | None:
    """The params of point `number`, drawn from `before`; none of `taken`, or None if all seem so.

    The first two generations are drawn evenly. What was pruned counts with its last PSNR, what does
    not fit by how far it is from that.
    """
    seen = [_seen(plan, record) for record in before]
    for attempt in range(_ATTEMPTS):
        study = optuna.create_study(
            directions=DIRECTIONS, sampler=_sampler(plan, (plan.seed, number, attempt))
        )
        study.add_trials(seen)
        params = dict(study.ask(plan.distributions).params)
        if params not in taken:
            return params
    return None


def _sampler(plan: SearchPlan, key: tuple[int, ...]) -> TPESampler:
    [seed] = np.random.SeedSequence(key).generate_state(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return TPESampler(n_startup_trials=2 * plan.generation, multivariate=True, seed=int(seed))


def _seen(plan: SearchPlan, record: Record) -> FrozenTrial:
    """A record as the sampler is told it."""
    common = {"params": dict(record.params), "distributions": plan.distributions}
    match record.fate:
        case Fate.RUNNING:
            return create_trial(state=TrialState.RUNNING, **common)  # type: ignore[arg-type]
        case Fate.FAILED:
            return create_trial(state=TrialState.FAIL, **common)  # type: ignore[arg-type]
        case Fate.INFEASIBLE:
            needed = record.needed
            beyond = _WORST if needed.refused else needed.share / plan.within - 1
            values, constraints = [0.0, record.lut, record.memory], {"board": beyond}
        case Fate.FINISHED | Fate.PRUNED:
            assert record.best_db is not None
            values, constraints = [record.best_db, record.lut, record.memory], {"board": -1.0}
    return create_trial(values=values, constraints=constraints, **common)  # type: ignore[arg-type]
