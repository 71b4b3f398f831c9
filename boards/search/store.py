# SPDX-License-Identifier: MIT
"""The store of a search: an Optuna study, in an SQLite file or wherever its URL says.

A point is added whole, with its estimate; its scores are added as they come. So whatever is killed,
what is finished is there, and any tool that reads Optuna's studies reads it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import optuna
from optuna.exceptions import OptunaError
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.search.record import Fate, Needed, Record
from tarsier_fpga.search.search_plan import SearchPlan, Value

__all__ = ["DIRECTIONS", "Store", "is_url"]

# Of dB on held-back scenes, LUTs, and kilobits of block and ultra RAM.
DIRECTIONS = (StudyDirection.MAXIMIZE, StudyDirection.MINIMIZE, StudyDirection.MINIMIZE)
_STUDY = "tarsier"


def is_url(place: str) -> bool:
    """Whether `place` is a data base's address, not a file's.

    >>> is_url("postgresql://host/searches"), is_url("build/search/store.db")
    (True, False)
    """
    return "://" in place


class Store:
    """The study of `plan` at `place`, a file or a URL; made if it is not there and `new` is set.

    Raises:
        HostError: it cannot be opened, or is of another search, or there is none.
    """

    def __init__(self, place: str, plan: SearchPlan, study: str = _STUDY, new: bool = True):
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.place, self.distributions = place, plan.distributions
        if not is_url(place):
            if not new and not Path(place).is_file():
                raise HostError(f"{place}: there is no store of this search yet; start it first")
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        url = place if is_url(place) else f"sqlite:///{place}"
        try:
            self.study = optuna.create_study(
                storage=url, study_name=study, directions=DIRECTIONS, load_if_exists=True
            )
            self._check(plan, study)
        except (OptunaError, ImportError, ValueError) as error:
            raise HostError(f"{place} cannot be opened as a store: {error}") from None
        except Exception as error:  # the data base's own, of a driver that is not known here
            if type(error).__module__.split(".")[0] != "sqlalchemy":
                raise
            first = str(error).splitlines()[0]
            raise HostError(f"{place} cannot be opened as a store: {first}") from None

    def records(self) -> list[Record]:
        """All points, in the order of drawing."""
        full = self.study.user_attrs
        return [
            _record(trial, full.get(f"full.{trial.number}"))
            for trial in self.study.get_trials(deepcopy=False)
        ]

    def add(
        self, params: Mapping[str, Value], needed: Needed, generation: int, drawn: int, why: str
    ) -> None:
        """A point, drawn in a round of a generation; `why` says why it cannot be trained, if so."""
        facts = {
            "generation": generation,
            "round": drawn,
            "resources": needed.resources.model_dump(),
            "share": needed.share,
            "cycles": needed.cycles,
            "refused": needed.refused,
            "psnr_db": {},
            "seconds": {},
        }
        if why:
            facts |= {"fate": Fate.INFEASIBLE, "why": why}
        self.study.add_trial(
            create_trial(
                state=TrialState.PRUNED if why else TrialState.RUNNING,
                params=dict(params),
                distributions=self.distributions,
                user_attrs=facts,
            )
        )

    def scored(self, record: Record, steps: int, psnr_db: float, seconds: float) -> None:
        """`record` scores `psnr_db` after `steps` of training, which took `seconds`."""
        trial = self._trial(record)
        attrs = trial.user_attrs
        self._set(trial, "seconds", {**attrs["seconds"], str(steps): round(seconds, 2)})
        self._set(trial, "psnr_db", {**attrs["psnr_db"], str(steps): psnr_db})

    def finish(self, record: Record, fate: Fate, why: str = "") -> None:
        """Nothing more is done with `record`; nothing happens if that was so already."""
        trial = self._trial(record)
        if trial.state is not TrialState.RUNNING:
            return
        self._set(trial, "why", why)
        self._set(trial, "fate", str(fate))
        match fate:
            case Fate.FINISHED:
                values = [record.best_db, record.lut, record.memory]
                self.study.tell(record.number, values=values)  # type: ignore[arg-type]
            case Fate.FAILED:
                self.study.tell(record.number, state=TrialState.FAIL)
            case _:
                self.study.tell(record.number, state=TrialState.PRUNED)

    @property
    def held_back(self) -> tuple[str, ...]:
        """The photographs that all are scored on; none before the search has begun."""
        return tuple(self.study.user_attrs.get("held_back", ()))

    def hold_back(self, names: Sequence[str]) -> None:
        """Score all on the photographs `names`."""
        self.study.set_user_attr("held_back", list(names))

    def trained(self, record: Record, full_db: float) -> None:
        """`record` scores `full_db` after the whole training of its base."""
        self.study.set_user_attr(f"full.{record.number}", full_db)

    def _check(self, plan: SearchPlan, study: str) -> None:
        known = self.study.user_attrs.get("plan")
        if known is None:
            self.study.set_user_attr("plan", plan.text())
        elif known != plan.text():
            raise HostError(
                f"{self.place} is the store of another search, or of another version of this config"
                f" or of {plan.config}; name another --out, or restore them to resume"
            )

    def _trial(self, record: Record) -> FrozenTrial:
        return self.study.get_trials(deepcopy=False)[record.number]

    def _set(self, trial: FrozenTrial, key: str, value: object) -> None:
        self.study._storage.set_trial_user_attr(trial._trial_id, key, value)


def _record(trial: FrozenTrial, full_db: float | None) -> Record:
    facts = trial.user_attrs
    match trial.state:
        case TrialState.RUNNING | TrialState.WAITING:
            fate = Fate.RUNNING
        case TrialState.COMPLETE:
            fate = Fate.FINISHED
        case TrialState.FAIL:
            fate = Fate.FAILED
        case TrialState.PRUNED:
            fate = Fate(facts["fate"])
    return Record(
        number=trial.number,
        params=trial.params,
        generation=facts["generation"],
        round=facts["round"],
        needed=Needed(
            Resources(**facts["resources"]), facts["share"], facts["cycles"], facts["refused"]
        ),
        fate=fate,
        psnr_db={int(steps): value for steps, value in facts["psnr_db"].items()},
        seconds={int(steps): value for steps, value in facts["seconds"].items()},
        why=facts.get("why", ""),
        full_db=full_db,
    )
