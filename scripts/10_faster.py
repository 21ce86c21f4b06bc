# %% [markdown]
# # Training faster, elsewhere and on many machines
#
# Made from episodes/10-faster.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import find_data  # the images, wherever this file is started from

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import joblib
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from dask.distributed import Client
from keras import layers
from keras.wrappers import SKLearnClassifier
from sklearn.model_selection import GridSearchCV, train_test_split

(raw_images, raw_labels), _ = keras.datasets.cifar10.load_data()


def prepare_dataset(images, labels):
    """Scale, one-hot encode and split images that a network learns from."""
    images = images.astype("float32") / 255
    labels = keras.utils.to_categorical(labels, num_classes=10)
    return train_test_split(images, labels, test_size=0.2, random_state=42)


prepared = prepare_dataset(raw_images, raw_labels)
train_images, val_images, train_labels, val_labels = prepared

# enough to measure with; the split above has already shuffled the images
few_images, few_labels = train_images[:6400], train_labels[:6400]
few_val_images, few_val_labels = val_images[:2000], val_labels[:2000]

# a folder for what you save today
folder = Path("fit_outputs")
folder.mkdir(exist_ok=True)

print("to train:  ", few_images.shape, few_labels.shape)
print("to compare:", few_val_images.shape, few_val_labels.shape)


# %%
def create_model_intro():
    """Build a small CNN that tells ten classes apart."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Flatten()(hidden)
    hidden = layers.Dense(units=64, activation="relu")(hidden)
    outputs = layers.Dense(units=10, activation="softmax", dtype="float32")(hidden)
    return keras.Model(inputs, outputs, name="cifar_model_intro")


def create_and_compile(optimizer=None, seed=42, steps_per_execution=1):
    """Build the network from a seed and compile it, with Adam unless told otherwise."""
    keras.utils.set_random_seed(seed)
    model = create_model_intro()
    if optimizer is None:
        optimizer = keras.optimizers.Adam()
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=optimizer,
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        steps_per_execution=steps_per_execution,
    )
    return model


def measure_loss(model):
    """The loss on validation images that the network hasn't learned from."""
    measured = model.evaluate(
        few_val_images, few_val_labels, return_dict=True, verbose=0
    )
    return measured["loss"]


# %% [markdown]
# ## A fair race

# %%
def race(ways):
    """Train networks in turn for four epochs, and print their times and losses.

    ways: a dictionary of names, with a network and a batch size for each name.
    Returns a dictionary of names, with the seconds of the fastest epoch for each.
    """
    seconds = {name: [] for name in ways}
    for epoch in range(4):
        for name, (model, batch_size) in ways.items():
            start = time.perf_counter()
            model.fit(
                few_images,
                few_labels,
                batch_size=batch_size,
                shuffle=False,  # the same order for all networks
                verbose=0,
            )
            seconds[name].append(time.perf_counter() - start)

    fastest = {}
    for name, (model, batch_size) in ways.items():
        fastest[name] = min(seconds[name][1:])  # without the first epoch
        show_time(name, sum(seconds[name]), fastest[name], measure_loss(model))
    return fastest


def show_time(name, all_epochs, fastest_epoch, loss):
    """Print the time of all epochs, of the fastest one, and the loss."""
    times = f"{all_epochs:.0f}s {1000 * fastest_epoch:.0f}ms/epoch"
    print(f"{name}: {times} - loss: {loss:.2f}")


# %%
plain = create_and_compile()
again = create_and_compile()
fastest = race({"plain": (plain, 64), "plain again": (again, 64)})

# %% [markdown]
# ## Batch size

# %%
# the probability of the true class: all others are multiplied by 0
probabilities = plain.predict(val_images, verbose=0)
image_losses = -np.log((probabilities * val_labels).sum(axis=1))
image_losses = image_losses[: len(image_losses) // 128 * 128]  # whole batches only

spreads = {}
for size in [8, 32, 128]:
    # one row per batch, then the mean of each row
    batch_losses = image_losses.reshape(-1, size).mean(axis=1)
    spreads[size] = batch_losses.std()
    print(f"batches of {size:3}: loss {batch_losses.mean():.2f} +- {spreads[size]:.2f}")

# %%
plain = create_and_compile()
small = create_and_compile()
large = create_and_compile()
fastest = race({
    "plain": (plain, 64),
    "batch of 16": (small, 16),
    "batch of 256": (large, 256),
})

# %% [markdown]
# ## Challenge: Four times as many images in a batch (4 minutes)

# %% [markdown]
# Solution

# %%
for batch_size in [64, 256]:
    steps_per_epoch = np.ceil(6400 / batch_size)  # the last batch may be smaller
    print(f"batches of {batch_size}: {4 * steps_per_epoch:.0f} steps")


# %% [markdown]
# ## Challenge: Fill in a schedule (5 minutes)

# %% [markdown]
# Solution

# %%
def create_schedule(largest_rate, steps):
    """Make a learning rate that grows in the first tenth of the steps, then falls."""
    warmup_steps = steps // 10
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=largest_rate / 10,
        warmup_target=largest_rate,
        warmup_steps=warmup_steps,
        decay_steps=steps - warmup_steps,
    )


