# %% [markdown]
# # Compile and train (fit) a convolutional neural network
#
# Made from episodes/05-fit-cnn.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import math
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from keras import layers
from sklearn.model_selection import train_test_split

(train_images, train_labels), (test_images, test_labels) = keras.datasets.cifar10.load_data()
class_names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def prepare_dataset(images, labels):
    """Scale, one-hot encode and split pictures that a network learns from."""
    images = images.astype("float32") / 255
    labels = keras.utils.to_categorical(labels, num_classes=10)
    return train_test_split(images, labels, test_size=0.2, random_state=42)


train_images, val_images, train_labels, val_labels = prepare_dataset(train_images, train_labels)
print("Training:  ", train_images.shape, train_labels.shape)
print("Validation:", val_images.shape, val_labels.shape)

# the folder for what you train today
folder = Path("fit_outputs")
folder.mkdir(exist_ok=True)

# how many steps Keras takes in one go; PyTorch takes one at a time
steps_at_once = 25
if keras.backend.backend() == "torch":
    steps_at_once = 1


# %%
def create_model_intro():
    """Build a network of two convolutions and two dense layers."""
    inputs = keras.Input(shape=train_images.shape[1:])

    # look for features
    features = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(features)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)

    # decide
    features = layers.Flatten()(features)
    features = layers.Dense(units=64, activation="relu")(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)

    return keras.Model(inputs, outputs, name="cifar_model_intro")


def create_model_dense():
    """Build a network of dense layers only."""
    inputs = keras.Input(shape=train_images.shape[1:])
    features = layers.Flatten()(inputs)
    features = layers.Dense(units=128, activation="relu")(features)
    features = layers.Dense(units=64, activation="relu")(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)
    return keras.Model(inputs, outputs, name="cifar_model_dense")


# %% [markdown]
# ## The loss: cross-entropy

# %%
one_hot_label = np.array([1, 0, 0])  # the picture shows a cat
probabilities = np.array([0.6, 0.3, 0.1])  # what the network says

surprises = -np.log(probabilities)
products = one_hot_label * surprises
cross_entropy_by_hand = products.sum()

print("surprises:    ", surprises.round(3))
print("products:     ", products.round(3))
print("cross-entropy:", cross_entropy_by_hand.round(3))

# the same with Keras, for a pile of one picture
cross_entropy = keras.losses.CategoricalCrossentropy()
cross_entropy_by_keras = float(cross_entropy([one_hot_label], [probabilities]))
print("by Keras:     ", round(cross_entropy_by_keras, 3))

# %%
probability = np.linspace(0.01, 1, 100)

plt.plot(probability, -np.log(probability), color="black")
plt.plot(0.6, -np.log(0.6), marker="o", color="black")
plt.annotate("our cat", xy=(0.6, 0.51), xytext=(0.62, 0.7))
plt.xlabel("probability that the network gives to the true class")
plt.ylabel("cross-entropy")
plt.show()

# %% [markdown]
# ## Challenge: Pen and paper: loss and accuracy (8 minutes)

# %% [markdown]
# Solution

# %%
labels = np.array([[0, 1, 0], [0, 0, 1]])  # a dog, a frog
answers = {
    "A": np.array([[0.1, 0.8, 0.1], [0.5, 0.1, 0.4]]),
    "B": np.array([[0.1, 0.5, 0.4], [0.4, 0.1, 0.5]]),
}

for name in answers:
    loss = float(cross_entropy(labels, answers[name]))
    hits = answers[name].argmax(axis=1) == labels.argmax(axis=1)
    print(f"network {name}: loss {loss:.2f}, accuracy {hits.mean():.1f}")

ten_classes = np.full((1, 10), 0.1)  # one row of ten times 0.1
one_label = keras.utils.to_categorical([3], num_classes=10)
loss_of_a_guess = float(cross_entropy(one_label, ten_classes))
print(f"guessing: loss {loss_of_a_guess:.2f}")


# %% [markdown]
# ## The optimizer: which way, and how far

# %%
def loss_of(weight):
    """The height of the ground: a wide valley, and a hollow on its left side."""
    valley = 0.5 * (weight - 2) ** 2
    hollow = 3 * np.exp(-4 * (weight + 1) ** 2)
    return valley - hollow


def slope_of(weight):
    """How steeply the loss rises when the weight grows."""
    nudge = 0.001
    rise = loss_of(weight + nudge) - loss_of(weight - nudge)
    return rise / (2 * nudge)


