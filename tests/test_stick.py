"""The stick for a workshop without internet: made, interrupted, gone on with, and installed from.

With a small lesson, two small packages and no internet; uv, which chooses the packages, isn't
needed where a lock file is there.
"""

import hashlib
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from the_lesson import ROOT

pytestmark = pytest.mark.slow

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
READY = "READY: everything that the lesson needs is here."
CHECK = f"""
import os, pathlib, sys
import tiny, tiny_needs
images = pathlib.Path(os.environ["CIFAR10_FOLDER"])
assert (images / "batches.meta").is_file() and images.is_relative_to(pathlib.Path("..").resolve())
assert sys.prefix == str(pathlib.Path("../cnn-lesson").resolve())
print({READY!r})
"""
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="the stick's Linux part")


def wheel(folder, name, needs=""):
    """Make a package of one line."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "here = True\n")
        archive.writestr(f"{name}-1.0.dist-info/METADATA", info)
        archive.writestr(
            f"{name}-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return path


class Workshop:
    """An instructor's lesson and a server's packages; the stick is still empty."""

    def __init__(self, place):
        self.place, self.stick = place, place / "stick"
        self.server, self.lesson = place / "server", place / "lesson"
        self.server.mkdir()
        self.wheels = [wheel(self.server, "tiny", "Requires-Dist: tiny_needs\n")]
        self.wheels.append(wheel(self.server, "tiny_needs"))
        shutil.copytree(ROOT / "scripts" / "stick", self.lesson / "scripts" / "stick")
        shutil.copy(ROOT / "scripts" / "make_stick.py", self.lesson / "scripts")
        (self.lesson / "requirements.txt").write_text("tiny\n", "utf-8")
        (self.lesson / "scripts" / "check_setup.py").write_text(CHECK, "utf-8")
        self.make_images()
        with zipfile.ZipFile(place / "lesson.zip", "w") as archive:
            for path in self.lesson.rglob("*.*"):
                archive.write(path, f"a-lesson/{path.relative_to(self.lesson)}")
            archive.writestr("a-lesson/site/index.html", "<p>the lesson</p>")

    def make_images(self):
        """Files that pass for the batches, since their digests are the ones expected."""
        self.images = self.place / "cifar-10-batches-py"
        self.images.mkdir()
        source = (ROOT / "data" / "cifar10_source.py").read_text("utf-8")
        for name in re.findall(r'^    "(\w+(?:\.meta)?)": "[0-9a-f]{32}"', source, re.MULTILINE):
            (self.images / name).write_bytes(name.encode())
            digest = hashlib.md5(name.encode()).hexdigest()
            source = re.sub(rf'("{name}": ")[0-9a-f]+', rf"\g<1>{digest}", source)
        (self.lesson / "data").mkdir()
        (self.lesson / "data" / "cifar10_source.py").write_text(source, "utf-8")

    def lock(self, system="linux", wheels=None):
        """Write what uv would have chosen."""
        defined = runpy.run_path(str(self.lesson / "scripts" / "make_stick.py"))
        wanted = "\n".join(["tiny\n", *defined["EDITORS"], ""])
        lines = [f"# {hashlib.sha256(wanted.encode()).hexdigest()}"]
        for path in wheels or self.wheels:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{path.name.partition('-')[0]}==1.0 --hash=sha256:{digest}")
        path = self.stick / "wheels" / f"{system}-{VERSION}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    def make(self, *options):
        """Make the stick; returns the exit code and all that it says."""
        given = [str(self.stick), "--zip", self.place / "lesson.zip", "--images", self.images]
        given += ["--system", "linux", "--python", VERSION, *options]
        return self.run("make_stick.py", *given, PIP_FIND_LINKS=self.server.as_uri())

    def run(self, name, *options, **variables):
        kept = {key: text for key, text in os.environ.items() if not key.startswith("PIP_")}
        kept.pop("CIFAR10_FOLDER", None)
        done = subprocess.run(
            [sys.executable, self.lesson / "scripts" / name, *options],
            env={**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **variables},
            capture_output=True,
            text=True,
            timeout=600,
        )
        return done.returncode, done.stdout + done.stderr

    def install(self, to):
        """Install from the stick as on Linux, without a network where that's allowed."""
        apart = ["unshare", "--map-root-user", "--net"]
        if subprocess.run([*apart, "true"], capture_output=True).returncode:
            apart = []
        home = self.place / "home"
        home.mkdir(exist_ok=True)
        done = subprocess.run(
            [*apart, "sh", self.stick / "install-linux.sh", "--to", to],
            env={"HOME": str(home), "PATH": self.path_of_python()},
            capture_output=True,
            text=True,
            timeout=600,
        )
        return done.returncode, done.stdout + done.stderr

    def path_of_python(self):
        """Folders in which the shell finds this Python by its version, and little else."""
        folder = self.place / "bin"
        folder.mkdir(exist_ok=True)
        link = folder / f"python{VERSION}"
        if not link.is_symlink():
            link.symlink_to(Path(sys.executable).resolve())
        return f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workshop with a finished stick, and what was said while it was made."""
    workshop = Workshop(tmp_path_factory.mktemp("stick with a blank"))
    workshop.lock()
    return workshop, *workshop.make()


@pytest.fixture
def workshop(tmp_path):
    return Workshop(tmp_path)


def listed(stick):
    """SHA256SUMS, as {name: digest}."""
    lines = (stick / "SHA256SUMS").read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def test_all_is_on_the_stick_and_agrees_with_its_list(made):
    workshop, _, said = made
    names = listed(workshop.stick)
    assert {"START-HERE.html", "lesson.zip", "lesson/site/index.html", "install-linux.sh"} <= set(
        names
    )
    assert {"install-windows.bat", "install-macos.command", "install.py"} <= set(names)
    script = (workshop.stick / "install-windows.bat").read_bytes()
    assert script.count(b"\n") == script.count(b"\r\n") > 0
    assert {f"wheels/{path.name}" for path in workshop.wheels} <= set(names)
    for name, digest in names.items():
        assert hashlib.sha256((workshop.stick / name).read_bytes()).hexdigest() == digest
    here = {
        p.relative_to(workshop.stick).as_posix() for p in workshop.stick.rglob("*.*") if p.is_file()
    }
    assert here == {
        *(name for name in names if "." in name),
        *(n for n in here if n == "SHA256SUMS"),
    }
    assert re.search(r"^ +\d+ MB  wheels$", said, re.MULTILINE)
    assert re.search(r"^ +\d+ MB  together$", said, re.MULTILINE)


def test_what_is_not_had_is_said_and_makes_it_fail(made):
    workshop, code, said = made
    page = (workshop.stick / "START-HERE.html").read_text("utf-8")
    assert code == 1 and "Not on the stick: cifar-10-python.tar.gz" in said
    for text in (said, page):
        assert "Python itself" in text
    assert f"Linux: Python {VERSION}" in page and "cifar-10-python.tar.gz" in page


def test_the_page_leads_to_what_is_there(made):
    workshop, _, _ = made
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, given: found.extend(v for k, v in given if k == "href")
    parser.feed((workshop.stick / "START-HERE.html").read_text("utf-8"))
    assert "lesson/site/index.html" in found
    template = (ROOT / "learners" / "setup.md").read_text("utf-8")
    for address in set(found) - {"lesson/site/index.html"}:
        page, _, place = address.partition("#")
        assert page == "lesson/site/learners/setup.html"
        assert f"## {place.replace('-', ' ').capitalize()}\n" in template


@only_linux
def test_a_learner_without_a_network_is_ready(made):
    workshop, _, _ = made
    code, said = workshop.install(workshop.place / "my lesson")
    assert code == 0, said
    assert said.strip().splitlines()[-1] == READY
    assert not list(workshop.place.glob("**/.*.part"))


@only_linux
def test_a_damaged_package_is_not_installed(workshop):
    workshop.lock()
    workshop.make()
    package = workshop.stick / "wheels" / workshop.wheels[0].name
    package.write_bytes(package.read_bytes().replace(b"here = True", b"here = Fals"))
    code, said = workshop.install(workshop.place / "lesson-here")
    assert code == 1 and "THESE PACKAGES DO NOT MATCH THE HASHES" in said and READY not in said


@only_linux
def test_a_damaged_or_unfinished_stick_is_refused(workshop):
    workshop.lock()
    workshop.make()
    target = workshop.place / "lesson-here"
    with open(workshop.stick / "lesson.zip", "ab") as file:
        file.write(b"x")
    code, said = workshop.install(target)
    assert code == 1 and "lesson.zip on the stick is damaged" in said
    (workshop.stick / "SHA256SUMS").unlink()
    code, said = workshop.install(target)
    assert code == 1 and "the stick isn't finished" in said
    assert not target.exists()


def test_going_on_gets_what_is_missing_and_keeps_what_is_whole(workshop):
    workshop.lock()
    kept, gone = (workshop.stick / "wheels" / path.name for path in workshop.wheels)
    kept.write_bytes(workshop.wheels[0].read_bytes())
    gone.write_bytes(workshop.wheels[1].read_bytes()[:100])  # as a full stick leaves it
    os.utime(kept, (1000, 1000))
    (workshop.stick / ".lesson.part").mkdir()
    (workshop.stick / ".lesson.part" / "half").touch()
    _, said = workshop.make()
    assert (workshop.stick / "SHA256SUMS").is_file(), said
    assert gone.read_bytes() == workshop.wheels[1].read_bytes()
    assert kept.stat().st_mtime == 1000
    assert not list(workshop.stick.rglob(".*.part"))


def test_a_package_that_cannot_be_had_is_named_and_the_rest_is_made(workshop):
    workshop.lock()
    stranger = wheel(workshop.place, "stranger")
    workshop.lock("windows", [*workshop.wheels, stranger])
    code, said = workshop.make("--system", "windows", "linux")
    assert code == 1 and f"Not on the stick: the packages for Windows, Python {VERSION}" in said
    assert "stranger" in said
    page = (workshop.stick / "START-HERE.html").read_text("utf-8")
    assert f"<li>Linux: Python {VERSION}</li>" in page and "<li>Windows:" not in page


def test_packages_for_another_python_than_this_one_are_put_there(workshop):
    other = "3.13" if VERSION != "3.13" else "3.12"
    newer = wheel(workshop.server, "newer", f"Requires-Python: !={VERSION}.*\n")
    workshop.lock(wheels=[newer]).rename(workshop.stick / "wheels" / f"linux-{other}.txt")
    _, said = workshop.make("--python", other)
    assert (workshop.stick / "SHA256SUMS").is_file(), said
    assert f"wheels/{newer.name}" in listed(workshop.stick)


def test_the_checklist_gives_a_command_that_there_is():
    text = (ROOT / "instructors" / "checklists.md").read_text("utf-8")
    (given,) = re.findall(r"^python make_stick\.py (.*)$", text, re.MULTILINE)
    parse = runpy.run_path(str(ROOT / "scripts" / "make_stick.py"))["parse"]
    assert parse(given.split()).zip.name == "lesson.zip"
    assert set(parse(given.split()).python) < set(parse(["E:"]).python)


def test_what_was_interrupted_another_time_is_not_promised(workshop):
    workshop.lock()
    absent = wheel(workshop.place, "absent")
    left = workshop.lock("windows", [absent])
    workshop.make()
    assert not left.exists()
    assert "<li>Windows:" not in (workshop.stick / "START-HERE.html").read_text("utf-8")


def test_altered_images_are_refused(workshop):
    workshop.lock()
    (workshop.images / "test_batch").write_bytes(b"other")
    code, said = workshop.make()
    assert code == 1 and "test_batch is not the published file" in said
    assert not (workshop.stick / "SHA256SUMS").exists()


def test_without_the_images_it_says_how_to_get_them(workshop):
    workshop.lock()
    given = [workshop.stick, "--zip", workshop.place / "lesson.zip", "--system", "linux"]
    code, said = workshop.run("make_stick.py", *given, KERAS_HOME=str(workshop.place / "none"))
    assert code == 1 and "check_setup.py --download" in said


def test_uv_chooses_for_another_system(workshop):
    if not shutil.which(
        "uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ):
        pytest.skip("uv is missing: python -m pip install uv")
    for name in ("spyder", "jupyterlab"):
        wheel(workshop.server, name)
    environment = {"UV_FIND_LINKS": workshop.server.as_uri(), "UV_OFFLINE": "1"}
    environment["UV_CACHE_DIR"] = str(workshop.place / "cache")
    given = [workshop.stick, "--zip", workshop.place / "lesson.zip", "--images", workshop.images]
    _, said = workshop.run(
        "make_stick.py",
        *given,
        "--system",
        "windows",
        "--python",
        "3.13",
        PIP_FIND_LINKS=workshop.server.as_uri(),
        **environment,
    )
    assert "packages: Windows, Python 3.13" in said and "Not on the stick: the" not in said
    lock = (workshop.stick / "wheels" / "windows-3.13.txt").read_text("utf-8")
    assert re.findall(r"^([\w-]+)==", lock, re.MULTILINE) == [
        "jupyterlab",
        "spyder",
        "tiny",
        "tiny-needs",
    ]
    assert len(list((workshop.stick / "wheels").glob("*.whl"))) == 4, said
