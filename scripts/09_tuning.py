# %% [markdown]
# # Tuning for real
#
# Made from episodes/09-tuning.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import find_data  # the images, wherever this file is started from

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
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


def create_model_tuned(activation="relu"):
    """Build the network from the introduction with this hidden activation."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Conv2D(
        filters=16, kernel_size=(3, 3), activation=activation, name="conv_1"
    )(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(
        filters=32, kernel_size=(3, 3), activation=activation, name="conv_2"
    )(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Flatten()(hidden)
    hidden = layers.Dense(units=64, activation=activation, name="dense")(hidden)
    outputs = layers.Dense(units=10, activation="softmax", name="output")(hidden)
    return keras.Model(inputs, outputs, name="cifar_model_tuned")


def read_trainings(name):
    """Read a table of training runs; it has one row per run and epoch."""
    return pd.read_csv(f"../data/full_size/{name}.csv", dtype={"network": str})


def summarise(trainings):
    """Lowest, mean and highest validation accuracy in the last epoch."""
    last = trainings[trainings["epoch"] == trainings["epoch"].max()]
    accuracies = last.groupby("network", sort=False)["val_accuracy"]
    return accuracies.agg(["min", "mean", "max"]).round(3)


print("training:  ", train_images.shape, train_labels.shape)
print("validation:", val_images.shape, val_labels.shape)

# %% [markdown]
# ## Which activation function?

# %%
z = np.linspace(-4, 4, 201)  # weighted sums
activations = ["relu", "leaky_relu", "sigmoid", "tanh", "linear"]

figure, panels = plt.subplots(2, 3, figsize=(11, 8), sharex=True, sharey=True)
for panel, name in zip(panels.flat, activations):
    function = keras.activations.get(name)
    outputs = function(keras.ops.convert_to_tensor(z))
    panel.plot(z, keras.ops.convert_to_numpy(outputs), color="black")
    panel.set_title(name)

# softmax needs several weighted sums: two stay at 0 while the first one changes
three_sums = np.stack([z, 0 * z, 0 * z], axis=1)
shares = keras.ops.softmax(keras.ops.convert_to_tensor(three_sums))
first_share = keras.ops.convert_to_numpy(shares)[:, 0]
panels[1, 2].plot(z, first_share, color="black")
panels[1, 2].set_title("softmax, first of three")

for panel in panels.flat:
    panel.set_aspect("equal")
    panel.grid(alpha=0.4)
figure.supxlabel("weighted sum z")
figure.supylabel("output")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: Five activations in a loop (9 minutes)

# %% [markdown]
# Solution

# %%
number_of_images = 3000  # all of them would be 40000

histories = {}
for activation in activations:
    keras.utils.set_random_seed(42)  # start every training run in the same way
    model = create_model_tuned(activation=activation)
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    histories[activation] = model.fit(
        train_images[:number_of_images],
        train_labels[:number_of_images],
        batch_size=64,
        epochs=4,
        validation_data=(val_images[:2000], val_labels[:2000]),
        verbose=0,
    )

# one column per activation, one row per epoch
curves = pd.DataFrame(index=[1, 2, 3, 4])
for activation in activations:
    curves[activation] = histories[activation].history["val_accuracy"]
print(curves.round(3))

# %%
trainings = read_trainings("activations")
# "none" means no activation function at all, which is the same as linear
trainings["network"] = trainings["network"].replace({"none": "linear"})

axes = sns.lineplot(
    data=trainings,
    x="epoch",
    y="val_accuracy",
    hue="network",
    style="network",
    errorbar=("pi", 100),  # from the lowest of the three to the highest
    markers=True,
    dashes=False,
)
axes.locator_params(axis="x", integer=True)
axes.set_ylabel("validation accuracy")
sns.move_legend(axes, "upper left", bbox_to_anchor=(1, 1))
plt.show()

activation_summary = summarise(trainings)
print(activation_summary)


# %% [markdown]
# ## Why does the sigmoid start so late?

# %%
def measure_layers(model, images):
    """Level and spread of the outputs of each layer that has weights."""
    rows = []
    hidden = images
    for layer in model.layers[1:]:  # leave out the input layer
        hidden = keras.ops.convert_to_numpy(layer(hidden))
        if layer.weights:  # leave out pooling and flattening
            level = float(np.abs(hidden.mean(axis=0)).mean())
            spread = float(hidden.std(axis=0).mean())
            rows.append({"layer": layer.name, "level": level, "spread": spread})
    return pd.DataFrame(rows).set_index("layer")


some_images = train_images[:500]
print("spread of the images:", round(float(some_images.std(axis=0).mean()), 2))

measured = {}
for activation in ["relu", "sigmoid"]:
    keras.utils.set_random_seed(42)  # the same weights for both
    model = create_model_tuned(activation)
    measured[activation] = measure_layers(model, some_images)
print(pd.concat(measured, axis=1).round(4))

# %% [markdown]
# ## Challenge: How much of the signal is left? (4 minutes)

# %% [markdown]
# Solution

# %%
keras.utils.set_random_seed(42)
model = create_model_tuned("tanh")
measured["tanh"] = measure_layers(model, some_images)
print((measured["tanh"]["spread"] / measured["sigmoid"]["spread"]).round(1))


# %% [markdown]
# ## Challenge: Slope or offset? (8 minutes)

# %% [markdown]
# Solution

# %%
def centred_sigmoid(z):
    """The sigmoid, moved down so that it passes through 0."""
    return keras.activations.sigmoid(z) - 0.5


def raised_tanh(z):
    """Tanh, moved up so that it passes through 1."""
    return keras.activations.tanh(z) + 1


for activation in [centred_sigmoid, raised_tanh]:
    keras.utils.set_random_seed(42)
    model = create_model_tuned(activation)
    measured[activation.__name__] = measure_layers(model, some_images)
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    history = model.fit(
        train_images[:number_of_images],
        train_labels[:number_of_images],
        batch_size=64,
        epochs=4,
        validation_data=(val_images[:2000], val_labels[:2000]),
        verbose=0,
    )
    curves[activation.__name__] = history.history["val_accuracy"]

compared = ["sigmoid", "centred_sigmoid", "tanh", "raised_tanh"]
print("last hidden layer before training:")
print(pd.DataFrame({name: measured[name].loc["dense"] for name in compared}).round(4))
print("validation accuracy:")
print(curves[compared].round(3))

# %% [markdown]
# ## Challenge: What does a search cost? (3 minutes)

# %% [markdown]
# Solution

# %%
for candidates in [3, 3 * 4, 3 * 4 * 5 * 3]:
    runs = candidates * 3  # three folds
    print(f"{candidates:3} candidates: {runs:3} runs, {runs * 20 / 60:.0f} minutes")

# %%
optimizer_names = ["SGD", "RMSprop", "Adam"]


def create_model_search(X, y, optimizer_name):
    """Build and compile the network for scikit-learn."""
    keras.utils.set_random_seed(42)  # start every training run in the same way
    inputs = keras.Input(shape=X.shape[1:])
    hidden = layers.Reshape(target_shape=(32, 32, 3))(inputs)
    outputs = create_model_tuned()(hidden)
    model = keras.Model(inputs, outputs, name="cifar_model_search")
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.get(optimizer_name),
    )
    return model


# %%
def score_and_look(classifier, X, y):
    """Accuracy of a trained network, and the position of its optimiser."""
    network = classifier.model_  # the network that was trained
    predicted = network.predict(X, verbose=0).argmax(axis=1)
    optimizer_name = type(network.optimizer).__name__
    return {
        "accuracy": (predicted == y).mean(),
        "position": optimizer_names.index(optimizer_name),
    }


# %% [markdown]
# ## Challenge: Search, and look (6 minutes)

# %% [markdown]
# Solution

# %%
search_images = train_images[:2400].reshape(2400, -1)  # flat
search_labels = train_labels[:2400].argmax(axis=1)  # class numbers

search = GridSearchCV(
    estimator=SKLearnClassifier(model=create_model_search),
    # what the wrapper passes on to create_model_search
    param_grid={"model_kwargs": [{"optimizer_name": name} for name in optimizer_names]},
    scoring=score_and_look,
    cv=3,  # folds
    refit=False,  # don't train the winner again
)
search.fit(search_images, search_labels, batch_size=64, epochs=5, verbose=0)

rows = []
for number, candidate in enumerate(search.cv_results_["params"]):
    for fold in range(3):
        position = int(search.cv_results_[f"split{fold}_test_position"][number])
        rows.append({
            "asked_for": candidate["model_kwargs"]["optimizer_name"],
            "trained_with": optimizer_names[position],
            "accuracy": search.cv_results_[f"split{fold}_test_accuracy"][number],
        })
found = pd.DataFrame(rows)
print(found.round(3))

# %%
optimizer_summary = summarise(read_trainings("optimizers"))
print(optimizer_summary)

# %%
for name in ["optimizers", "activations", "dropout_rates"]:
    trainings = read_trainings(name)
    last = trainings[trainings["epoch"] == trainings["epoch"].max()]
    best_rows = last.groupby("seed")["val_accuracy"].idxmax()
    print(f"{name:14}", list(last.loc[best_rows, "network"]))

# %% [markdown]
# ## Batch normalisation and augmentation

# %%
numbers = np.array([[1.0], [2.0], [3.0], [6.0]], dtype="float32")
by_hand = (numbers - numbers.mean()) / numbers.std()
print("by hand:   ", by_hand.round(2).ravel())

normalise = layers.BatchNormalization()
training = keras.ops.convert_to_numpy(normalise(numbers, training=True))
print("training:  ", training.round(2).ravel())
predicting = keras.ops.convert_to_numpy(normalise(numbers, training=False))
print("predicting:", predicting.round(2).ravel())


# %% [markdown]
# ## Challenge: Add batch normalisation and augmentation (7 minutes)

# %% [markdown]
# Solution

# %%
def create_model_helped(dropout_rate=0, normalise=False, augment=False):
    """Build three convolutions, with as many helpers as you ask for."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = inputs
    if augment:
        hidden = layers.RandomFlip("horizontal")(hidden)
        hidden = layers.RandomTranslation(0.1, 0.1)(hidden)
    for filters in [16, 32, 64]:
        hidden = layers.Conv2D(filters=filters, kernel_size=(3, 3))(hidden)
        if normalise:
            hidden = layers.BatchNormalization()(hidden)
        hidden = layers.ReLU()(hidden)
        if filters < 64:  # no pooling after the last convolution
            hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    if dropout_rate > 0:
        hidden = layers.Dropout(rate=dropout_rate)(hidden)
    hidden = layers.Flatten()(hidden)
    outputs = layers.Dense(units=10, activation="softmax")(hidden)
    return keras.Model(inputs, outputs, name="cifar_model_helped")


