"""learners/setup.md says what is so: versions, names, commands, messages and sizes.

With LESSON_NEW_USER set to an empty folder, the page's commands are followed there, word for
word, as somebody does who has Linux, Python, the lesson's zip file and a network.
"""

import http.server
import importlib.util
import inspect
import os
import re
import runpy
import shlex
import shutil
import ssl
import subprocess
import sys
import threading
import time
import zipfile
from functools import partial
from pathlib import Path

import pytest
import yaml
from the_lesson import LESSON, ROOT

from lesson_engine.core import reader, working_files
from lesson_engine.site import taken_along

PAGE = (ROOT / "learners" / "setup.md").read_text("utf-8")
FRONT_MATTER = yaml.safe_load(PAGE.split("---\n")[1])
CHECK = runpy.run_path(str(ROOT / "scripts" / "check_setup.py"))
SOURCE = runpy.run_path(str(ROOT / "data" / "cifar10_source.py"))
NEW_USER = os.environ.get("LESSON_NEW_USER")
WORDS = re.sub(r"\s+", " ", PAGE)


def requirements(path):
    """The lines of a requirements file that name a package, those of its -r files included."""
    lines = set()
    for line in (ROOT / path).read_text("utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            lines |= requirements(Path(path).parent / line[3:])
        elif line:
            lines.add(line)
    return lines


def test_learners_get_the_packages_that_the_lesson_is_tested_with():
    ours, theirs = requirements("requirements/lesson-cpu.in"), requirements("requirements.txt")
    only_theirs = {line for line in theirs - ours if line.startswith("jax==")}
    assert theirs == ours | only_theirs, "make requirements.txt and lesson-cpu.in the same"
    assert all("darwin" in line and "x86_64" in line for line in only_theirs)


def test_the_environment_of_conda_takes_the_same_list():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    *packages, pip = environment["dependencies"]
    assert pip == {"pip": ["-r requirements.txt"]}
    names = {package.partition("=")[0]: package.partition("=")[2] for package in packages}
    assert set(names) == {"python", "pip", "spyder", "jupyterlab"}, "what else is for requirements"
    python = tuple(map(int, names["python"].split(".")))
    assert CHECK["OLDEST_PYTHON"] <= python <= CHECK["NEWEST_PYTHON"]
    assert f"conda activate {environment['name']}" in PAGE
    assert environment["channels"] == ["conda-forge"]


def test_the_zip_holds_what_the_page_speaks_of():
    names = {*working_files.working_files(LESSON), *taken_along.AT_THE_TOP}
    assert {*CHECK["FILES"], "environment.yml", "scripts/check_setup.py"} <= names
    assert {"scripts/make_stick.py", "scripts/stick/install.py"} <= names


def test_every_option_of_the_check_on_the_page_is_one_of_its_own():
    given = re.findall(r"check_setup\.py +(--[^`\n]*)", PAGE)
    assert len(given) >= 3
    for options in given:
        CHECK["parse"]([word.replace("\\", "/") for word in options.split()])


def test_versions_on_the_page_are_those_of_the_requirements():
    wanted = CHECK["wanted_versions"]()
    found = re.findall(r"(keras|tensorflow)(?:-cpu|\[and-cuda\])?==([\d.*]+\*)", PAGE)
    assert len(found) >= 3
    for name, version in found:
        assert version == wanted[name]
    assert f"There is no TensorFlow {wanted['tensorflow'].removesuffix('.*')} for" in PAGE


def test_pytorch_on_the_page_is_the_one_that_maintainers_test_with():
    develop = runpy.run_path(str(ROOT / "tools" / "develop.py"))
    (version,) = re.findall(r'"torch==([\d.]+)\.\*"', PAGE)
    assert develop["TORCH"].startswith(f"torch=={version}.")


def test_pythons_on_the_page_are_those_of_the_check():
    oldest, newest = CHECK["OLDEST_PYTHON"][1], CHECK["NEWEST_PYTHON"][1]
    good = [f"3.{minor}" for minor in range(oldest, newest + 1)]
    said = ", ".join(good[:-1]) + " or " + good[-1]
    assert WORDS.count(f"Python {said}") == 2
    assert f"There is no TensorFlow for Python 3.{newest + 1} or newer yet" in WORDS
    for version in re.findall(r"\bpy install (\S+)|\bpy -(3[\d.]+)|python(3\.\d+) -m", PAGE):
        assert "".join(version) in good


def test_what_the_computer_needs_is_what_the_check_wants():
    assert f"- {CHECK['MEMORY_NEEDED']} GB of memory" in PAGE
    space = int(re.search(r"- (\d+) GB of free space", PAGE)[1])
    needed = measured()["disk_gb"] + CHECK["DISK_NEEDED"]
    assert needed < space < needed + 2


def test_what_windows_is_given_is_for_its_command_prompt():
    tabs = re.findall(r"\n### Windows\n(.*?)(?=\n### |\n:::)", PAGE, re.DOTALL)
    assert len(tabs) == 3
    for language, lines in re.findall(r"```(\w+)\n(.*?)```", "".join(tabs), re.DOTALL):
        assert language == "bat", lines
        assert "source " not in lines and "~/" not in lines
    for language, lines in re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL):
        assert ("\\" in lines) == (language == "bat"), lines
        for line in re.findall(r"^cd .*\bto\b.*$", lines, re.MULTILINE):
            assert line.startswith("cd /d ") == (language == "bat"), line


