"""A kernel that runs cells as a learner's Jupyter does, for recording, checking and nbval alike."""

import logging
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any, Self

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import v4
from nbval.kernel import RunningKernel

from lesson_engine.core import notebook
from lesson_engine.core.comparer import fresh_view
from lesson_engine.core.errors import LessonError
from lesson_engine.core.guard import Guard
from lesson_engine.core.notebook import Cell, CellRun, Output

# Low-level libraries write what no lesson shows straight to the process's stderr.
ARGUMENTS = ["--IPKernelApp.capture_fd_output=False"]
STARTS = 3  # of a kernel that dies before it's ready
SLOWEST_START = 200  # seconds that each may take, on a machine that has much else to do
SLOWEST_SEND = 10_000  # milliseconds; a message waits for as long as nobody is there to take it
LAST_OUTPUTS = 30  # seconds in which the last outputs have to come once a cell is done
# Characters that are kept of a cell's outputs: text, and what stands for pictures
MOST_TEXT, MOST_DATA = 1_000_000, 50_000_000
MOST_ERROR = 10_000  # of each line of an error
CUT = "\n[cut here: a block's outputs may have {:,} characters]\n"
SLOW = 10  # seconds after which it is worth saying what is running
DIED = (
    "the kernel died in this block; it may have run out of memory, or a library crashed: "
    "run the block by itself to see"
)

logging.getLogger("nbval").addHandler(logging.NullHandler())  # what fails is told here


class KernelDied(Exception):
    """The kernel's process ended while a block ran."""


class TookTooLong(Exception):
    """A cell was stopped at its limit."""


class Stopped(Exception):
    """Everything was asked to stop while a cell ran."""


def start(folder: Path, environment: dict[str, str]) -> tuple[KernelManager, BlockingKernelClient]:
    """Start a kernel; gives what ends it, and what talks to it.

    The manager chooses five ports that nobody has, and the kernel takes them a second later.
    Another program may be quicker, and what answers there then may not even be a kernel.

    Args:
        folder: where it starts.
        environment: all its variables.

    Raises: RuntimeError if it is not ready in time.
    """
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(
        # what a block starts would hold a pipe of ours open: `lesson record | cat`
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=str(folder),
        env=environment,
        extra_arguments=ARGUMENTS,
    )
    client = manager.client()
    client.context.sndtimeo = SLOWEST_SEND  # by default there is no end to it
    client.start_channels()
    try:
        client.wait_for_ready(timeout=SLOWEST_START)
    except (RuntimeError, zmq.Again) as error:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        raise RuntimeError(str(error)) from error
    return manager, client


