"""Catch up with the others: run an episode's code up to a section or challenge.

Type one line in Spyder's console or in a notebook, in the folder scripts/, with the number of the
episode and the beginning of a title, without its question mark:

    %run -i catch_up.py 5 Underfitting

Everything above that title is run, without its figures and printed lines, and its variables are
there afterwards. Without a title, the line lists all that there are. Networks that take long to
train are loaded in place of being trained, if the folder fit_outputs has them.
"""

import contextlib
import io
import re
import sys
from pathlib import Path

CELL = "# %%\n"
TITLE = re.compile(
    r"^# %% \[markdown\]\n# ## (?:Challenge: )?(.+?)(?: \((?:\d+ min|opt|home).*\))?$", re.M
)

# What does instead of a training run: (episode, variable that it makes) -> files it needs, code
SAVED = {
    ("01", "history"): (
        ["model_intro.keras"],
        'model = keras.models.load_model("fit_outputs/model_intro.keras")\n',
    ),
    ("05", "history_intro"): (
        ["model_intro.keras", "history_intro.csv"],
        'model_intro = keras.models.load_model(folder / "model_intro.keras")\n'
        "history_intro = keras.callbacks.History()  # what fit would have returned\n"
        'table = pd.read_csv(folder / "history_intro.csv", index_col="epoch")\n'
        'history_intro.history = table.to_dict("list")\n',
    ),
    ("05", "history_dropout"): (
        ["model_best.keras"],
        'model_dropout = keras.models.load_model(folder / "model_best.keras")\n',
    ),
}


def script_of(number, folder):
    """The path of an episode's script."""
    found = sorted(folder.glob(f"{int(number):02}_*.py"))
    if not found:
        sys.exit(f"There is no script of an episode {number} in {folder}.")
    return found[0]


def code_before(text, title):
    """The code of a script above the section or challenge whose title begins like that."""
    for match in TITLE.finditer(text):
        if title and match[1].lower().startswith(title.lower()):
            return match[1], text[: match.start()]
    # without a question mark at the end, with which IPython would show its help
    titles = "\n".join(f"    {match[1].rstrip('?')}" for match in TITLE.finditer(text))
    said = "Say up to where:" if not title else f"No title begins with {title!r}. There are:"
    sys.exit(f"{said}\n{titles}")


def with_saved(code, episode, outputs):
    """The code, with networks loaded where training would take long, and how many were."""
    cells, loaded = code.split(CELL), 0
    for (number, name), (files, instead) in SAVED.items():
        if number == episode and all((outputs / file).is_file() for file in files):
            for place, cell in enumerate(cells):
                if re.search(rf"^{name} = \w+\.fit\(", cell, re.M):
                    cells[place] = instead
                    loaded += 1
    return CELL.join(cells), loaded


def catch_up(number, title, folder):
    """Run what comes before a title, in the session that this file was started from."""
    import matplotlib.pyplot as plt

    path = script_of(number, folder)
    title, code = code_before(path.read_text("utf-8"), title)
    code, loaded = with_saved(code, path.name[:2], folder / "fit_outputs")
    trained = code.count(".fit(")
    print(
        f"Episode {int(number)}, up to '{title}': networks trained: {trained}, loaded: {loaded} …"
    )
    show, plt.show = plt.show, lambda *_, **__: plt.close("all")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(code, path.name, "exec"), globals())
    finally:
        plt.show = show
        plt.close("all")
    print(f"You are at '{title}'.")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    catch_up(sys.argv[1], " ".join(sys.argv[2:]), Path(__file__).resolve().parent)