print("plain:     ", create_model_helped().count_params())
print("normalised:", create_model_helped(normalise=True).count_params())
print("augmented: ", create_model_helped(augment=True).count_params())

# %%
helped = read_trainings("regularisation")

figure, panels = plt.subplots(2, 3, figsize=(12, 8), sharex=True, sharey=True)
for panel, (name, rows) in zip(panels.flat, helped.groupby("network", sort=False)):
    for seed, one in rows.groupby("seed"):
        panel.plot(one["epoch"], one["accuracy"], color="C0")
        panel.plot(one["epoch"], one["val_accuracy"], color="C1", linestyle="--")
    panel.set_title(name.replace(" and ", "\nand "))
panels[0, 0].legend(["training", "validation"], loc="lower right")
figure.supxlabel("epoch")
figure.supylabel("accuracy")
plt.tight_layout()
plt.show()

print(summarise(helped))
last = helped[helped["epoch"] == 10]
columns = ["accuracy", "val_accuracy", "loss", "val_loss"]
print(last.groupby("network", sort=False)[columns].mean().round(3))

# %% [markdown]
# ## Challenge: What does the table allow you to say? (5 minutes)

# %% [markdown]
# Solution

# %%
accuracies = last.pivot(index="seed", columns="network", values="val_accuracy")
plain = accuracies["none"]
for name in accuracies.columns.drop("none"):
    helper = accuracies[name]
    if helper.min() > plain.max():
        verdict = "better"
    elif helper.max() < plain.min():
        verdict = "worse"
    else:
        verdict = "can't tell"
    print(f"{name:36} {verdict}")

# %% [markdown]
# ## A recipe for higher accuracy

# %%
from pathlib import Path

recipe = pd.read_csv("../data/full_size/recipe.csv", index_col="epoch")
recipe_notes = Path("../data/full_size/recipe.txt").read_text(encoding="utf-8")

figure, panels = plt.subplots(1, 2, figsize=(12, 5))
sns.lineplot(data=recipe[["accuracy", "val_accuracy"]], markers=True, ax=panels[0])
sns.lineplot(data=recipe[["loss", "val_loss"]], markers=True, ax=panels[1])
panels[0].set_ylabel("accuracy")
panels[1].set_ylabel("loss")
plt.tight_layout()
plt.show()

print(recipe.loc[[1, 2, 12, 13, 14]])
print()
print(recipe_notes)
