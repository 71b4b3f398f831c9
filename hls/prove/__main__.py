# SPDX-License-Identifier: MIT
"""Prove the stream contract and the meaning of the kernels.

python -m tarsier_fpga.hls.prove [--table FILE] [KERNEL ...]
"""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tarsier_fpga.hls.base.errors import ProofError, TarsierError
from tarsier_fpga.hls.base.files import writing
from tarsier_fpga.hls.describe.proof_case import Case
from tarsier_fpga.hls.kernels import kernels
from tarsier_fpga.hls.prove.proof_table import table
from tarsier_fpga.hls.prove.prove_case import Proof, prove
from tarsier_fpga.hls.prove.solvers import stop_all

AT_ONCE = 2


def main() -> int:
    """The exit status: 0 all proven, 1 a proof failed, 2 no such kernel, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tarsier_fpga.hls.prove", description=__doc__)
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help="all of them if left out")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write what was proven, and how")
    asked = parser.parse_args()
    wanted: list[str] = asked.kernels
    try:
        known = kernels()
    except TarsierError as error:
        print(f"prove: {error}", file=sys.stderr)
        return 2
    if unknown := [name for name in wanted if name not in known]:
        print(f"prove: no kernel {unknown[0]}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    cases = [case for name in wanted or known for case in known[name].proofs()]
    start = time.monotonic()
    try:
        failures = _prove_all(cases)
    except KeyboardInterrupt:
        print("prove: interrupted; what was proven is kept", file=sys.stderr)
        return 130
    for failure in failures:
        print(f"prove: {failure}", file=sys.stderr)
    if failures:
        return 1
    if asked.table:
        with writing(asked.table) as partial:
            partial.write_text(table(cases), encoding="utf-8")
    print(f"{len(cases)} proofs hold, {time.monotonic() - start:.0f} s")
    return 0


def _prove_all(cases: list[Case]) -> list[ProofError]:
    """Prove the cases, AT_ONCE at a time, and print a line for each as it ends."""
    failures = []
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        jobs = {pool.submit(_prove_case, case): case for case in cases}
        for count, job in enumerate(as_completed(jobs), 1):
            try:
                line = _line(job.result())
            except ProofError as error:
                failures.append(error)
                line = f"FAILED  {jobs[job].name}"
            print(f"{count:3}/{len(cases)}  {line}", flush=True)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        stop_all()
        raise
    finally:
        pool.shutdown()
    return failures


def _prove_case(case: Case) -> list[Proof]:
    return [prove(case, part) for part in case.parts]


def _line(proofs: list[Proof]) -> str:
    ways = "  ".join(f"{proof.part} {proof.way!s:13}" for proof in proofs)
    return f"{sum(proof.seconds for proof in proofs):6.1f} s  {ways}  {proofs[0].case.name}"


if __name__ == "__main__":
    sys.exit(main())