schedule = create_schedule(largest_rate=0.004, steps=400)
for step in [0, 40, 400, 800]:
    print(f"step {step}: rate {float(schedule(step)):.4f}")


# %%
def create_schedule(largest_rate, steps):
    """Make a learning rate that grows in the first tenth of the steps, then falls."""
    warmup_steps = steps // 10
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=largest_rate / 10,
        warmup_target=largest_rate,
        warmup_steps=warmup_steps,
        decay_steps=steps - warmup_steps,
    )


schedule = create_schedule(largest_rate=0.004, steps=400)
steps = np.arange(0, 401)
rates = [float(schedule(step)) for step in steps]

plt.plot(steps, rates, color="black", label="schedule")
plt.axhline(0.001, color="grey", linestyle="--", label="default rate of Adam")
plt.xlabel("step")
plt.ylabel("learning rate")
plt.legend()
plt.show()

# %% [markdown]
# ## Nadam and AdamW

# %%
schedule = create_schedule(largest_rate=0.004, steps=400)

plain = create_and_compile()
scheduled = create_and_compile(keras.optimizers.Adam(learning_rate=schedule))
nadam = create_and_compile(keras.optimizers.Nadam())
adamw = create_and_compile(keras.optimizers.AdamW())
fastest = race({
    "plain": (plain, 64),
    "schedule": (scheduled, 64),
    "Nadam": (nadam, 64),
    "AdamW": (adamw, 64),
})

# %%
trained = pd.read_csv("../data/full_size/schedules.csv")

axes = sns.lineplot(
    data=trained,
    x="epoch",
    y="val_accuracy",
    hue="network",
    style="network",
    errorbar=("pi", 100),  # from the lowest of the three to the highest
    palette="colorblind",
    markers=True,
    dashes=False,
)
axes.locator_params(axis="x", integer=True)
axes.set_ylabel("validation accuracy")
sns.move_legend(axes, "upper left", bbox_to_anchor=(1, 1), title=None)
plt.show()

last = trained[trained["epoch"] == 5].groupby("network", sort=False)["val_accuracy"]
ranges = last.agg(["min", "mean", "max"])
print(ranges.round(3))

# %% [markdown]
# ## Several steps in one go

# %%
steps_at_once = 25
if keras.config.backend() == "torch":
    steps_at_once = 1  # with PyTorch, Keras accepts no other number

plain = create_and_compile()
grouped = create_and_compile(steps_per_execution=steps_at_once)
small = create_and_compile()
small_grouped = create_and_compile(steps_per_execution=steps_at_once)
fastest = race({
    "plain": (plain, 64),
    "25 at once": (grouped, 64),
    "batch of 16": (small, 16),
    "batch of 16, 25 at once": (small_grouped, 16),
})

# %% [markdown]
# ## Mixed precision

# %%
print("32 bits:", np.float32(1) + np.float32(0.0001))
print("16 bits:", np.float16(1) + np.float16(0.0001))

# %%
plain = create_and_compile()
keras.config.set_dtype_policy("mixed_bfloat16")
mixed = create_and_compile()
keras.config.set_dtype_policy("float32")  # back to the default
fastest = race({"plain": (plain, 64), "mixed": (mixed, 64)})

# %% [markdown]
# ## The same code on a different backend

# %%
plain.save(folder / "model_plain.keras")
np.savez_compressed(
    folder / "few_images.npz", images=few_images[:3200], labels=few_labels[:3200]
)

script = """
import json
import sys
import time

import keras
import numpy as np

model = keras.models.load_model("model_plain.keras")
few = np.load("few_images.npz")
images, labels = few["images"], few["labels"]
classes = model.predict(images[:8], verbose=0).argmax(axis=1)

seconds = []
for epoch in range(4):
    start = time.perf_counter()
    model.fit(
        images, labels, batch_size=int(sys.argv[1]), shuffle=False, verbose=0
    )
    seconds.append(time.perf_counter() - start)

device = str(keras.ops.ones(1).device).lower()
result = {
    "classes": classes.tolist(),
    "all epochs": sum(seconds),
    "fastest epoch": min(seconds[1:]),
    "loss": model.evaluate(images, labels, return_dict=True, verbose=0)["loss"],
    "uses GPU": "gpu" in device or "cuda" in device or "mps" in device,
}
print(json.dumps(result))
"""
path = folder / "train_elsewhere.py"
path.write_text(script, encoding="utf-8")


