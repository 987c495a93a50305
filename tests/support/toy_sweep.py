"""Run the toy simulator in a process of its own: ``python toy_sweep.py STORE EXECUTOR LOG``, resuming.

The log names each cell after it was acknowledged.
"""

import os
import sys

from toy_simulator import SIMULATOR

from experiments.sweep import run_sweep


def main():
    path, executor, log = sys.argv[1:]
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    run_sweep(
        SIMULATOR,
        "kill",
        path,
        executor=executor,
        resume=True,
        progress=lambda progress: os.write(handle, f"{progress.key}\n".encode()),
    )


if __name__ == "__main__":
    main()