def descend(start, learning_rates):
    """All weights on the way: one step for each learning rate in the list."""
    weight = start
    path = [weight]
    for learning_rate in learning_rates:
        weight = weight - learning_rate * slope_of(weight)
        path.append(weight)
    return np.array(path)


def plot_descent(panel, path, title):
    """Draw the ground in grey, and the way of the weight as joined dots."""
    weights = np.linspace(-3.5, 7.5, 221)
    panel.plot(weights, loss_of(weights), color="darkgrey")
    panel.plot(path, loss_of(path), marker="o", linewidth=1)
    panel.set_title(title)
    panel.set_xlabel("weight")


# %%
runs = {"too small": 0.05, "good": 0.6, "too large": 1.95}

figure, panels = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
for panel, name in zip(panels, runs):
    path = descend(start=-2.2, learning_rates=[runs[name]] * 12)
    plot_descent(panel, path, f"{name}: {runs[name]}")
    print(f"{name}: weight {path[-1]:.2f}, loss {loss_of(path[-1]):.2f}")
panels[0].set_ylabel("loss")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: From the other side (3 minutes)

# %% [markdown]
# Solution

# %%
print(descend(start=6, learning_rates=[0.05] * 12).round(2))

# %% [markdown]
# ## Large steps first, small steps at the end

# %%
shrinking = np.linspace(2.05, 0.05, 12)  # twelve rates, from 2.05 down to 0.05
print("learning rates:", shrinking.round(2))

path = descend(start=-2.2, learning_rates=shrinking)
print("weights:", path.round(2))

figure, panel = plt.subplots()
plot_descent(panel, path, "from 2.05 down to 0.05")
panel.set_ylabel("loss")
plt.show()

# %%
batch_size = 64
epochs = 5
steps_per_epoch = math.ceil(len(train_images) / batch_size)  # rounded up
steps = epochs * steps_per_epoch
print(steps_per_epoch, "steps in an epoch,", steps, "steps in all")


def create_schedule(largest_rate):
    """Make a learning rate that grows in the first steps and then shrinks."""
    warmup_steps = steps // 10  # the first tenth
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=largest_rate / 10,
        warmup_target=largest_rate,
        warmup_steps=warmup_steps,
        decay_steps=steps - warmup_steps,
    )


def create_optimizer(largest_rate=0.004):
    """Make a new Nadam optimizer with such a learning rate."""
    return keras.optimizers.Nadam(learning_rate=create_schedule(largest_rate))


# %%
schedule = create_schedule(largest_rate=0.004)
step_numbers = range(0, steps + 1, 25)
rates = [float(schedule(step)) for step in step_numbers]

plt.plot(step_numbers, rates, color="black", label="our schedule")
plt.axhline(0.001, color="grey", linestyle="--", label="if you say nothing")
plt.xlabel("step")
plt.ylabel("learning rate")
plt.legend()
plt.show()

# %% [markdown]
# ## Challenge: Fill in: compile (4 minutes)

# %% [markdown]
# Solution

# %%
keras.utils.set_random_seed(42)  # the same random start for everybody
model_intro = create_model_intro()

model_intro.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=create_optimizer(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    steps_per_execution=steps_at_once,
)

# %% [markdown]
# Solution

# %%
untrained = model_intro.evaluate(val_images, val_labels, return_dict=True, verbose=0)
print(f"loss {untrained['loss']:.2f}, accuracy {untrained['accuracy']:.2f}")

# %% [markdown]
# ## Challenge: Fill in: fit (4 minutes, and a minute of training)

# %% [markdown]
# Solution

# %%
history_intro = model_intro.fit(
    train_images,
    train_labels,
    batch_size=batch_size,
    epochs=epochs,
    validation_data=(val_images, val_labels),
    verbose=2,
)

# %% [markdown]
# ## What training leaves behind

# %%
for name, values in history_intro.history.items():
    print(name, "has", len(values), "values")


# %%
def make_history_table(history):
    """Turn the history of a training into a table with one row for each epoch."""
    table = pd.DataFrame(history.history)
    table.index = range(1, len(table) + 1)  # epochs are counted from 1
    table.index.name = "epoch"
    return table


table_intro = make_history_table(history_intro)
print(table_intro.round(3))

# %%
model_intro.save(folder / "model_intro.keras")
table_intro.to_csv(folder / "history_intro.csv")