def train_elsewhere(name, variables, batch_size=64):
    """Run the script in a new Python session with these environment variables.

    Prints the times and the loss. Returns a dictionary of all that the script found.
    """
    finished = subprocess.run(
        [sys.executable, "train_elsewhere.py", str(batch_size)],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(finished.stdout.splitlines()[-1])
    show_time(name, found["all epochs"], found["fastest epoch"], found["loss"])
    return found


# %%
classes_here = plain.predict(few_images[:8], verbose=0).argmax(axis=1).tolist()

for backend in ["tensorflow", "jax", "torch"]:
    if importlib.util.find_spec(backend):  # is it installed?
        found = train_elsewhere(backend, {"KERAS_BACKEND": backend})
        print("same classes:", found["classes"] == classes_here)

# %% [markdown]
# ## On a graphics card

# %%
device = str(keras.ops.ones(1).device).lower()
uses_gpu = "gpu" in device or "cuda" in device or "mps" in device
print("a GPU is used:", uses_gpu)

# %%
hide_gpu = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "JAX_PLATFORMS": "cpu",
    "KERAS_TORCH_DEVICE": "cpu",
}
hidden = train_elsewhere("GPU hidden", hide_gpu)
as_it_is = train_elsewhere("as it is", {})
print("uses a GPU:", hidden["uses GPU"], "and", as_it_is["uses GPU"])

# %% [markdown]
# ## Challenge: No faster on the GPU? (3 minutes)

# %% [markdown]
# Solution

# %%
hidden = train_elsewhere("GPU hidden, batch of 256", hide_gpu, batch_size=256)
as_it_is = train_elsewhere("as it is, batch of 256", {}, batch_size=256)

# %% [markdown]
# ## A grid search on many machines

# %%
optimizer_names = ["SGD", "RMSprop", "Adam"]


def create_model_search(X, y, optimizer_name):
    """Build and compile a small network for the search; images come as flat rows."""
    keras.utils.set_random_seed(42)  # the same order of images in every run
    start = keras.initializers.GlorotUniform(seed=42)  # the same first weights
    inputs = keras.Input(shape=X.shape[1:])
    hidden = layers.Reshape(target_shape=(32, 32, 3))(inputs)
    hidden = layers.Conv2D(
        filters=16, kernel_size=(3, 3), activation="relu", kernel_initializer=start
    )(hidden)
    hidden = layers.MaxPooling2D(pool_size=(4, 4))(hidden)
    hidden = layers.Flatten()(hidden)
    outputs = layers.Dense(
        units=10, activation="softmax", kernel_initializer=start
    )(hidden)
    model = keras.Model(inputs, outputs, name="cifar_model_search")
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.get(optimizer_name),
    )
    return model


def score_and_look(classifier, X, y):
    """Accuracy of a trained network, its optimiser's position, and its process."""
    network = classifier.model_  # the network that was trained
    predicted = network.predict(X, verbose=0).argmax(axis=1)
    optimizer_name = type(network.optimizer).__name__
    return {
        "accuracy": (predicted == y).mean(),
        "position": optimizer_names.index(optimizer_name),
        "process": os.getpid(),
    }


def create_search():
    """Prepare a grid search over the optimisers, in three folds."""
    candidates = [{"optimizer_name": name} for name in optimizer_names]
    return GridSearchCV(
        estimator=SKLearnClassifier(model=create_model_search),
        param_grid={"model_kwargs": candidates},
        scoring=score_and_look,
        cv=3,
        refit=False,  # don't train the winner once more
    )


def make_search_table(search):
    """Make a table of a finished search: one row per training run."""
    results = search.cv_results_
    rows = []
    for number, candidate in enumerate(results["params"]):
        for fold in range(3):
            scores = {
                score: results[f"split{fold}_test_{score}"][number]
                for score in ["accuracy", "position", "process"]
            }
            rows.append(
                {
                    "asked_for": candidate["model_kwargs"]["optimizer_name"],
                    "trained_with": optimizer_names[int(scores["position"])],
                    "accuracy": scores["accuracy"],
                    "process": scores["process"],
                }
            )
    return pd.DataFrame(rows)


search_images = train_images[:2400].reshape(2400, -1)  # flat
search_labels = train_labels[:2400].argmax(axis=1)  # class numbers
fit_settings = {"batch_size": 64, "epochs": 5, "verbose": 0}

# %%
search_here = create_search()
search_here.fit(search_images, search_labels, **fit_settings)
table_here = make_search_table(search_here)
print(table_here.groupby("asked_for")["accuracy"].mean().round(2))

# %%
cluster = subprocess.Popen(
    [sys.executable, "local_cluster.py"],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    text=True,
)
address = cluster.stdout.readline().strip()
client = Client(address)
client.wait_for_workers(2)
print("workers:", len(client.scheduler_info()["workers"]))

# %%
search_dask = create_search()
with joblib.parallel_config(backend="dask"):
    search_dask.fit(search_images, search_labels, **fit_settings)

# %%
table_dask = make_search_table(search_dask)
means_dask = table_dask.groupby("asked_for")["accuracy"].mean()
arrived = (table_dask["asked_for"] == table_dask["trained_with"]).all()

print(means_dask.round(2))
print("processes here:      ", table_here["process"].nunique())
print("processes on cluster:", table_dask["process"].nunique())
print("settings arrived:    ", arrived)

# %%
client.close()
cluster.stdin.close()  # local_cluster.py ends when its input ends
print("ended with code", cluster.wait())

# %% [markdown]
# ## Challenge: How many workers? (2 minutes)

# %% [markdown]
# Solution

# %%
for workers in [1, 4, 9, 18]:
    rounds = np.ceil(9 / workers)  # a training run can't be split
    print(f"{workers} workers: {20 * rounds:.0f} minutes")
