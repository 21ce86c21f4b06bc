# %% [markdown]
# # Compile and train
#
# Made from episodes/05-fit-cnn.md by `lesson export`: edit that file.

# %%
import find_data  # the images, wherever this file is started from

from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from keras import layers
from sklearn.model_selection import train_test_split

data = keras.datasets.cifar10.load_data()
(raw_images, raw_labels), (raw_test_images, test_labels) = data


def prepare_dataset(images, labels):
    """Scale, one-hot encode and split images that a network learns from."""
    images = images.astype("float32") / 255
    labels = keras.utils.to_categorical(labels, num_classes=10)
    return train_test_split(images, labels, test_size=0.2, random_state=42)


prepared = prepare_dataset(raw_images, raw_labels)
train_images, val_images, train_labels, val_labels = prepared


def create_model_intro():
    """Build a small CNN that tells ten classes apart."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Flatten()(hidden)
    hidden = layers.Dense(units=64, activation="relu")(hidden)
    outputs = layers.Dense(units=10, activation="softmax")(hidden)
    return keras.Model(inputs, outputs, name="cifar_model_intro")


def create_model_dense():
    """Build a network without a single convolution."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Flatten()(inputs)
    hidden = layers.Dense(units=128, activation="relu")(hidden)
    hidden = layers.Dense(units=64, activation="relu")(hidden)
    outputs = layers.Dense(units=10, activation="softmax")(hidden)
    return keras.Model(inputs, outputs, name="cifar_model_dense")


# a folder for what you train today
folder = Path("fit_outputs")
folder.mkdir(exist_ok=True)

print("training:  ", train_images.shape, train_labels.shape)
print("validation:", val_images.shape, val_labels.shape)

# %% [markdown]
# ## The loss: how wrong is it?

# %%
one_hot_label = np.array([1, 0, 0])  # a cat
probabilities = np.array([0.6, 0.3, 0.1])

surprises = -np.log(probabilities)
print("surprises:    ", surprises.round(2))
print("cross-entropy:", (one_hot_label * surprises).sum().round(2))

# %%
probability = np.linspace(0.01, 1, 100)

plt.plot(probability, -np.log(probability), color="black")
plt.plot(0.6, -np.log(0.6), marker="o", color="black")
plt.annotate("our cat", xy=(0.6, 0.51), xytext=(0.62, 0.7))
plt.xlabel("probability of the true class")
plt.ylabel("cross-entropy")
plt.show()

# %% [markdown]
# ## Challenge: Loss and accuracy on paper (6 minutes)

# %% [markdown]
# Solution

# %%
labels = np.array([[0, 1, 0], [0, 0, 1]])  # a dog, a frog
answers = {
    "first": np.array([[0.1, 0.8, 0.1], [0.5, 0.1, 0.4]]),
    "second": np.array([[0.1, 0.5, 0.4], [0.4, 0.1, 0.5]]),
}
cross_entropy = keras.losses.CategoricalCrossentropy()

for name, answer in answers.items():
    loss = float(cross_entropy(labels, answer))
    accuracy = (answer.argmax(axis=1) == labels.argmax(axis=1)).mean()
    print(f"{name}: loss {loss:.2f}, accuracy {accuracy:.1f}")

# %% [markdown]
# ## The optimiser: which way, and how far?

# %%
rates = pd.read_csv("../data/full_size/learning_rates.csv", dtype={"network": str})
rates = rates.rename(columns={"network": "learning rate"})

axes = sns.lineplot(
    data=rates,
    x="epoch",
    y="val_loss",
    hue="learning rate",
    style="learning rate",
    units="seed",  # one line per training run
    estimator=None,
    palette="colorblind",
    markers=True,
    dashes=False,
)
axes.locator_params(axis="x", integer=True)
axes.set_ylabel("validation loss")
sns.move_legend(axes, "upper left", bbox_to_anchor=(1, 1))
plt.show()

by_rate = rates[rates["epoch"] == 5].groupby("learning rate", sort=False)
last = by_rate["val_accuracy"]
print(last.agg(["min", "mean", "max"]).round(3))

# %% [markdown]
# ## Challenge: Compile and fit (6 minutes)

# %% [markdown]
# Solution

# %%
keras.utils.set_random_seed(42)
model_trial = create_model_intro()
model_trial.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)
history_trial = model_trial.fit(
    train_images[:2000],
    train_labels[:2000],
    batch_size=64,
    epochs=1,
    validation_data=(val_images, val_labels),
    verbose=2,
)

# %%
keras.utils.set_random_seed(42)
model_intro = create_model_intro()
model_intro.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)
history_intro = model_intro.fit(
    train_images,
    train_labels,
    batch_size=64,
    epochs=5,
    validation_data=(val_images, val_labels),
    verbose=2,
)


# %% [markdown]
# ## What training leaves behind

# %%
def history_table(history):
    """The numbers of each epoch as a table, with epochs counted from 1."""
    table = pd.DataFrame(history.history)
    table.index = table.index + 1
    table.index.name = "epoch"
    return table


