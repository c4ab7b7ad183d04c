"""Runs models of SWMM 5 by pyswmm, https://github.com/pyswmm/pyswmm, BSD-2-Clause, over EPA's own engine
(swmm-toolkit; public domain, its wrapper MIT or Apache-2.0).

    swmm_run.py FOLDER INTO SECONDS NAME...

NAME is a model's path in FOLDER without `.inp`. The folder is copied first: models leave files beside
themselves. Reports come to INTO/NAME.rpt. Standard output: "# name value" lines of versions, then a row
"name,seconds" for each: time on the processor, `nan` where the run failed or took longer than SECONDS.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import case as cases

try:
    from importlib.metadata import version

    import pyswmm
except ImportError as error:
    cases.absent("pyswmm", error)


def run_one(model, report):
    """A run in this process; its time on the processor is the engine's alone."""
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as scratch:
        simulation = pyswmm.Simulation(model, report, str(Path(scratch) / "out"))
        simulation.execute()
    print(f"\nseconds {time.process_time() - begun}")


def seconds_of(model, report, limit):
    """A run in a process of its own, so that a model that crashes the engine takes no other along."""
    report.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, "--one", str(model), str(report)]
    try:
        done = subprocess.run(
            command, cwd=model.parent, timeout=limit, capture_output=True, text=True, check=True
        )
    except subprocess.SubprocessError as error:
        print(f"{model.stem}: {error}", file=sys.stderr)
        return float("nan")
    said = [line for line in done.stdout.splitlines() if line.startswith("seconds ")]
    return float(said[-1].split()[1])


def main():
    if sys.argv[1] == "--one":
        return run_one(*sys.argv[2:])
    folder, into, limit = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    print("# pyswmm", version("pyswmm"))
    print("# toolkit", version("swmm-toolkit"))
    print("# engine", engine())
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "models"
        shutil.copytree(folder, copy)
        for name in sys.argv[4:]:
            seconds = seconds_of(copy / f"{name}.inp", into / f"{name}.rpt", limit)
            print(f"{name},{seconds!r}", flush=True)


def engine():
    """52004 is 5.2.4."""
    from swmm.toolkit import solver

    number = solver.swmm_get_version()
    return f"{number // 10000}.{number // 1000 % 10}.{number % 1000}"


if __name__ == "__main__":
    sys.exit(main())
