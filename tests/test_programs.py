"""Notebooks and scripts in the programs that learners use, laid out as in lesson.zip.

JupyterLab runs in headless Chromium. Spyder's kernel runs without Spyder's windows; see
spyder_console.py. Both are in an environment of their own, which `make test` makes: Spyder wants
an older ipykernel than the one that our tests run episodes with. All on drawn pictures.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import nbformat
import pytest
from the_lesson import ROOT

from lesson_engine.core import reader, scripts
from lesson_engine.run import sources

# A folder of an environment; learners have the two programs in one, too.
PROGRAMS = Path(os.environ.get("LESSON_PROGRAMS", ROOT / ".venv-programs"))
PYTHON = PROGRAMS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
if not PYTHON.is_file():
    pytest.skip(
        f"no JupyterLab and no spyder-kernels: {PYTHON} is missing; "
        "python tools/develop.py environment programs",
        allow_module_level=True,
    )
pytest.importorskip("keras")

pytestmark = pytest.mark.slow
CONSOLE = Path(__file__).with_name("spyder_console.py")
LIMIT = 180  # seconds that a notebook or script may take
DRAWN = "images: (4000, 32, 32, 3)"  # recorded were 50,000: an output that is new

# As a learner's, but for what goes out to the network, and with all cells in the page at once.
JUPYTERLAB = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture(scope="module")
def folder(site, tmp_path_factory):
    """What a learner has: lesson.zip and solutions.zip, unpacked; Path of the folder to work in."""
    place = tmp_path_factory.mktemp("learner")
    for name in ("lesson.zip", "solutions.zip"):
        with zipfile.ZipFile(site / name) as archive:
            names = [name for name in archive.namelist() if "/site/" not in name]
            archive.extractall(place, names)
    return place / "image-classification-cnn" / "scripts"


@pytest.fixture(scope="module")
def environment(lesson, tmp_path_factory):
    """Variables with which every kernel finds drawn pictures behind Keras's call.

    IPython runs each file in its folder startup/ first, so that no lesson code is changed.
    """
    data = sources.choose_data(lesson, stand_in=True)
    place = tmp_path_factory.mktemp("programs")
    startup = place / "ipython" / "profile_default" / "startup" / "data.py"
    startup.parent.mkdir(parents=True)
    startup.write_text(data.prepare + "\n", "utf-8")
    for name, settings in JUPYTERLAB.items():
        path = place / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), "utf-8")
    own = {
        "IPYTHONDIR": place / "ipython",
        "JUPYTER_CONFIG_DIR": place / "config",
        "JUPYTER_DATA_DIR": place / "data",
        "JUPYTER_RUNTIME_DIR": place / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": place / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": place / "workspaces",
    }
    variables = sources.kernel_environment(lesson, data) | {k: str(v) for k, v in own.items()}
    variables.pop("VIRTUAL_ENV", None)  # IPython would look for packages there
    return variables


def run_in_spyder(what, name, folder, environment, home):
    """Run an episode's script in a console of Spyder; what spyder_console.py prints."""
    script = folder / scripts.script_name(name)
    process = subprocess.run(
        [PYTHON, CONSOLE, what, script, home],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return json.loads(process.stdout)


@pytest.mark.parametrize("name", ["02-neural-networks", "03-image-data"])
def test_spyder_runs_every_cell_once_its_folder_is_the_scripts(
    name, folder, environment, lesson, tmp_path
):
    result = run_in_spyder("cells", name, folder, environment, home=tmp_path)
    assert result["opened_in"] == str(tmp_path)
    assert {step["command"]: step["errors"] for step in result["steps"] if step["errors"]} == {}
    cells_with_code = [step for step in result["steps"] if "%runcell -i" in step["command"]]
    blocks = episode(lesson, name).blocks
    assert len(cells_with_code) == len(blocks)
    pictures = sum(len(block.figures) for block in blocks)
    assert sum(step["pictures"] for step in result["steps"]) == pictures


def test_spyder_runs_a_file_in_the_folder_that_holds_it(folder, environment, tmp_path):
    result = run_in_spyder("file", "03-image-data", folder, environment, home=tmp_path)
    assert result["opened_in"] == str(tmp_path)
    (step,) = result["steps"]
    assert step["errors"] == []
    assert DRAWN in step["text"]
    assert result["ended_in"] == str(folder), "cells that are run next find their files, too"


def episode(lesson, name):
    """The episode of that name."""
    return reader.read_page(lesson, lesson.root / "episodes" / f"{name}.md")


@pytest.fixture(scope="module")
def jupyterlab(folder, environment):
    """A running JupyterLab; the address of a file in the folder, its name written NAME."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex()
    options = {
        "IdentityProvider.token": token,
        "ServerApp.allow_root": True,  # in a container there may be nobody else
        "ServerApp.open_browser": False,
        "ServerApp.port": port,
        "ServerApp.root_dir": folder.parent,
    }
    options = [f"--{name}={value}" for name, value in options.items()]
    command = [PYTHON, "-m", "jupyterlab", *options]
    log = Path(environment["JUPYTERLAB_WORKSPACES_DIR"]).with_name("jupyterlab.log")
    with log.open("wb") as words:
        server = subprocess.Popen(command, env=environment, stdout=words, stderr=words)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address + "/api", server, log)
        # reset: without the notebooks that were open before
        yield f"{address}/lab/tree/{folder.name}/NAME?reset&token={token}"
    finally:
        stop(server)


def stop(server):
    """End a server, at once if it takes long to end by itself."""
    server.terminate()
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def wait_for(address, server, log):
    """Wait until a server answers."""
    end = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab has not started:\n{log.read_text('utf-8')[-3000:]}")


@pytest.fixture
def open_notebook(browser, jupyterlab):
    """Open a notebook in JupyterLab and wait for its kernel; gives a Playwright page."""

    def open_one(name):
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(jupyterlab.replace("NAME", name))
        page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1")
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        return page

    return open_one


def pictures_of(page, where):
    """Width in pixels of each picture, 0 for one that could not be shown."""
    widths = "pictures => pictures.map(picture => picture.naturalWidth)"
    page.wait_for_function(
        f"[...document.querySelectorAll('{where} img')].every(picture => picture.complete)"
    )
    return page.locator(f"{where} img").evaluate_all(widths)


def prompts_of(page):
    """What stands in front of each code cell, such as "[3]:"."""
    return page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()


def test_jupyterlab_opens_an_exercise_notebook_and_runs_nothing(open_notebook, folder):
    path = folder / "04-build-cnn-exercises.ipynb"
    page, book = open_notebook(path.name), nbformat.read(path, as_version=4)
    assert page.locator(".jp-Dialog").count() == 0
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    widths = pictures_of(page, ".jp-MarkdownOutput")
    assert len(widths) == text.count("![") > 1 and all(widths)
    with_blanks = [cell for cell in book.cells if "_____" in cell.source]
    assert len(with_blanks) > 1 and all(cell.cell_type == "code" for cell in with_blanks)
    assert page.locator(".jp-CodeCell .cm-content", has_text="_____").count() == len(with_blanks)
    folded = [cell for cell in book.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert prompts_of(page).count("") == len(folded) == 1  # what fetches files
    assert set(prompts_of(page)) == {"[ ]:", ""}
    assert page.locator(".jp-OutputArea-child").count() == 0


def test_jupyterlab_runs_all_cells_of_a_solution_notebook(open_notebook, folder):
    path = folder / "03-image-data-solutions.ipynb"
    page, recorded = open_notebook(path.name), nbformat.read(path, as_version=4)
    widths = pictures_of(page, ".jp-OutputArea-output")
    assert len(widths) == len(pictures_in(recorded)) > 1 and all(widths)
    run_all(page)
    save(page)
    assert page.locator(".jp-Dialog").count() == 0
    book = nbformat.read(path, as_version=4)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [failure(cell) for cell in cells if failure(cell)] == []
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert len(pictures_in(book)) == len(pictures_in(recorded))
    assert not cells[0].outputs and DRAWN in cells[1].outputs[0].text


def run_all(page):
    """Choose "Run All Cells" in the menu and wait until nothing waits any more."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    waiting = ".jp-CodeCell .jp-InputPrompt:text('[*]:')"
    page.wait_for_selector(waiting, state="attached")  # the first one's cell is folded
    page.wait_for_selector(waiting, state="detached", timeout=1000 * LIMIT)


def save(page):
    """Save the notebook and wait until JupyterLab takes away the mark of what is not saved."""
    unsaved = ".lm-DockPanel-tabBar .jp-mod-dirty"
    page.wait_for_selector(unsaved)
    page.keyboard.press("Control+s")
    page.wait_for_selector(unsaved, state="detached")


def failure(cell):
    """What a cell raised, with its first line; None if nothing."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    return errors and f"{cell.source.splitlines()[0]}: {errors[0].ename}: {errors[0].evalue}"


def pictures_in(book):
    """Pictures among a notebook's outputs."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    return [output for output in outputs if "image/png" in output.get("data", {})]
