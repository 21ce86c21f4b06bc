"""A guard ends what carries its variables, and nothing else."""

import os
import subprocess
import sys
import threading

import psutil
import pytest

from lesson_engine.core.guard import Guard

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
COMMAND = """
import os, subprocess, sys, time
from lesson_engine.core.guard import Guard
guard = Guard()
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
print(subprocess.Popen(sleep, env={**os.environ, **guard.variables}).pid, flush=True)
HOW
"""


def started(guard, **options):
    return subprocess.Popen(SLEEP, env={**os.environ, **guard.variables}, **options)


def test_each_ends_its_own():
    with Guard() as first, Guard() as second:
        ours, away = started(first), started(first, start_new_session=True)
        theirs, nobodys = started(second), subprocess.Popen(SLEEP)
        first.close()
        first.close()
        assert ours.wait(30) and away.wait(30)
        assert theirs.poll() is None
    assert theirs.wait(30)
    assert nobodys.poll() is None
    nobodys.kill()
    nobodys.wait()


def test_several_are_closed_at_a_time():
    guards = [Guard() for _ in range(4)]
    processes = [started(guard) for guard in guards]
    threads = [threading.Thread(target=guard.close) for guard in guards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(process.wait(30) for process in processes)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["os._exit(0)", "os.abort()", "sys.exit(0)", "1 / 0"])
def test_what_was_never_closed_ends_with_the_process(how):
    command = [sys.executable, "-c", COMMAND.replace("HOW", how)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        psutil.Process(int(done.stdout)).wait(60)
    except psutil.NoSuchProcess:
        return
