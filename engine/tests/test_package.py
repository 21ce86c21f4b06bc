"""What people install is what was tested: sdist -> wheel -> environment -> the same pages."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import venv
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from small_lessons import LESSONS

pytestmark = pytest.mark.slow

ENGINE = Path(__file__).resolve().parents[1]
NAMES = sorted(path.name for path in LESSONS.iterdir())
COMMANDS = ("record", "check", "build")


def say(*command):
    """Run a command to its end; fails with all that it said."""
    away = tempfile.gettempdir()  # what is in the folder of a process may be imported by it
    done = subprocess.run(command, cwd=away, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Python of an environment with the engine from its wheel, and its dependencies."""
    folder = tmp_path_factory.mktemp("package")
    say(sys.executable, "-m", "build", "--outdir", str(folder), str(ENGINE))  # sdist, then wheel
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    (wheel,) = folder.glob("*.whl")
    say(str(python), "-m", "pip", "install", "-q", "--no-deps", str(wheel))
    # All else as here. A .pth file in the added folder is not read, so the checkout stays out.
    place = say(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    (Path(place) / "rest.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return str(python)


@pytest.fixture(scope="module")
def results(tmp_path_factory, installed):
    """The small lessons, recorded, checked and built by the checkout and by the wheel."""
    folders, processes = {}, []
    script = " && ".join(f'"$0" -m lesson_engine {command}' for command in COMMANDS)
    for kind, python in (("checkout", sys.executable), ("wheel", installed)):
        folders[kind] = tmp_path_factory.mktemp(kind)
        steps = []
        for name in NAMES:
            shutil.copytree(LESSONS / name, folders[kind] / name)
            steps.append(f"(cd {name} && {script})")
        without = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        processes.append(
            subprocess.Popen(
                ["bash", "-c", " && ".join(steps), python],
                cwd=folders[kind],
                env=without,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    for process in processes:
        said, _ = process.communicate(timeout=600)
        assert process.returncode == 0, said
    return folders


def needed_by(name):
    """Distributions that one needs, and those that they need, without any extra."""
    found, ahead = set(), [canonicalize_name(name)]
    while ahead:
        found.add(one := ahead.pop())
        needs = [Requirement(need) for need in metadata.requires(one) or []]
        wanted = [need for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
        ahead += {canonicalize_name(need.name) for need in wanted} - found
    return found


def test_a_site_is_built_without_the_extra_that_runs_code(tmp_path):
    """What builds a site has the engine and what it needs, and no more: make site, in CI."""
    has = needed_by("lesson-engine")
    hidden = [
        module
        for module, owners in metadata.packages_distributions().items()
        if not has & {canonicalize_name(owner) for owner in owners}
    ]
    assert "nbval" in hidden, "it comes only with the extra"
    lesson = shutil.copytree(LESSONS / "numbers", tmp_path / "numbers")
    code = f"import sys; sys.modules.update(dict.fromkeys({hidden}))\n"
    code += "from lesson_engine.cli import main; sys.exit(main())"
    say(sys.executable, "-c", code, "--lesson", str(lesson), "build")


def test_the_wheel_is_not_the_checkout(installed):
    where = say(installed, "-c", "import lesson_engine; print(lesson_engine.__file__)")
    assert not Path(where.strip()).is_relative_to(ENGINE)
    version = tomllib.loads((ENGINE / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert say(installed, "-m", "lesson_engine", "--version") == f"lesson-engine {version}\n"


@pytest.mark.parametrize("name", NAMES)
def test_the_wheel_gives_the_same_lesson_page_by_page(results, name):
    ours, theirs = (results[kind] / name for kind in ("checkout", "wheel"))
    files = {
        path.relative_to(ours)
        for path in ours.rglob("*")
        if path.is_file() and "build" not in path.parts and "__pycache__" not in path.parts
    }
    assert Path("_site/index.html") in files and Path("_site/_static/lesson.css") in files
    for path in files:
        assert (theirs / path).is_file(), f"the wheel's lesson lacks {path}"
        if path.parts[0] != "recorded":  # times
            assert (theirs / path).read_bytes() == (ours / path).read_bytes(), path
