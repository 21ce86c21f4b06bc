"""Kernels for the checker: one keeps what a real run gave, the other gives it again.

A change to an output, a figure or a sentence leaves the code as it was, and the same code need
not train the same network again to be compared with what now stands below it.
"""

import json
from pathlib import Path

from nbformat import from_dict

from lesson_engine import nbval_plugin, runner


def keeping(path):
    """A class of kernels that run code and write all outputs to `path` when they stop."""

    class KeepingKernel(nbval_plugin.EpisodeKernel):
        kept = ()

        def execute_cell_input(self, cell_input, allow_stdin=None):
            message = super().execute_cell_input(cell_input, allow_stdin)
            self.kept = [*self.kept, {"source": cell_input, "outputs": self.outputs}]
            return message

        def stop(self):
            super().stop()
            Path(path).write_text(json.dumps(self.kept), "utf-8")

    return KeepingKernel


def replaying(path):
    """A class of kernels that run nothing and give what was kept in `path`."""
    kept = json.loads(Path(path).read_text("utf-8"))

    class ReplayingKernel(nbval_plugin.EpisodeKernel):
        def __init__(self, folder, environment):
            self.place, self.outputs, self.messages = 0, [], []

        def execute_cell_input(self, cell_input, allow_stdin=None):
            places = range(self.place, len(kept))
            found = [place for place in places if kept[place]["source"] == cell_input]
            if not found:
                raise LookupError(f"no run of this code is kept: {cell_input}")
            self.place = found[0] + 1
            self.outputs = [from_dict(output) for output in kept[found[0]]["outputs"]]
            self.messages = [message(output["output_type"], output) for output in self.outputs]
            self.messages.append(message("status", {"execution_state": "idle"}))
            return "replayed"

        def await_reply(self, msg_id, timeout=None):
            pass

        def get_message(self, stream, timeout=None):
            return self.messages.pop(0)

        def is_alive(self):
            return True

        def stop(self):
            pass

        def run_startup(self, source, timeout):
            pass

    return ReplayingKernel


def message(kind, content):
    """A message as it would come from a kernel."""
    return {"msg_type": kind, "content": content, "parent_header": {"msg_id": "replayed"}}


def real_data(*arguments, **options):
    """Instead of runner.choose_data: what is kept came from the real data."""
    return runner.Data(sentence="Outputs of one run on the real data, compared again.")
