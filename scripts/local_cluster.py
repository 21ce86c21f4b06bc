"""A Dask cluster on this computer: one scheduler and two workers.

Episode 10 starts it, and reads its address from the first line that it prints. You can
also start it by hand, in a terminal of its own:

    python local_cluster.py

It ends when its input ends: when the program that started it closes it or ends itself, or,
in a terminal, with Ctrl-C.
"""

import contextlib
import sys

from dask.distributed import LocalCluster


def main():
    """Start the cluster, print its address, and wait."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read()


# Workers are processes that read this file, too. They must not start clusters of their own.
if __name__ == "__main__":
    main()
