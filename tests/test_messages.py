"""The messages of Keras in what-learners-say.md: each is made by the mistake that is given there.

A paragraph has the message, a line that makes it and, mostly, a line to write instead. The first
has to raise an error with these words; the second has to run.
"""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from instructor_tables import episode_pages, inlines

PAGE = "what-learners-say.md"
COMPILE = 'model.compile(loss="categorical_crossentropy")'
FIT = "model.fit(train_images, train_labels, verbose=0)"

# What beginners with Keras run into first, so the page may not lose one of them; and what they run
# before and after the mistake, where that is needed for the message to come.
FIRST_DAY = {
    "Expected `metrics` argument to be a list, tuple, or dict": ("", FIT),
    "Computed output size would be zero or negative": ("", ""),
    "You must call `compile()`": ("", FIT),
    "Could not interpret loss identifier": ("", FIT),
    "Could not interpret metric identifier": ("", FIT),
    "File not found: filepath=": ("", ""),
    "All `outputs` values must be KerasTensors": ("", ""),
}
AROUND = {
    **FIRST_DAY,
    "must have the same shape": ("", f"{COMPILE}\n{FIT}"),
    "must have the same rank (ndim)": ("", f"{COMPILE}\n{FIT}"),
    "Unknown variable": (f"{COMPILE}\n{FIT}", FIT.replace("model", "other")),
}


def rows():
    """Of each paragraph on a message: (message, the mistake, what to write instead or "")."""
    found = []
    for kind, under, token in inlines(PAGE):
        codes = [one.content for one in token.children if one.type == "code_inline"]
        starts = [one.type for one in token.children if one.content or one.type != "text"][:1]
        if (kind, under, starts) == ("paragraph_open", "Error messages", ["strong_open"]):
            message, mistake, *others = codes
            found.append((message, mistake, next((c for c in others if re.search("[(=]", c)), "")))
    return found


ROWS = rows()
EVERY_ROW = pytest.mark.parametrize(
    ("message", "mistake", "instead"), ROWS, ids=[message for message, _, _ in ROWS]
)


def test_the_first_messages_of_a_beginner_are_there():
    messages = [message for message, _, _ in ROWS]
    assert set(FIRST_DAY) <= set(AROUND) <= set(messages)
    assert len(set(messages)) == len(messages)


def test_the_page_names_the_version_that_is_tested():
    text = " ".join(token.content for _, _, token in inlines(PAGE))
    (named,) = re.findall(r"Keras (\d+\.\d+)", text)
    assert version("keras").startswith(f"{named}.")


def test_names_in_the_code_are_those_that_learners_have():
    code = "\n".join(block.source for page in episode_pages()[:7] for block in page.blocks)
    for _, mistake, instead in ROWS:
        for name in re.findall(
            r"\b(?:train_\w+|raw_\w+|inputs|hidden|model)\b", f"{mistake} {instead}"
        ):
            assert re.search(rf"\b{name}\b", code), name


@pytest.fixture
def session(tmp_path, monkeypatch):
    """The variables of somebody who has come as far as `compile`, with a smaller network."""
    keras, numpy = pytest.importorskip("keras"), pytest.importorskip("numpy")
    monkeypatch.chdir(tmp_path)

    def network():
        inputs = keras.Input(shape=(32, 32, 3))
        hidden = keras.layers.Flatten()(inputs)
        outputs = keras.layers.Dense(10, activation="softmax")(hidden)
        return inputs, hidden, keras.Model(inputs, outputs)

    inputs, hidden, model = network()
    numbers = numpy.array([[0], [1], [2], [9]])
    return {
        "keras": keras,
        "layers": keras.layers,
        "Path": Path,
        "inputs": inputs,
        "hidden": hidden,
        "model": model,
        "other": network()[-1],
        "raw_labels": numbers,
        "train_images": numpy.zeros((4, 32, 32, 3), "float32"),
        "train_labels": keras.utils.to_categorical(numbers, 10),
    }


def run(message, code, session):
    """Run code from the page, between what comes before and after it."""
    before, after = AROUND.get(message, ("", ""))
    for part in (before, code, after):
        exec(part, session)


@pytest.mark.slow
@EVERY_ROW
def test_a_mistake_gives_its_message(message, mistake, instead, session):
    with pytest.raises(Exception) as raised:
        run(message, mistake, session)
    assert message in re.sub(r"\x1b\[\d+m", "", str(raised.value))  # Keras prints some in bold


@pytest.mark.slow
def test_a_misspelt_loss_is_noticed_only_at_fit(session):
    (mistake,) = [code for message, code, _ in ROWS if "loss identifier" in message]
    exec(mistake, session)
    with pytest.raises(ValueError, match="Could not interpret loss identifier"):
        exec(FIT, session)


@pytest.mark.slow
def test_a_missing_flatten_has_the_message_of_labels_encoded_twice(session):
    exec("model = keras.Model(inputs, layers.Dense(10)(inputs))", session)
    (message,) = [message for message, _, _ in ROWS if "rank" in message]
    with pytest.raises(ValueError, match=re.escape(message)):
        exec(f"{COMPILE}\n{FIT}", session)


@pytest.mark.slow
@EVERY_ROW
def test_what_to_write_instead_runs(message, mistake, instead, session):
    run(message, instead, session)