def test_the_way_that_was_run_comes_first_and_is_the_one_that_we_recommend():
    ways = re.findall(r"^### (With .*)$", PAGE, re.MULTILINE)
    assert [way for way in ways if "recommend" in way] == [ways[0]]
    assert "With pip" in ways[0] and "We followed the way with pip" in WORDS


def certificate(folder, name):
    """Make a server's certificate that nobody trusts yet; Path of it and its key in one file."""
    path = folder / name
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", folder / "key.pem", "-out", path],
        check=True,
        capture_output=True,
    )
    return path


@pytest.mark.slow
def test_where_connections_are_inspected_the_lines_on_the_page_help(tmp_path):
    """With a server whose certificate Python doesn't know, as such a network seems to be."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is missing")
    trusted = certificate(tmp_path, "ours.pem")
    (tmp_path / "tiny").mkdir()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, tmp_path / "key.pem")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"https://localhost:{server.server_port}"
        images = ["-c", f"import urllib.request as r; r.urlretrieve({address + '/tiny/'!r})"]
        pip = ["-m", "pip", "download", "-v", "--retries", "0", "-i", address, "tiny"]
        for command, variable in ((images, "SSL_CERT_FILE"), (pip, "PIP_CERT")):
            assert f"export {variable}=/path/to/ours.pem" in PAGE
            assert f"set {variable}=C:\\certificates\\ours.pem" in PAGE
            said = told(command, tmp_path, {})
            assert "CERTIFICATE_VERIFY_FAILED" in said
            said = told(command, tmp_path, {variable: str(trusted)})
            assert "CERTIFICATE_VERIFY_FAILED" not in said
        server.shutdown()


def told(command, folder, variables):
    """What Python writes with these variables and no others that lead to certificates."""
    kept = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "HOME": str(folder)}
    command = [sys.executable, *command]
    done = subprocess.run(
        command, cwd=folder, env={**kept, **variables}, capture_output=True, text=True, timeout=120
    )
    return done.stdout + done.stderr


def measured():
    """What was measured, from the page's front matter."""
    return FRONT_MATTER["measured"]


def test_the_page_quotes_what_was_measured():
    said = (
        "on a computer with 2 processor cores and a fast network "
        f"(Linux, {measured()['date']}): the "
        f"packages were a download of {measured()['download_mb']} MB, took "
        f"{measured()['minutes']} minutes to install, and {measured()['disk_gb']} GB on the disk."
    )
    assert said in WORDS


def test_the_last_line_on_the_page_is_that_of_the_check():
    assert f"```text\n{CHECK['READY']}\n```" in PAGE
    assert "`NOT READY`" in PAGE


def test_headings_that_the_check_names_are_there():
    text = (ROOT / "scripts" / "check_setup.py").read_text("utf-8")
    named = re.findall(r"'([A-Z][a-z ]+)' on the\s+setup page", text)
    assert len(named) == 2
    for heading in named:
        assert re.search(f"^##+ {heading}$", PAGE, re.MULTILINE)


def test_the_place_of_the_archive_is_that_of_keras():
    assert f"`{SOURCE['ARCHIVE']}`" in PAGE
    keras = pytest.importorskip("keras")
    text = inspect.getsource(inspect.getmodule(inspect.unwrap(keras.datasets.cifar10.load_data)))
    assert f'dirname = "{SOURCE["ARCHIVE"].removesuffix("_archive")}"' in text
    assert "cifar-10-python.tar.gz" in text and SOURCE["ARCHIVE_SHA256"] in text
    tool = inspect.getsource(inspect.getmodule(inspect.unwrap(keras.utils.get_file)))
    assert 'os.path.join(datadir, f"{fname}_archive")' in tool