class Kernel(RunningKernel):  # type: ignore[misc]  # nbval has no types
    """nbval's kernel, which collects outputs as nbclient does, and notices when it dies.

    Args:
        folder: where it starts.
        environment: all its variables.
        stopping: once set, a cell that runs is given up.
    """

    def __init__(
        self, folder: Path, environment: dict[str, str], stopping: threading.Event | None = None
    ) -> None:
        self.stopping = stopping or threading.Event()
        self.limit: float | None = None  # seconds that the next cell may take
        self.waiting: Callable[[float], None] = lambda seconds: None  # called each second
        self.seconds = 0.0  # that the last cell took
        self._collector = _Collector("")
        self._reply: dict[str, Any] = {}  # to the last cell
        self._guard = Guard()
        try:
            self._start(folder, environment)
        except BaseException:  # such as Ctrl-C: nothing else would end what has started
            self._guard.close()
            raise

    def _start(self, folder: Path, environment: dict[str, str]) -> None:
        for left in reversed(range(STARTS)):
            try:
                self.km, self.kc = start(folder, {**environment, **self._guard.variables})
                break
            except RuntimeError as error:
                if not left:
                    message = f"its kernel does not start ({error}); reinstall ipykernel"
                    raise LessonError("Jupyter", None, message) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process and all that blocks have started."""
        try:
            if hasattr(self, "km"):  # nbval has ended it where a cell could not be stopped
                super().stop()
        finally:
            self._guard.close()

    @property
    def outputs(self) -> list[Output]:
        """What the cell that ran last has shown, in order; an error is one in Jupyter's eyes, too.

        IPython writes what it says of a wrong magic to stderr, and the cell fails nevertheless.
        """
        shown, reply = self._collector.outputs, self._reply
        if reply.get("status") != "error" or any(one["output_type"] == "error" for one in shown):
            return shown
        said = f"{reply['ename']}: {reply['evalue']}\n"
        error = {name: reply[name] for name in ("ename", "evalue", "traceback")}
        return [*_without(shown, said), v4.new_output("error", **error)]

    def run(self, cell: Cell, limit: float) -> CellRun:
        """Run a cell to its end, whatever it raises.

        Args:
            cell: the cell.
            limit: seconds that it may take.

        Raises: TookTooLong, KernelDied, Stopped.
        """
        self.limit = limit
        self._finish(self.execute_cell_input(cell.source))
        return CellRun(cell, self.outputs, self.seconds)

    def prepare(self, source: str, limit: float, origin: str) -> None:
        """Run the lesson's own preparation, of which the history knows nothing.

        Args:
            source: the code.
            limit: seconds that it may take.
            origin: where it comes from, for a message.

        Raises: LessonError if it fails.
        """
        self.limit = limit
        self._collector = _Collector("")
        try:
            self._finish(self._send(source, history=False))
        except TookTooLong as error:
            message = f"its preparation took more than {limit:g} s and was stopped"
            raise LessonError(origin, None, message) from error
        failure = fresh_view(self.outputs).error
        if failure:
            raise LessonError(origin, None, f"its preparation failed: {failure}")

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Send a cell, with history: without, IPython knows no `_` and no closing semicolon.

        Returns: the request's id.
        """
        self._collector = _Collector(cell_input)
        return self._send(cell_input, history=True)

    def _send(self, source: str, history: bool) -> str:
        self._reply = {}
        try:
            request: str = self.kc.execute(
                source, store_history=history, allow_stdin=False, stop_on_error=False
            )
        except zmq.Again as error:
            raise KernelDied(DIED) from error
        self._collector.request = request
        return request

    def _finish(self, request: str) -> None:
        """Wait for the answer to a request and for all that it shows. Raises: as run."""
        try:
            self.await_reply(request)
            self.await_idle(request, LAST_OUTPUTS)
        except Empty as error:
            raise TookTooLong from error

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """As nbval's; what is shown is collected."""
        message: dict[str, Any] = super().get_message(stream, timeout)
        if stream == "iopub":
            self._collector.take(message)
        elif message["parent_header"].get("msg_id") == self._collector.request:
            self._reply = message["content"]
        return message

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait for the answer to a request, for `limit` seconds if that is set.

        Raises: queue.Empty after that time, KernelDied, Stopped.
        """
        begin, limit = time.monotonic(), self.limit or timeout or float("inf")
        while True:
            left = max(0.0, begin + limit - time.monotonic())
            try:
                super().await_reply(msg_id, timeout=min(1, left))
            except Empty:
                if not self.is_alive():
                    raise KernelDied(DIED) from None
                if self.stopping.is_set():
                    raise Stopped from None
                if not left:
                    raise
                self.waiting(time.monotonic() - begin)
            else:
                self.seconds = time.monotonic() - begin
                return


class _Collector:
    """The outputs of one cell, put together by nbclient: it clears and updates displays."""

    def __init__(self, source: str) -> None:
        book = notebook.new_notebook()
        book.cells = [notebook.code_cell(source)]
        self.request = ""
        self._client = NotebookClient(book, record_timing=False)
        self._client.clear_before_next_output = False  # nbclient sets it when it runs a cell
        self._cell = book.cells[0]
        self._left = {True: MOST_TEXT, False: MOST_DATA}

    @property
    def outputs(self) -> list[Output]:
        outputs: list[Output] = self._cell.outputs
        return outputs

    def take(self, message: dict[str, Any]) -> None:
        """Take a message of the kernel if it belongs to this cell."""
        if message["parent_header"].get("msg_id") != self.request or not self._fits(message):
            return
        try:
            self._client.process_message(message, self._cell, 0)
        except CellExecutionComplete:
            return

    def _fits(self, message: dict[str, Any]) -> bool:
        """False for what would be too much; that is said once, where it would stand."""
        content = message["content"]
        if message["msg_type"] == "clear_output":
            self._left = {True: MOST_TEXT, False: MOST_DATA}
        if message["msg_type"] == "error":  # always told, but not at any length
            for name in ("ename", "evalue"):
                content[name] = content[name][:MOST_ERROR]
            content["traceback"] = [line[:MOST_ERROR] for line in content["traceback"]]
        parts = {"text/plain": content["text"]} if "text" in content else content.get("data", {})
        for kind, part in parts.items():
            is_text, size = kind.startswith("text/"), len(str(part))
            left = self._left[is_text]
            self._left[is_text] = left - size
            if left < 0:
                return False
            if size > left:
                most = CUT.format(MOST_TEXT if is_text else MOST_DATA)
                self._cell.outputs.append(v4.new_output("stream", name="stdout", text=most))
                return False
        return True


def _without(shown: list[Output], said: str) -> list[Output]:
    """What was shown but for what was said last on stderr, which may have come in pieces."""
    kept: list[Output] = []
    for one in reversed(shown):
        if one.get("name") != "stderr":
            kept.append(one)
        elif said.endswith(one["text"]):
            said = said.removesuffix(one["text"])
        elif one["text"].endswith(said):
            kept.append({**one, "text": one["text"].removesuffix(said)} if said else one)
            said = ""
        else:
            return shown
    return shown if said else kept[::-1]
