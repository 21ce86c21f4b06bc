"""A console as Spyder opens one: spyder-kernels' own kernel and messages, without the windows.

    python spyder_console.py cells|file SCRIPT FOLDER

Spyder opens a console in FOLDER, the user's home unless its preferences say otherwise. Then

- "cells": the user chooses "Set console working directory" in the menu of the script's tab and
  presses "Run cell and advance" until the end. A cell alone leaves the working directory as it is.
- "file": the user presses "Run file", which goes to the script's folder first.

What came of it is printed as JSON. The magic commands and settings are those of Spyder 6.1; the
kernel asks this program for the text of a cell, as it asks Spyder's editor.
"""

import json
import os
import shlex
import sys
import tempfile
import uuid
from pathlib import Path

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from spyder_kernels.comms.commbase import CommBase

LIMIT = 120  # seconds without a word from the kernel
CELL_HEADERS = ("# %%", "#%%")
KERNEL = {
    "argv": [
        *(sys.executable, "-Xfrozen_modules=off", "-m", "spyder_kernels.console"),
        *("-f", "{connection_file}"),
    ],
    "display_name": "Spyder",
    "language": "python",
}
PLOTS = {  # what Spyder sends to each new console: plots go to its own pane
    "pylab/backend": "inline",
    "pylab/autoload": False,
    "pylab/inline/figure_format": "png",
    "pylab/inline/resolution": 144,
    "pylab/inline/width": 6.0,
    "pylab/inline/height": 4.0,
    "pylab/inline/fontsize": 10.0,
    "pylab/inline/bottom": 0.11,
    "pylab/inline/bbox_inches": True,
}


def read_cells(text):
    """The cells that Spyder's editor sees in a script.

    Args:
        text: the script.

    Returns: dict: a cell's name, or its number if it has none, to its text. The text begins
        with empty lines, so that tracebacks name lines of the script.
    """
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if line.lstrip().startswith(CELL_HEADERS)]
    names = [lines[start].strip().lstrip("#% ") for start in starts]
    cells = {}
    for place, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True)):
        name = names[place]
        if names.count(name) > 1:
            name = name and f"{name}, #{names[: place + 1].count(name)}"
        cells[name or place + 1] = "\n" * start + "\n".join(lines[start:end])
    return cells


class Wire:
    """One connection of Spyder's messages, in the form that CommBase expects."""

    def __init__(self, client):
        self.comm_id = uuid.uuid4().hex
        self.client = client
        content = {"comm_id": self.comm_id, "target_name": "spyder_api", "data": {}}
        client.shell_channel.send(client.session.msg("comm_open", content))

    def send(self, data, buffers=None):
        content = {"comm_id": self.comm_id, "data": data}
        self.client.control_channel.send(self.client.session.msg("comm_msg", content))

    def on_msg(self, callback):
        """CommBase is handed its messages by Console.listen."""

    on_close = on_msg


class Console(CommBase):
    """A running kernel and the front end that answers its questions.

    Args:
        folder: Path of the working directory in which the console opens.
        script: Path of the script in the editor.
    """

    def __init__(self, folder, script):
        super().__init__()
        text = script.read_text("utf-8")
        self.cells = read_cells(text)
        self.register_call_handler("run_cell", lambda cell, path: self.cells[cell])
        self.register_call_handler("get_file_code", lambda path, save_all=True: text)
        self.register_call_handler("_comm_ready", lambda: None)
        self.state = {}  # what the toolbar shows: "cwd", the working directory
        self.register_call_handler("update_state", self.state.update)
        self._start(folder)
        self._register_comm(Wire(self.client))
        self.set(matplotlib=PLOTS, cwd=str(folder))

    def _start(self, folder):
        with tempfile.TemporaryDirectory() as place:
            kernel = Path(place) / "spyder" / "kernel.json"
            kernel.parent.mkdir()
            kernel.write_text(json.dumps(KERNEL), "utf-8")
            known = KernelSpecManager(kernel_dirs=[place])
            self.manager = KernelManager(kernel_name="spyder", kernel_spec_manager=known)
            # as from Spyder: the kernel ends when this program does
            environment = {**os.environ, "SPY_PARENT_PID": str(os.getpid())}
            self.manager.start_kernel(cwd=str(folder), env=environment)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LIMIT)

    def close(self):
        """Stop the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def set(self, **settings):
        """Change settings of the kernel, as Spyder's menus do."""
        self.remote_call(blocking=True).set_configuration(settings)

    def listen(self):
        """The kernel's next message; its questions are answered on the way."""
        message = self.client.get_iopub_msg(timeout=LIMIT)
        if message["msg_type"] == "comm_msg":
            self._comm_message(message)
        return message

    def _wait_reply(self, comm_id, call_id, call_name, timeout):
        while call_id not in self._reply_inbox:
            self.listen()

    def run(self, command):
        """Run a line as if it was typed.

        Returns: dict with "command", "text" that was printed, "errors" (list of text) and
            "pictures", their number.
        """
        sent = self.client.execute(command)
        result = {"command": command, "text": "", "errors": [], "pictures": 0}
        while True:
            message = self.listen()
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != sent:
                continue
            if kind == "status" and content["execution_state"] == "idle":
                return result
            if kind == "stream":
                result["text"] += content["text"]
            elif kind == "error":
                result["errors"].append(f"{content['ename']}: {content['evalue']}")
            elif "image/png" in content.get("data", {}):
                result["pictures"] += 1


def run_cell(name, script):
    """The magic command that Spyder sends for a cell, given by its name or number."""
    option = "-i" if isinstance(name, int) else "-n"
    return "%runcell " + shlex.join([option, str(name), str(script)])


def main(what, script, folder):
    """Do what the module's text says; returns the result as a dict."""
    script, folder = Path(script).resolve(), Path(folder).resolve()
    console = Console(folder, script)
    try:
        result = {"opened_in": console.state["cwd"]}
        if what == "file":
            commands = [f"%runfile {shlex.quote(str(script))} --wdir"]
        else:
            console.set(cwd=str(script.parent))
            commands = [run_cell(name, script) for name in console.cells]
        result["steps"] = [console.run(command) for command in commands]
        return {**result, "ended_in": console.state["cwd"]}
    finally:
        console.close()


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