def test_messages_of_keras_on_the_page_are_its_own():
    keras = pytest.importorskip("keras")
    tool = inspect.getsource(inspect.getmodule(inspect.unwrap(keras.utils.get_file)))
    tool = re.sub(r'"\s+f?"', "", tool)  # long texts are in pieces
    headings = re.findall(
        r"^### `(A local file was found.*|URL fetch failure on)(?: …)?`$", PAGE, re.M
    )
    assert len(headings) == 2
    for heading in headings:
        assert heading in tool


@pytest.mark.slow
def test_code_for_the_unpacked_folder_works(tmp_path):
    if importlib.util.find_spec("keras") is None or "CIFAR10_FOLDER" not in os.environ:
        pytest.skip("Keras or the folder that CIFAR10_FOLDER names is missing")
    code = re.search(r"```python\n(import os\n.*?)```", PAGE, re.DOTALL)[1]
    code = code.replace("E:/cifar-10-batches-py", os.environ["CIFAR10_FOLDER"])
    block = re.search(r"```python\n(# %%\nimport keras\n.*?)```", PAGE, re.DOTALL)[1]
    assert printed(code + block, ROOT / "scripts") == "(50000, 32, 32, 3)"
    assert "If they print `(50000, 32, 32, 3)`" in PAGE


def printed(code, folder):
    """What code prints in a folder, in a Python of its own."""
    kept = {name: text for name, text in os.environ.items() if name != "CIFAR10_FOLDER"}
    command = [sys.executable, "-c", code]
    return subprocess.check_output(command, cwd=folder, env=kept, text=True, timeout=300).strip()


def test_the_first_block_is_that_of_the_first_episode():
    episode = reader.read_page(LESSON, ROOT / "episodes" / "01-introduction.md")
    lines = re.search(r"```python\n# %%\n(import keras\n.*?)print", PAGE, re.DOTALL)[1].strip()
    assert lines in episode.blocks[0].source


def commands(*headings):
    """Lines of the first bash block below headings that follow each other."""
    text = PAGE
    for heading in headings:
        text = text.partition(f"\n{heading}\n")[2]
    return re.search(r"```bash\n(.*?)```", text, re.DOTALL)[1].splitlines()


def test_a_new_user_who_types_what_the_page_says_is_ready():
    if not NEW_USER:
        pytest.skip("takes minutes and a network: set LESSON_NEW_USER to an empty folder")
    place = Path(NEW_USER).resolve()
    assert os.listdir(place) == [], "the folder is not empty"
    with zipfile.ZipFile(ROOT / "_site" / taken_along.ZIP) as archive:
        archive.extractall(place / "lesson")
    (lesson,) = [path.parent for path in place.rglob("requirements.txt")]
    install = commands("### With pip, which we recommend", "### Linux")
    install[0] = install[0].replace("path/to/the/lesson", shlex.quote(str(lesson)))
    begin = time.monotonic()
    output = typed(install, place)
    minutes = (time.monotonic() - begin) / 60
    sizes = re.findall(r"Downloading \S+ \(([\d.]+) (k|M|)B\)", output)
    megabytes = sum(float(size) * {"k": 0.001, "M": 1, "": 1e-6}[unit] for size, unit in sizes)
    held = sum(path.lstat().st_size for path in (lesson / "cnn-lesson").rglob("*"))
    print(f"{minutes:.1f} minutes, {megabytes:.0f} MB downloaded, {held / 1e9:.2f} GB on the disk")
    assert abs(megabytes / measured()["download_mb"] - 1) < 0.1
    assert abs(held / 1e9 / measured()["disk_gb"] - 1) < 0.1
    again = [install[0], install[2], "cd scripts", *commands("## Did it work?")]
    assert CHECK["READY"] in typed(again, place)


def typed(lines, home):
    """What a shell prints for these lines, with a home folder of its own and nothing cached."""
    ours = ("PYTHONPATH", "VIRTUAL_ENV")
    kept = {name: text for name, text in os.environ.items() if name not in ours}
    own = {"HOME": str(home), "PIP_NO_CACHE_DIR": "1", "PIP_PROGRESS_BAR": "off"}
    process = subprocess.run(
        ["bash", "-e"],
        input="\n".join(lines),
        cwd=home,
        env={**kept, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=3600,
    )
    assert process.returncode == 0, process.stdout[-3000:]
    return process.stdout
