"""record, check and pytest run code in one way: what one writes, the others accept."""

import os
import subprocess
import sys

import pytest
import zmq
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_output
from small_lessons import PAGE, lesson_in, page

from lesson_engine.core import reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.notebook import cells_of
from lesson_engine.run import kernels

pytestmark = pytest.mark.slow

BEGINNING, ENDING = PAGE.split("## Begin")[0], "\n::: keypoints\n- Done.\n:::\n"
DRAW = "import matplotlib.pyplot as plt\n_ = plt.figure(figsize=(2, 1))\n"
FIGURE = "\n![A.](fig/01_a.png){.cell-output alt='a'}\n"

# code, what has to be recorded below it, and what stands below it already
CASES = {
    "a closing semicolon": ("[1, 2, 3];", "", ""),
    "a semicolon after drawing": (DRAW + "plt.hist([1, 2, 2]);", "", FIGURE),
    "the last value of a block": ("6 * 7", "42", ""),
    "the value before": ("len(_)", "0", ""),
    "clear_output": (
        "from IPython.display import clear_output\nfor n in range(3):\n    print(n)\n"
        "    clear_output(wait=n < 2)\nprint('end')",
        "end",
        "",
    ),
    "clear_output(wait=True) in a loop": (
        "from IPython.display import clear_output\nfor n in range(3):\n"
        "    clear_output(wait=True)\n    print('step', n)",
        "step 2",
        "",
    ),
    "an update of a display": (
        "from IPython.display import display\nshown = display(1, display_id=True)\nshown.update(2)",
        "2",
        "",
    ),
    "stdout and stderr in turn": (
        "import sys\nfor n in range(3):\n    print(n)\n    print(n, file=sys.stderr)",
        "0\n1\n2",
        "",
    ),
    "a progress bar": (
        "import time\nfor n in range(3):\n    print(f'\\r{n}/2', end='', flush=True)\n"
        "    time.sleep(0.05)",
        "2/2",
        "",
    ),
    "an expected error": ("1 / 0", "", "\n```error\nZeroDivisionError: division by zero\n```\n"),
    "a magic that there is not": (
        "%no_such",
        "",
        "\n```error\nUsageError: Line magic function `%no_such` not found.\n```\n",
    ),
    "the history": ("len(In)", "2", ""),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A lesson with an episode for each case, recorded; gives its folder."""
    folder = tmp_path_factory.mktemp("cases")
    (folder / "episodes" / "fig").mkdir(parents=True)
    (folder / "config.yaml").write_text("title: Cases\n", "utf-8")
    (folder / "pyproject.toml").write_text(
        '[tool.lesson]\nrules = "strict"\nindependent_episodes = true\n', "utf-8"
    )
    for number, (code, _, below) in enumerate(CASES.values(), 1):
        figure = below.replace("01_a", f"{number:02}_a")
        text = f"{BEGINNING}## Begin\n\n```python\n{code}\n```\n{figure}{ENDING}"
        (folder / "episodes" / f"{number:02}-case.md").write_text(text, "utf-8")
    code, said = lesson_in(folder, "record")
    assert code == 0, said
    return folder


@pytest.mark.parametrize("name", CASES)
def test_what_a_learner_would_see_is_recorded(recorded, name):
    number = list(CASES).index(name) + 1
    text = (recorded / "episodes" / f"{number:02}-case.md").read_text("utf-8")
    wanted = CASES[name][1]
    assert ("```output" in text) == bool(wanted)
    if wanted:
        assert f"```output\n{wanted}\n```" in text


def test_what_is_recorded_passes_the_check_and_pytest(recorded):
    for arguments in (["check"], ["check"], ["check", "--rerun", "--jobs", "3"]):
        code, said = lesson_in(recorded, *arguments)
        assert code == 0, said
    command = [sys.executable, "-m", "pytest", "-q", "-p", "lesson_engine.pytest_plugin"]
    done = subprocess.run([*command, "episodes"], cwd=recorded, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("independent", ["true", "false"])
def test_they_agree_on_what_fails(make_lesson, lesson_command, tmp_path, independent):
    """The same line and the same words, whoever says it."""
    options = f"independent_episodes = {independent}\n"
    for code, line, words in [
        ("total = 7\nnone\n", 19, "NameError: name 'none' is not defined"),
        ("total = 7\nwhile True:\n    pass", 17, "this block ran for more than 3 s"),
        ("import os\ntotal = os._exit(1)", 17, "the kernel died in this block"),
        (
            "total = 7\nwhile True:\n    try:\n        while True:\n            pass\n"
            "    except KeyboardInterrupt:\n        pass",
            17,
            "this block ran for more than 3 s",
        ),
    ]:
        limit = "timeout = 3" if "while" in code else ""
        make_lesson(PAGE.replace("total = 3 + 4", code), options=options + limit)
        for command in ("record", "check"):
            done = lesson_command(command)
            said = done.stdout + done.stderr
            assert done.returncode == 1 and f"episodes/01-small.md:{line}: {words}" in said, said


def test_a_false_claim_is_recorded_and_told(make_lesson, lesson_command, tmp_path):
    make_lesson(PAGE.replace("total > 6", "total > 7").replace("total: 7\n", "total: 8\n"))
    done = lesson_command("record")
    assert done.returncode == 1
    assert 'the sentence says "more than six", and total > 7 is not true' in done.stderr
    assert "episodes/01-small.md:28: " in done.stderr
    assert "total: 7\n" in (tmp_path / "episodes" / "01-small.md").read_text("utf-8")


def test_what_check_would_refuse_is_told_by_record(make_lesson, lesson_command):
    make_lesson(PAGE.replace("teaching: 5\n", ""))
    done = lesson_command("record")
    assert done.returncode == 1
    assert "episodes/01-small.md:1: the front matter lacks 'teaching:'" in done.stderr


@pytest.mark.parametrize(("independent", "goes_on"), [("true", True), ("false", False)])
def test_a_block_that_fails_stops_only_what_needs_it(
    make_lesson, lesson_command, tmp_path, independent, goes_on
):
    stale = PAGE.replace("total: 7\n", "total: 8\n")
    make_lesson(stale, "02-second.md")
    make_lesson(PAGE.replace("3 + 4", "1 / 0"), options=f"independent_episodes = {independent}")
    done = lesson_command("record")
    assert done.returncode == 1
    assert "episodes/01-small.md:18: ZeroDivisionError: division by zero" in done.stderr
    second = (tmp_path / "episodes" / "02-second.md").read_text("utf-8")
    assert second == (PAGE if goes_on else stale)


def test_the_lesson_may_be_elsewhere(make_lesson, lesson_command, tmp_path):
    make_lesson()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for command in ("record", "check"):
        code, said = lesson_in(elsewhere, "--lesson", str(tmp_path), command)
        assert code == 0, said
    assert not list(elsewhere.iterdir())


def test_a_block_that_takes_long_is_named_while_it_runs(monkeypatch):
    from lesson_engine.run import runner

    told = []
    tell = runner._teller("episodes/01-small.md:16", told.append)
    for seconds in (1, 9.9, 10.4, 30):
        tell(seconds)
    assert told == ["episodes/01-small.md:16: running for 10 s"]


@pytest.mark.parametrize("fails", [1, 2])
def test_a_kernel_that_dies_at_its_start_is_started_again(monkeypatch, tmp_path, fails):
    """Another one may have got its ports first."""
    start, tried = kernels.start, []

    def start_or_die(*given):
        tried.append(given)
        if len(tried) <= fails:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return start(*given)

    monkeypatch.setattr(kernels, "start", start_or_die)
    (cell,) = cells_of(reader.read(page("```python\nprint(6 * 7)\n```")))
    with kernels.Kernel(tmp_path, dict(os.environ)) as kernel:
        (shown,) = kernel.run(cell, 600).outputs
    assert shown["text"] == "42\n" and len(tried) == fails + 1


def test_a_kernel_whose_port_another_program_has_got_is_started_again(monkeypatch, tmp_path):
    """Who answers there takes no message of ours: the second one waited for ever, once."""
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(4)\n", "utf-8")
    with zmq.Context() as context, context.socket(zmq.XPUB) as other:
        taken = [other.bind_to_random_port("tcp://127.0.0.1")]

        class Manager(KernelManager):
            def __init__(self, **options):
                if taken:
                    options |= {"cache_ports": False, "shell_port": taken.pop()}
                super().__init__(**options)

        monkeypatch.setattr(kernels, "KernelManager", Manager)
        monkeypatch.setattr(kernels, "SLOWEST_SEND", 1000)
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}  # it starts slowly
        (cell,) = cells_of(reader.read(page("```python\nprint(6 * 7)\n```")))
        with kernels.Kernel(tmp_path, environment) as kernel:
            (shown,) = kernel.run(cell, 600).outputs
    assert shown["text"] == "42\n" and not taken


def test_a_kernel_that_never_starts_is_told_in_a_sentence(monkeypatch, tmp_path):
    def die(*given):
        raise RuntimeError("Kernel died before replying to kernel_info")

    monkeypatch.setattr(kernels, "start", die)
    with pytest.raises(LessonError, match="Jupyter: its kernel does not start .*; reinstall"):
        kernels.Kernel(tmp_path, dict(os.environ))


@pytest.mark.parametrize(
    ("pieces", "left"),
    [
        (["UsageError: no\n"], []),
        (["UsageError: no", "\n"], []),
        (["careful\nUsageError: ", "no\n"], ["careful\n"]),
        (["careful\n", "UsageError: no\n"], ["careful\n"]),
        (["careful\n"], ["careful\n"]),
        ([], []),
    ],
)
def test_what_is_said_of_a_wrong_magic_is_said_once(pieces, left):
    """It comes on stderr, in as many pieces as the machine happens to send it in."""
    printed = new_output("stream", name="stdout", text="before\n")
    streams = [new_output("stream", name="stderr", text=text) for text in pieces]
    found = kernels._without([printed, *streams], "UsageError: no\n")
    assert [one["text"] for one in found] == ["before\n", *left]