def plot_history(table, title):
    """Draw accuracy and loss, training and validation, side by side."""
    figure, panels = plt.subplots(ncols=2, figsize=(11, 4.4))
    for panel, metric in zip(panels, ["accuracy", "loss"]):
        panel.plot(table.index, table[metric], "o-", label="training")
        validation = table[f"val_{metric}"]
        panel.plot(table.index, validation, "s--", label="validation")
        panel.set_xlabel("epoch")
        panel.set_ylabel(metric)
        panel.locator_params(axis="x", integer=True)
    panels[0].set_title(title)
    panels[1].legend()
    figure.tight_layout()
    return panels


table_intro = history_table(history_intro)
print(table_intro.round(3))
plot_history(table_intro, "network from the introduction")
plt.show()

# The network's file doesn't include the history, so that gets a file of its own.
model_intro.save(folder / "model_intro.keras")
table_intro.to_csv(folder / "history_intro.csv")

# %% [markdown]
# ## Underfitting and overfitting

# %%
callbacks = [
    keras.callbacks.EarlyStopping(monitor="val_loss", patience=10),
    keras.callbacks.ModelCheckpoint(
        folder / "model_few.keras", monitor="val_loss", save_best_only=True
    ),
]

keras.utils.set_random_seed(42)
model_few = create_model_intro()
model_few.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)
history_few = model_few.fit(
    train_images[:2000],
    train_labels[:2000],
    batch_size=64,
    epochs=40,
    validation_data=(val_images[:2000], val_labels[:2000]),
    callbacks=callbacks,
    verbose=0,
)

table_few = history_table(history_few)
best_epoch = table_few["val_loss"].idxmin()

panels = plot_history(table_few, "2,000 images")
for panel in panels:
    panel.set_xlim(0, 40)  # the epochs you asked for
panels[1].axvline(best_epoch, color="black", linestyle=":")
plt.show()

# %%
model_kept = keras.models.load_model(folder / "model_few.keras")
for name, model in [("last epoch", model_few), ("best epoch", model_kept)]:
    loss, accuracy = model.evaluate(val_images[:2000], val_labels[:2000], verbose=0)
    print(f"{name}: validation loss {loss:.3f}, accuracy {accuracy:.3f}")


# %% [markdown]
# ## Challenge: A network with dropout (8 minutes)

# %% [markdown]
# Solution

# %%
def create_model_dropout():
    """Build a CNN of three convolutions with dropout before the output."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=64, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.Dropout(rate=0.5)(hidden)
    hidden = layers.Flatten()(hidden)
    outputs = layers.Dense(units=10, activation="softmax")(hidden)
    return keras.Model(inputs, outputs, name="cifar_model_dropout")


keras.utils.set_random_seed(42)
model_dropout = create_model_dropout()
print("parameters:", model_dropout.count_params())


# %%
def create_model_dropout():
    """Build a CNN of three convolutions with dropout before the output."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=64, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.Dropout(rate=0.5)(hidden)
    hidden = layers.Flatten()(hidden)
    outputs = layers.Dense(units=10, activation="softmax")(hidden)
    return keras.Model(inputs, outputs, name="cifar_model_dropout")


keras.utils.set_random_seed(42)
model_dropout = create_model_dropout()
model_dropout.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)
history_dropout = model_dropout.fit(
    train_images,
    train_labels,
    batch_size=64,
    epochs=5,
    validation_data=(val_images, val_labels),
    verbose=2,
)
model_dropout.save(folder / "model_best.keras")

# %%
few = pd.read_csv("../data/full_size/few_images.csv")

axes = sns.lineplot(
    data=few,
    x="epoch",
    y="val_loss",
    hue="network",
    style="network",
    units="seed",  # one line per training run
    estimator=None,
    palette=["black", "mediumpurple"],
)
axes.set_ylabel("validation loss")
plt.show()

# %% [markdown]
# ## Choose, and say on what evidence

# %%
compared = pd.read_csv("../data/full_size/networks.csv")

sns.lineplot(
    data=compared,
    x="epoch",
    y="val_accuracy",
    hue="network",
    style="network",
    errorbar=("pi", 100),  # from the lowest of the three to the highest
    markers=True,
    dashes=False,
    palette=["black", "mediumpurple", "goldenrod"],
)
plt.locator_params(axis="x", integer=True)
plt.ylabel("validation accuracy")
plt.show()

for epoch in [5, 10]:
    print("after", epoch, "epochs:")
    chosen = compared[compared["epoch"] == epoch].groupby("network")["val_accuracy"]
    print(chosen.agg(["min", "mean", "max"]).round(3))

# %% [markdown]
# ## Challenge: Which one, and on what evidence? (4 minutes)

# %%
true_classes = val_labels.argmax(axis=1)
intro_answers = model_intro.predict(val_images, verbose=0).argmax(axis=1)
dropout_answers = model_dropout.predict(val_images, verbose=0).argmax(axis=1)
intro_right = intro_answers == true_classes
dropout_right = dropout_answers == true_classes

only_intro = (intro_right & ~dropout_right).mean()
only_dropout = (dropout_right & ~intro_right).mean()
# in 19 of 20 such experiments, heads and tails differ by no more than this
chance = 2 * ((only_intro + only_dropout) / len(val_images)) ** 0.5

print(f"only the one from the introduction is right: {only_intro:.3f}")
print(f"only the one with dropout is right:          {only_dropout:.3f}")
print(f"differences up to {chance:.3f} may be chance")
