"""tools/develop.py does on any system what make does; nothing here is for one system only."""

import os
import re
import runpy
import subprocess
from pathlib import Path, PurePosixPath

import pytest
from the_lesson import ROOT

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
WINDOWS_OWN = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{kind}{n}" for kind in ("com", "lpt") for n in "123456789"),
}


@pytest.fixture
def develop(tmp_path):
    """What the tool defines, with an empty folder in the lesson's place."""
    defined = runpy.run_path(str(ROOT / "tools" / "develop.py"))
    defined["main"].__globals__["ROOT"] = tmp_path
    return defined["main"].__globals__


def files():
    """Names of all files in git."""
    named = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, encoding="utf-8")
    return named.strip("\0").split("\0")


def test_what_shares_the_site_is_known(develop):
    """Of each such file all tests run in one process, so that it builds the site once."""
    uses = re.compile(r'^def \w+\([^)]*\b(?:site|browser)\b|ROOT / "_site"', re.M)
    found = {
        f"tests/{path.name}"
        for path in (ROOT / "tests").glob("test_*.py")
        if path.name != Path(__file__).name and uses.search(path.read_text("utf-8"))
    }
    assert found == set(develop["SHARED"])


def test_make_calls_the_tool_for_each_of_its_tasks(develop):
    (rule,) = [line for line in MAKEFILE.splitlines() if line.startswith("site serve ")]
    assert rule.removesuffix(":").split() == list(develop["TASKS"])
    assert f"{rule}\n\t$(PYTHON) tools/develop.py $@\n" in MAKEFILE


def test_the_makefile_has_no_copy_of_what_the_tool_does(develop):
    recipes = [line for line in MAKEFILE.splitlines() if line.startswith("\t")]
    for _, commands in develop["TASKS"].values():
        for command in commands:
            words = " ".join(command).removeprefix("-m ")
            assert [line for line in recipes if words in line] == []
    assert [line for line in recipes if "bin/lesson build" in line or "-e engine" in line] == []


def test_an_environment_is_made_once_and_again_when_its_lock_file_is_newer(develop, monkeypatch):
    root, asked = develop["ROOT"], []
    for name in ("requirements/site.txt", "engine/pyproject.toml"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).touch()
        os.utime(root / name, (1000, 1000))
    (root / ".venv-site").mkdir()
    monkeypatch.setattr(develop["subprocess"], "run", lambda command, **_: asked.append(command))
    develop["make"]("site")
    assert [command[2] for command in asked] == ["venv", "pip", "pip"]
    develop["make"]("site")
    assert len(asked) == 3
    os.utime(root / "requirements/site.txt")
    os.utime(root / ".venv-site/ready", (2000, 2000))
    develop["make"]("site")
    assert len(asked) == 6


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=str)
def test_a_lock_file_has_a_digest_of_everything(path):
    packages = re.sub(r"\\\n\s*", "", path.read_text("utf-8")).splitlines()
    assert len(packages) > 50
    for line in packages:
        assert re.match(
            r"[\w.-]+(\[[\w,-]+\])?==\S+ (; [^#]+? )?--hash=sha256:[0-9a-f]{64}", line
        ), line


def test_make_lock_writes_digests():
    (command,) = re.findall(r"^COMPILE := ((?:.*\\\n)*.*)", MAKEFILE, re.M)
    assert "--generate-hashes" in command.split()


@pytest.mark.parametrize("kind", ["site", "test", "programs", "jax", "torch", "learner"])
def test_what_a_lock_file_names_is_installed_with_its_digest_only(develop, monkeypatch, kind):
    asked = []
    monkeypatch.setattr(develop["subprocess"], "run", lambda command, **_: asked.append(command))
    monkeypatch.setitem(develop, "has_gpu", lambda: False)
    made_from = [develop["lock_of"](one) for one in (kind, "test")]
    for path in (*made_from, develop["ROOT"] / "engine" / "pyproject.toml"):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    for one in (kind, "test"):
        Path(develop["path_of"](one, "purelib")).mkdir(parents=True, exist_ok=True)
    develop["make"](kind)
    (install,) = [command for command in asked if str(develop["lock_of"](kind)) in command]
    assert ("--require-hashes" in install) == (kind != "learner")


def test_an_environment_that_is_a_link_is_not_emptied(develop, monkeypatch):
    root, elsewhere = develop["ROOT"], develop["ROOT"] / "elsewhere"
    for name in ("requirements/site.txt", "engine/pyproject.toml", "elsewhere/mine.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).touch()
    (root / ".venv-site").symlink_to(elsewhere, target_is_directory=True)
    monkeypatch.setitem(develop, "run", lambda *_: None)
    with pytest.raises(SystemExit, match=".venv-site is a link; remove it"):
        develop["make"]("site")
    assert (elsewhere / "mine.txt").is_file()


def test_the_first_command_that_fails_ends_a_task(develop, monkeypatch):
    asked = []

    def fail(kind, *arguments):
        asked.append(arguments)
        raise subprocess.CalledProcessError(3, arguments)

    monkeypatch.setitem(develop, "make", lambda kind: None)
    monkeypatch.setitem(develop, "run", fail)
    assert develop["main"](["test"]) == 3
    assert len(asked) == 1


def test_links_that_git_wrote_as_files_are_told(develop):
    develop["check_links"]()
    (develop["ROOT"] / "episodes").mkdir()
    (develop["ROOT"] / "episodes" / "fig").write_text("../fig", "utf-8")
    with pytest.raises(SystemExit, match="core.symlinks=true"):
        develop["check_links"]()


def test_git_gives_every_text_the_same_line_ends_on_every_system():
    listed = subprocess.check_output(["git", "ls-files", "--eol"], cwd=ROOT, encoding="utf-8")
    faulty = [
        line
        for line in listed.splitlines()
        if "attr/text=auto eol=lf" not in line or not line.startswith(("i/lf", "i/-text", "i/none"))
    ]
    texts = [line for line in faulty if not line.startswith("i/ ")]  # the others are links
    for line in texts[:]:  # Windows reads its own language with its own line ends
        if line.startswith("i/lf") and line.endswith(".bat") and "attr/text eol=crlf" in line:
            texts.remove(line)
    (wet,) = texts
    assert "02-wet.md" in wet and "attr/-text" in wet


def test_every_file_can_be_written_on_windows():
    names = files()
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert not set(name) & set('<>:"|?*\\'), name
        assert len(name) < 150, name
        for part in PurePosixPath(name).parts:
            assert part.rstrip(" .") == part and part.split(".")[0].lower() not in WINDOWS_OWN, name