for path in sorted(folder.glob("*intro*")):
    print(path.as_posix())

# %% [markdown]
# ## How many pictures in a batch?

# %%
some_images = train_images[:12800]
some_labels = train_labels[:12800]

# the probability of the true class: all others are multiplied by 0
answers = model_intro.predict(some_images, verbose=0)
true_class_probabilities = (answers * some_labels).sum(axis=1)
picture_losses = -np.log(true_class_probabilities)

spreads = {}
for size in [8, 32, 128]:
    # one row for each batch, and the mean of each row
    batch_losses = picture_losses.reshape(-1, size).mean(axis=1)
    spreads[size] = batch_losses.std()
    print(f"batches of {size:3}: loss {batch_losses.mean():.2f} +- {spreads[size]:.2f}")

# %% [markdown]
# ## Challenge: Four times as many pictures in a batch (3 minutes)

# %% [markdown]
# Solution

# %%
steps_of_colleague = 5 * math.ceil(40_000 / 256)
steps_with_64 = 5 * math.ceil(40_000 / 64)
print("steps with 256:", steps_of_colleague)
print("steps with 64: ", steps_with_64)

# %% [markdown]
# ## Twenty-five steps in one go

# %%
demo_losses = {}

for number in [1, steps_at_once]:
    keras.utils.set_random_seed(42)
    model_demo = create_model_intro()
    model_demo.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        steps_per_execution=number,
    )
    print("steps_per_execution =", number)
    history_demo = model_demo.fit(
        train_images[:3200], train_labels[:3200], batch_size=8, epochs=3, verbose=2
    )
    demo_losses[number] = history_demo.history["loss"]

print("identical losses:", demo_losses[1] == demo_losses[steps_at_once])


# %% [markdown]
# ## Read the curves

# %%
def plot_history(table, title):
    """Draw accuracy and loss after each epoch, training beside validation."""
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.2))
    for panel, name in zip(panels, ["accuracy", "loss"]):
        curves = pd.DataFrame(
            {"training": table[name], "validation": table["val_" + name]}
        )
        sns.lineplot(data=curves, ax=panel, dashes=False, markers=["o", "X"])
        panel.set_ylabel(name)
        panel.locator_params(axis="x", integer=True)  # whole epochs only
    figure.suptitle(title)
    figure.tight_layout()
    return panels


plot_history(table_intro, "intro model")
plt.show()

# %% [markdown]
# ## Challenge: Inspect the curves (6 minutes)

# %% [markdown]
# Solution

# %%
last_epoch = table_intro.iloc[-1]
gap_intro = last_epoch["accuracy"] - last_epoch["val_accuracy"]
print(f"gap in the last epoch: {gap_intro:.3f}")
print("gap in each epoch:")
print((table_intro["accuracy"] - table_intro["val_accuracy"]).round(3))

# %% [markdown]
# ## Where overfitting begins

# %%
few_images = train_images[:4000]
few_labels = train_labels[:4000]

keras.utils.set_random_seed(42)
model_few = create_model_intro()
model_few.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(learning_rate=0.001),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    steps_per_execution=steps_at_once,
)
history_few = model_few.fit(
    few_images,
    few_labels,
    batch_size=32,
    epochs=20,
    validation_data=(val_images[:2000], val_labels[:2000]),
    verbose=0,
)

table_few = make_history_table(history_few)
best_epoch = table_few["val_loss"].idxmin()  # the epoch of the smallest value

panels = plot_history(table_few, "intro model, 4,000 pictures")
panels[1].axvline(best_epoch, color="black", linestyle=":", label="lowest validation loss")
panels[1].legend()
plt.show()

# %% [markdown]
# ## Dropout, step by step

# %%
dropout_layer = layers.Dropout(rate=0.5, seed=42)
ones = np.ones((1, 10))

for time in ["first", "second", "third"]:
    result = dropout_layer(ones, training=True)
    print(f"{time} training step: ", keras.ops.convert_to_numpy(result))

result = dropout_layer(ones, training=False)
print("when it predicts:    ", keras.ops.convert_to_numpy(result))


# %% [markdown]
# ## Challenge: Fill in: a network with dropout (5 minutes)

# %% [markdown]
# Solution

# %%
def create_model_dropout():
    """Build a network of three convolutions, with dropout after the last."""
    inputs = keras.Input(shape=train_images.shape[1:])

    # look for features
    features = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(features)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Conv2D(filters=64, kernel_size=(3, 3), activation="relu")(features)

    # in training, leave out a half of what was found
    features = layers.Dropout(rate=0.5)(features)

    # decide
    features = layers.Flatten()(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)

    return keras.Model(inputs, outputs, name="cifar_model_dropout")


