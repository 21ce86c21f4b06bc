"""Kernels for nbval: one runs code, the other one gives again what a run gave."""

import subprocess
import time
from queue import Empty

from nbformat import from_dict, v4
from nbval.kernel import RunningKernel, start_new_kernel

from lesson_engine.core import comparer
from lesson_engine.core.errors import LessonError
from lesson_engine.run import runner

OUTPUTS = ("stream", "display_data", "execute_result", "error")


class KernelDied(Exception):
    """The kernel's process ended while a block ran."""


class EpisodeKernel(RunningKernel):
    """nbval's kernel, with our environment, and noticing at once when it dies."""

    def __init__(self, folder, environment):
        self.km, self.kc = start_new_kernel(
            kernel_name="python3",
            stderr=subprocess.DEVNULL,
            cwd=str(folder),
            env=environment,
            extra_arguments=runner.KERNEL_ARGUMENTS,
        )
        self.outputs = []  # of the cell that runs, in the order in which they came
        self._ensure_iopub_up()

    def execute_cell_input(self, cell_input, allow_stdin=None):
        self.outputs = []
        return super().execute_cell_input(cell_input, allow_stdin)

    def get_message(self, stream, timeout=None):
        message = super().get_message(stream, timeout)
        if stream == "iopub" and message["msg_type"] in OUTPUTS:
            self.outputs.append(v4.output_from_msg(message))
        return message

    def await_reply(self, msg_id, timeout=None):
        """Wait for the answer to a request.

        Raises: queue.Empty after `timeout` seconds, KernelDied.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            try:
                return super().await_reply(msg_id, timeout=min(1, max(0, end - time.monotonic())))
            except Empty:
                if not self.is_alive():
                    raise KernelDied(runner.KERNEL_DIED) from None
                if time.monotonic() >= end:
                    raise

    def run_startup(self, source, timeout):
        """Run the lesson's own preparation before the first block.

        Raises: LessonError if it fails.
        """
        message = self.execute_cell_input(source, allow_stdin=False)
        self.await_reply(message, timeout)
        self.await_idle(message, timeout=10)
        failure = comparer.fresh_view(self.outputs)["error"]
        if failure:
            raise LessonError("data", None, f"the data could not be put in place: {failure}")


class ReplayingKernel(EpisodeKernel):
    """Runs nothing: finds the code among what was kept, and gives its outputs."""

    def __init__(self, kept):
        self.kept, self.place = kept, 0
        self.outputs, self.messages = [], []

    def execute_cell_input(self, cell_input, allow_stdin=None):
        places = range(self.place, len(self.kept))
        found = next(place for place in places if self.kept[place]["source"] == cell_input)
        self.place = found + 1
        self.outputs = [from_dict(output) for output in self.kept[found]["outputs"]]
        self.messages = [_message(output["output_type"], output) for output in self.outputs]
        self.messages.append(_message("status", {"execution_state": "idle"}))
        return REPLAYED

    def await_reply(self, msg_id, timeout=None):
        pass

    def get_message(self, stream, timeout=None):
        return self.messages.pop(0)

    def is_alive(self):
        return True

    def stop(self):
        pass


REPLAYED = "replayed"  # the name of every request


def _message(kind, content):
    return {"msg_type": kind, "content": content, "parent_header": {"msg_id": REPLAYED}}
