"""A command that is stopped: nothing is left half-done, running, or taken for a result."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from small_lessons import code, lesson_in, page, start

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="these signals are not Windows's"),
]

LONG = 600  # seconds that a block would take, and its program
BLOCK = code(
    "import subprocess, time",
    "program = subprocess.Popen(['sleep', '{long}'])",
    "with open({noted!r}, 'w') as file:",
    "    print(program.pid, file=file)",
    "time.sleep({long})",
)


def wait_until(true, seconds=300):
    """Wait for something; however slow the machine is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def runs(pid):
    """True while a process is there and has not ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def of_folder(folder):
    """The processes that work in a folder or were told of it, but for zombies and this one."""
    found = []
    for process in psutil.process_iter(["cwd", "cmdline", "status"]):
        words = [process.info["cwd"], *(process.info["cmdline"] or ())]
        if process.pid != os.getpid() and process.info["status"] != psutil.STATUS_ZOMBIE:
            found += [process] if any(str(folder) in (word or "") for word in words) else []
    return found


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("command", ["check", "record", "adopt"])
@pytest.mark.parametrize("independent", ["true", "false"])
def test_a_command_that_is_stopped_ends_with_a_sentence(old, tmp_path, command, name, independent):
    if command != "check" and independent == "true":
        pytest.skip("only a check runs episodes side by side")
    noted = tmp_path / "pid.txt"
    text = page(BLOCK.format(long=LONG, noted=str(noted)), "```output\n1\n```")
    old(episodes__01_a=text)
    options = f"[tool.lesson]\nindependent_episodes = {independent}\n"
    (tmp_path / "pyproject.toml").write_text(options, "utf-8")
    process = start(tmp_path, command)
    wait_until(lambda: noted.is_file() and noted.read_text("utf-8").endswith("\n"))
    pid = int(noted.read_text("utf-8"))
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130, out + err
    assert "interrupted; every file is as it was or complete" in err
    assert "Traceback" not in out + err
    assert (tmp_path / "episodes" / "01-a.md").read_text("utf-8") == text
    assert not (tmp_path / "build" / "kept").exists()
    wait_until(lambda: not runs(pid))


LATE = """
import atexit, os, runpy, signal

@atexit.register
def stop_late():  # called when the work is done and Python ends
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        os.kill(os.getpid(), getattr(signal, name))

runpy.run_module("lesson_engine", run_name="__main__")
"""


def test_a_stop_that_comes_when_all_is_done_changes_nothing(old, tmp_path):
    old(episodes__01_a=page("Text."))
    process = subprocess.run(
        [sys.executable, "-c", LATE, "coverage"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (process.returncode, process.stderr) == (0, ""), process.stdout


def test_what_failed_once_is_tried_again(old, tmp_path):
    """Nothing that counts has changed: a file elsewhere was missing, and is there now."""
    elsewhere = tmp_path.with_name(f"{tmp_path.name}-elsewhere.txt")
    old(episodes__01_a=page(code(f"print(open({str(elsewhere)!r}).read())"), "```output\n7\n```"))
    (tmp_path / "pyproject.toml").write_text(
        "[tool.lesson]\nindependent_episodes = true\n", "utf-8"
    )
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 1 and "FileNotFoundError" in said
    elsewhere.write_text("7", "utf-8")
    returned, said = lesson_in(tmp_path, "check")
    assert returned == 0, said
    assert "Not run again" in lesson_in(tmp_path, "check")[1]


LEFT = code(
    "import os, subprocess, time",
    "plain = subprocess.Popen(['sleep', '600'])",
    "away = subprocess.Popen(['sleep', '600'], start_new_session=True)",
    "with open('pid.txt', 'w') as file:",
    "    print(os.getpid(), plain.pid, away.pid, file=file)",
    "time.sleep({seconds})",
)


def noted_in(path):
    """The process numbers that a block has noted."""
    wait_until(lambda: path.is_file() and path.read_text("utf-8").endswith("\n"))
    return [int(number) for number in path.read_text("utf-8").split()]


@pytest.mark.parametrize("end", ["done", "timeout", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_what_a_block_started_ends_with_its_kernel(old, tmp_path, end):
    """Also what has left its group and session, and whatever ended the command."""
    noted = tmp_path / "build" / "work" / "scripts" / "pid.txt"
    block = LEFT.format(seconds=0 if end == "done" else 600)
    limit = "<!-- timeout: 3 -->" if end == "timeout" else ""
    old(episodes__01_a=page(block, limit))
    process = start(tmp_path, "record")
    numbers = noted_in(noted)
    if end.startswith("SIG"):
        process.send_signal(getattr(signal, end))
    out, err = process.communicate(timeout=300)  # which waits for those that hold its pipes
    wanted = {"done": 0, "timeout": 1, "SIGKILL": -signal.SIGKILL}
    assert process.returncode == wanted.get(end, 130), out + err
    if end == "SIGKILL":
        wait_until(lambda: not any(map(runs, numbers)), 20)
    assert not any(map(runs, numbers)), numbers


@pytest.mark.parametrize("end", ["SIGINT", "SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("command", ["build", "serve"])
def test_what_makes_the_site_ends_with_its_command(old, tmp_path, command, end):
    old(episodes__01_a=page("Text."))
    arguments = ["--port", "0"] if command == "serve" else []
    process = start(tmp_path, command, *arguments, environment={"BROWSER": "true"})
    wait_until(lambda: len(of_folder(tmp_path)) > (2 if command == "serve" else 3))
    process.send_signal(getattr(signal, end))
    out, err = process.communicate(timeout=300)
    # Python ends itself with SIGINT, which a shell shows as 130, if it was about to exec() a text
    wanted = (-signal.SIGKILL,) if end == "SIGKILL" else (130, -signal.SIGINT)
    assert process.returncode in wanted, out + err
    assert end == "SIGKILL" or "interrupted; every file is as it was" in err
    wait_until(lambda: not of_folder(tmp_path), 20)


@pytest.mark.parametrize("command", ["check", "record", "build", "adopt", "export", "drift"])
def test_a_closed_pipe_ends_a_command(old, tmp_path, command):
    """`lesson record | head -1`: it ends, and in silence."""
    block = code("import subprocess", "print('a')", "_ = subprocess.Popen(['sleep', '600'])")
    old(episodes__01_a=page(block, "```output\nb\n```"), episodes__02_b=page(code("print(2)")))
    process = start(tmp_path, command)
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(timeout=300) in (0, 1), err
    assert "Traceback" not in err and "Exception ignored" not in err and "BrokenPipe" not in err
    assert not of_folder(tmp_path)


def test_a_page_that_sphinx_was_writing_is_written_again(old, tmp_path):
    """A build that was killed leaves half a page, whose time says that it is new."""
    old(episodes__01_a=page("Text that is there."))
    assert lesson_in(tmp_path, "build")[0] == 0
    process = start(tmp_path, "build")
    told = tmp_path / "build" / "site" / "remarks.txt"
    wait_until(told.is_file)
    process.kill()
    process.communicate()
    wait_until(lambda: not of_folder(tmp_path), 20)
    half = tmp_path / "build" / "site" / "learner" / "html" / "episodes" / "01-a.html"
    half.write_text(half.read_text("utf-8")[:100], "utf-8")
    assert lesson_in(tmp_path, "build")[0] == 0
    made = (tmp_path / "_site" / "episodes" / "01-a.html").read_text("utf-8")
    assert "Text that is there." in made and made.rstrip().endswith("</html>")