keras.utils.set_random_seed(42)
model_dropout = create_model_dropout()
model_dropout.summary()

# %% [markdown]
# ## Challenge: Train it, save it, plot it, compare it (12 minutes, one of them training)

# %% [markdown]
# Solution

# %%
model_dropout.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=create_optimizer(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    steps_per_execution=steps_at_once,
)
history_dropout = model_dropout.fit(
    train_images,
    train_labels,
    batch_size=batch_size,
    epochs=epochs,
    validation_data=(val_images, val_labels),
    verbose=2,
)

model_dropout.save(folder / "model_dropout.keras")
table_dropout = make_history_table(history_dropout)
table_dropout.to_csv(folder / "history_dropout.csv")

# %% [markdown]
# Solution

# %%
plot_history(table_dropout, "dropout model")
plt.show()

# %% [markdown]
# Solution

# %%
last_epoch = table_dropout.iloc[-1]
gap_dropout = last_epoch["accuracy"] - last_epoch["val_accuracy"]

print(f"intro:   gap {gap_intro:.3f}, validation {table_intro['val_accuracy'].iloc[-1]:.3f}")
print(f"dropout: gap {gap_dropout:.3f}, validation {last_epoch['val_accuracy']:.3f}")

# %% [markdown]
# ## Challenge: Better on new pictures than on old ones? (5 minutes)

# %% [markdown]
# Solution

# %%
fair_gaps = {}

for model in [model_intro, model_dropout]:
    training = model.evaluate(
        train_images[:10000], train_labels[:10000], return_dict=True, verbose=0
    )
    validation = model.evaluate(val_images, val_labels, return_dict=True, verbose=0)
    fair_gaps[model.name] = training["accuracy"] - validation["accuracy"]
    print(model.name)
    print(f"  training   {training['accuracy']:.3f}")
    print(f"  validation {validation['accuracy']:.3f}")
    print(f"  gap        {fair_gaps[model.name]:.3f}")

# %% [markdown]
# ## The dense network beside both

# %%
keras.utils.set_random_seed(42)
model_dense = create_model_dense()
model_dense.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=create_optimizer(largest_rate=0.002),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    steps_per_execution=steps_at_once,
)
history_dense = model_dense.fit(
    train_images,
    train_labels,
    batch_size=batch_size,
    epochs=epochs,
    validation_data=(val_images, val_labels),
    verbose=2,
)

model_dense.save(folder / "model_dense.keras")
table_dense = make_history_table(history_dense)
table_dense.to_csv(folder / "history_dense.csv")

# %%
rows = []
for model, table in [
    (model_intro, table_intro),
    (model_dropout, table_dropout),
    (model_dense, table_dense),
]:
    last_epoch = table.iloc[-1]
    rows.append(
        {
            "model": model.name,
            "parameters": model.count_params(),
            "accuracy": last_epoch["accuracy"],
            "val_accuracy": last_epoch["val_accuracy"],
            "gap": last_epoch["accuracy"] - last_epoch["val_accuracy"],
            "val_loss": last_epoch["val_loss"],
        }
    )

comparison = pd.DataFrame(rows).set_index("model")
print(comparison.round(3))

# %%
validation_curves = pd.DataFrame(
    {
        "intro": table_intro["val_accuracy"],
        "dropout": table_dropout["val_accuracy"],
        "dense": table_dense["val_accuracy"],
    }
)

# three colours that have no other meaning in this lesson
sns.lineplot(
    data=validation_curves,
    dashes=False,
    markers=["o", "X", "s"],
    palette=["black", "mediumpurple", "goldenrod"],
)
plt.ylabel("validation accuracy")
plt.locator_params(axis="x", integer=True)  # whole epochs only
plt.show()

# %% [markdown]
# ## Challenge: Which one, and on what evidence? (6 minutes)

# %% [markdown]
# Solution

# %%
p = 0.67
n = 10_000
uncertainty = math.sqrt(p * (1 - p) / n)
print(f"uncertainty: {uncertainty:.4f}")

# %% [markdown]
# Solution

# %%
model_dropout.save(folder / "model_best.keras")

for path in sorted(folder.glob("model_*.keras")):
    print(path.as_posix())
