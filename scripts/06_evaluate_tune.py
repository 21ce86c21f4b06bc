# %% [markdown]
# # Evaluate, predict and tune
#
# Made from episodes/06-evaluate-tune.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import math
import subprocess
import sys
from pathlib import Path

import joblib
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from keras import layers
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score
from sklearn.model_selection import GridSearchCV, train_test_split

(train_images, train_labels), (test_images, test_labels) = keras.datasets.cifar10.load_data()
class_names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def prepare_dataset(images, labels):
    """Scale, one-hot encode and split pictures that a network learns from."""
    images = images.astype("float32") / 255
    labels = keras.utils.to_categorical(labels, num_classes=10)
    return train_test_split(images, labels, test_size=0.2, random_state=42)


train_images, val_images, train_labels, val_labels = prepare_dataset(train_images, train_labels)
test_images = test_images.astype("float32") / 255  # test labels stay integers
print("Training:  ", train_images.shape, train_labels.shape)
print("Validation:", val_images.shape, val_labels.shape)
print("Test:      ", test_images.shape, test_labels.shape)

# how many steps Keras takes in one go; PyTorch takes one at a time
steps_at_once = 25
if keras.backend.backend() == "torch":
    steps_at_once = 1

# the folder with the networks of the last episode
folder = Path("fit_outputs")
folder.mkdir(exist_ok=True)

# %%
model_best = keras.models.load_model("../data/model_best.keras")
print(model_best.name, "with", model_best.count_params(), "parameters")

# %% [markdown]
# ## Challenge: How large is large enough? (4 minutes)

# %% [markdown]
# Solution

# %%
p = 0.67
for n in [100, 1000, 10_000]:
    uncertainty = math.sqrt(p * (1 - p) / n)
    print(f"{n:5} pictures: {p} +- {uncertainty:.3f}")

# %% [markdown]
# ## Challenge: Fill in: predict (3 minutes)

# %% [markdown]
# Solution

# %%
probabilities = model_best.predict(test_images, verbose=0)
print(probabilities.shape)

# %% [markdown]
# ## A table with names

# %%
probability_table = pd.DataFrame(probabilities, columns=class_names)
print(probability_table.head().round(2).to_string())

# %%
row_sums = probability_table.sum(axis=1)
print("smallest probability:", round(float(probability_table.min().min()), 2))
print("row sums from", round(float(row_sums.min()), 4), "to", round(float(row_sums.max()), 4))

# %% [markdown]
# ## From probabilities to a class

# %%
predicted_classes = probabilities.argmax(axis=1)
print("predicted:", predicted_classes[:5])
print("in words: ", [class_names[number] for number in predicted_classes[:5]])

# %% [markdown]
# ## Challenge: Which axis? (3 minutes)

# %% [markdown]
# Solution

# %%
print("A", probabilities.argmax(axis=1).shape)
print("B", probabilities.argmax(axis=0).shape)
print("C", probabilities.max(axis=1).shape)
print("D", probabilities.argmax().shape)

# %% [markdown]
# ## Accuracy

# %%
true_classes = test_labels.flatten()
print(test_labels.shape, "becomes", true_classes.shape)

test_accuracy = accuracy_score(true_classes, predicted_classes)
print(f"test accuracy: {test_accuracy:.4f}")

# %%
one_hot_test_labels = keras.utils.to_categorical(test_labels, num_classes=10)
measured = model_best.evaluate(
    test_images, one_hot_test_labels, return_dict=True, verbose=0
)
print(f"by Keras: {measured['accuracy']:.4f}")

# %% [markdown]
# ## Challenge: Find the mistake (4 minutes)

# %%
hits = predicted_classes[:1000] == test_labels[:1000]
print("accuracy:", hits.mean().round(2))

# %%
print(predicted_classes[:1000].shape, test_labels[:1000].shape, hits.shape)

# %% [markdown]
# Solution

# %%
hits = predicted_classes[:1000] == test_labels[:1000].flatten()
print(hits.shape, "accuracy:", hits.mean().round(2))


# %% [markdown]
# ## Look at mistakes

# %%
def show_predictions(numbers):
    """Draw up to twelve test pictures, each with its true and its predicted class."""
    figure, panels = plt.subplots(2, 6, figsize=(11, 4.6))
    for panel in panels.flat:
        panel.axis("off")
    for panel, number in zip(panels.flat, numbers):
        true_name = class_names[true_classes[number]]
        predicted_name = class_names[predicted_classes[number]]
        panel.imshow(test_images[number])
        panel.set_title(f"true: {true_name}\npredicted: {predicted_name}", fontsize=10)
    plt.tight_layout()
    plt.show()


# the numbers of the pictures for which the two classes differ
wrong = np.flatnonzero(true_classes != predicted_classes)
print(len(wrong), "of", len(true_classes), "predictions are wrong")
show_predictions(wrong[:12])

# %% [markdown]
# ## Challenge: Pen and paper: a small matrix (5 minutes)

# %% [markdown]
# Solution

# %%
small_true = np.repeat([0, 1, 2], 10)  # ten cats, ten dogs, ten frogs
small_predicted = np.array(
    [0] * 6 + [1] * 3 + [2]  # what the cats were called
    + [0] * 2 + [1] * 7 + [2]  # the dogs
    + [1] + [2] * 9  # the frogs
)  # fmt: skip
print(confusion_matrix(small_true, small_predicted))
print("recall:", recall_score(small_true, small_predicted, average=None))

lazy = np.zeros(30, dtype=int)
print("lazy accuracy:", round(accuracy_score(small_true, lazy), 2))
print("lazy recall:  ", recall_score(small_true, lazy, average=None))

# %% [markdown]
# ## The matrix of the network

# %%
matrix = confusion_matrix(true_classes, predicted_classes)
print(matrix)

# %%
matrix_table = pd.DataFrame(matrix, index=class_names, columns=class_names)
matrix_table.index.name = "true"
matrix_table.columns.name = "predicted"
print(matrix_table.to_string())

# %%
plt.figure(figsize=(9, 7.5))
sns.heatmap(matrix_table, annot=True, fmt="d", cmap="Blues")
plt.xlabel("predicted class")
plt.ylabel("true class")
plt.tight_layout()
plt.show()

# %%
right = matrix.trace()  # the sum of the diagonal
print("on the diagonal:", right, "of", matrix.sum())
print("accuracy:", round(right / matrix.sum(), 4))

# %% [markdown]
# ## Class by class

# %%
recall = recall_score(true_classes, predicted_classes, average=None)
recall_table = pd.Series(recall, index=class_names).sort_values()
print(recall_table)

# %% [markdown]
# ## The pair that is mixed up most

# %%
rows = []
for first in range(10):
    for second in range(first + 1, 10):
        mistakes = matrix[first, second] + matrix[second, first]
        rows.append(
            {"one": class_names[first], "other": class_names[second], "mistakes": mistakes}
        )

pairs = pd.DataFrame(rows).sort_values("mistakes", ascending=False)
print(pairs.head(3).to_string(index=False))

# %%
cat = class_names.index("cat")
dog = class_names.index("dog")

cats_called_dog = np.flatnonzero((true_classes == cat) & (predicted_classes == dog))
dogs_called_cat = np.flatnonzero((true_classes == dog) & (predicted_classes == cat))
print(len(cats_called_dog), "cats were called dog")
print(len(dogs_called_cat), "dogs were called cat")

show_predictions([*cats_called_dog[:6], *dogs_called_cat[:6]])

# %% [markdown]
# ## Challenge: Three questions about your matrix (6 minutes)

# %% [markdown]
# Solution

# %%
print("highest recall:", recall_table.index[-1])
print("lowest recall: ", recall_table.index[0])

named = pd.Series(matrix.sum(axis=0), index=class_names).sort_values()
print("named most rarely:", named.index[0], named.iloc[0])
print("named most often: ", named.index[-1], named.iloc[-1])

vehicles = [0, 1, 8, 9]  # airplane, automobile, ship, truck
animals = [2, 3, 4, 5, 6, 7]
animals_called_vehicle = matrix[animals][:, vehicles]  # these rows, of them these columns
vehicles_called_animal = matrix[vehicles][:, animals]
animals_called_animal = matrix[animals][:, animals]

across = animals_called_vehicle.sum() + vehicles_called_animal.sum()
among_animals = animals_called_animal.sum() - animals_called_animal.trace()
print("animal and vehicle:     ", across)
print("animal and other animal:", among_animals)

bird = class_names.index("bird")
airplane = class_names.index("airplane")
print("bird and airplane:      ", matrix[bird, airplane] + matrix[airplane, bird])

# %% [markdown]
# ## Sure, or only best of ten?

# %%
sureness = probabilities.max(axis=1)
right_or_wrong = predicted_classes == true_classes

rows = []
for low, high in [(0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)]:
    group = (sureness >= low) & (sureness < high)
    rows.append(
        {"sure from": low, "pictures": group.sum(), "accuracy": right_or_wrong[group].mean()}
    )
print(pd.DataFrame(rows).round(2).to_string(index=False))


# %% [markdown]
# ## One hyperparameter in a loop: dropout

# %%
def create_model_tuned(dropout_rate=0.5, activation="relu"):
    """Build the dropout model; two of its hyperparameters can be chosen."""
    inputs = keras.Input(shape=train_images.shape[1:])

    features = layers.Conv2D(filters=16, kernel_size=(3, 3), activation=activation)(inputs)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Conv2D(filters=32, kernel_size=(3, 3), activation=activation)(features)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Conv2D(filters=64, kernel_size=(3, 3), activation=activation)(features)

    features = layers.Dropout(rate=dropout_rate)(features)
    features = layers.Flatten()(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)
    return keras.Model(inputs, outputs, name="cifar_model_tuned")


# %%
def create_schedule(largest_rate, steps):
    """Make a learning rate that grows in the first steps and then shrinks."""
    warmup_steps = steps // 10  # the first tenth
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=largest_rate / 10,
        warmup_target=largest_rate,
        warmup_steps=warmup_steps,
        decay_steps=steps - warmup_steps,
    )


def train_briefly(model, number_of_pictures, epochs):
    """Compile, and train on the first so many pictures; returns the history."""
    batch_size = 32
    steps = epochs * math.ceil(number_of_pictures / batch_size)
    schedule = create_schedule(largest_rate=0.004, steps=steps)
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.Nadam(learning_rate=schedule),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        steps_per_execution=steps_at_once,
    )
    return model.fit(
        train_images[:number_of_pictures],
        train_labels[:number_of_pictures],
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(val_images[:2000], val_labels[:2000]),
        verbose=0,
    )


# %% [markdown]
# ## Challenge: Fill in: sweep the dropout rate (8 minutes, one of them training)

# %% [markdown]
# Solution

# %%
number_of_pictures = 4000  # full size: 40000
sweep_epochs = 5
dropout_rates = [0.15, 0.30, 0.45, 0.60, 0.75]

rows = []
for dropout_rate in dropout_rates:
    keras.utils.set_random_seed(42)  # the same start for every rate
    model = create_model_tuned(dropout_rate=dropout_rate)
    train_briefly(model, number_of_pictures, sweep_epochs)

    # evaluate leaves nothing out, so both losses are measured in the same way
    training = model.evaluate(
        train_images[:number_of_pictures],
        train_labels[:number_of_pictures],
        return_dict=True,
        verbose=0,
    )
    validation = model.evaluate(val_images, val_labels, return_dict=True, verbose=0)
    rows.append(
        {
            "dropout_rate": dropout_rate,
            "loss": training["loss"],
            "val_loss": validation["loss"],
            "val_accuracy": validation["accuracy"],
        }
    )

sweep_dropout = pd.DataFrame(rows).set_index("dropout_rate").round(3)
sweep_dropout.to_csv(folder / "sweep_dropout.csv")
print(sweep_dropout)

# %% [markdown]
# Solution

# %%
plt.plot(sweep_dropout.index, sweep_dropout["loss"], marker="o", label="training")
plt.plot(sweep_dropout.index, sweep_dropout["val_loss"], marker="X", label="validation")
plt.xticks(dropout_rates)
plt.xlabel("dropout rate")
plt.ylabel("loss after training")
plt.legend()
plt.show()

# %%
full_size_dropout = pd.read_csv("../data/full_size/sweep_dropout.csv", index_col=0)
print(full_size_dropout)

# %% [markdown]
# ## Challenge: Pen and paper: what does it cost? (3 minutes)

# %% [markdown]
# Solution

# %%
for candidates in [3, 3 * 4, 3 * 4 * 5 * 3, 30]:
    trainings = candidates * 3  # three folds
    print(f"{candidates:3} candidates: {trainings:3} trainings, {trainings * 20 / 60:5.0f} minutes")

# %%
from keras.wrappers import SKLearnClassifier

optimizer_names = ["SGD", "RMSprop", "Adam"]


def create_model_search(X, y, optimizer_name):
    """Build and compile a small network for the wrapper."""
    keras.utils.set_random_seed(42)  # the same start for every training

    inputs = keras.Input(shape=X.shape[1:])
    features = layers.Reshape(target_shape=(32, 32, 3))(inputs)
    features = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(features)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(features)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Flatten()(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)
    model = keras.Model(inputs, outputs, name="cifar_model_search")

    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.get(optimizer_name),
    )
    return model


# %%
def score_and_look(classifier, X, y):
    """Accuracy of a trained network, and the place of its optimizer in the list."""
    network = classifier.model_  # the network that was trained
    predicted = network.predict(X, verbose=0).argmax(axis=1)
    optimizer_name = type(network.optimizer).__name__  # the name of its class
    return {
        "accuracy": accuracy_score(y, predicted),
        "optimizer": optimizer_names.index(optimizer_name),
    }


def create_search():
    """Prepare a grid search over the optimizers."""
    return GridSearchCV(
        estimator=SKLearnClassifier(model=create_model_search),
        # what the wrapper passes on to create_model_search
        param_grid={"model_kwargs": [{"optimizer_name": name} for name in optimizer_names]},
        scoring=score_and_look,
        cv=3,  # three folds
        refit=False,  # do not train the winner once more
    )


# %%
number_of_pictures = 2400  # full size: 40000
search_epochs = 5  # full size: 6

# flat pictures, and labels as class numbers
some_pictures = train_images[:number_of_pictures]
some_pictures = some_pictures.reshape(len(some_pictures), -1)
some_labels = train_labels[:number_of_pictures].argmax(axis=1)

search = create_search()
search.fit(some_pictures, some_labels, batch_size=32, epochs=search_epochs, verbose=0)


def make_search_table(search):
    """Make a table of a finished search: one row for each training."""
    results = search.cv_results_
    rows = []
    for number, candidate in enumerate(results["params"]):
        for fold in range(3):
            place = int(results[f"split{fold}_test_optimizer"][number])
            rows.append(
                {
                    "asked_for": candidate["model_kwargs"]["optimizer_name"],
                    "trained_with": optimizer_names[place],
                    "fold": fold + 1,
                    "accuracy": results[f"split{fold}_test_accuracy"][number],
                }
            )
    return pd.DataFrame(rows)


trainings = make_search_table(search)
print(trainings.round(3).to_string(index=False))

# one row for each candidate: mean and spread of its three scores
sweep_optimizers = trainings.groupby("asked_for")["accuracy"].agg(["mean", "std"])
sweep_optimizers = sweep_optimizers.loc[optimizer_names].round(3)
sweep_optimizers.index.name = "optimizer"
sweep_optimizers.to_csv(folder / "sweep_optimizers.csv")
print(sweep_optimizers)

# %%
full_size_optimizers = pd.read_csv("../data/full_size/sweep_optimizers.csv", index_col=0)
print(full_size_optimizers)

# %% [markdown]
# ## When one machine is not enough

# %%
from dask.distributed import Client

cluster = subprocess.Popen(
    [sys.executable, "local_cluster.py"],  # python local_cluster.py
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
    search_dask.fit(some_pictures, some_labels, batch_size=32, epochs=search_epochs, verbose=0)

trainings_dask = make_search_table(search_dask)
means_dask = trainings_dask.groupby("asked_for")["accuracy"].mean()
print(means_dask.loc[optimizer_names].round(3))

print("best in this process:", sweep_optimizers["mean"].idxmax())
print("best on the cluster: ", means_dask.idxmax())

# %%
client.close()
cluster.stdin.close()  # local_cluster.py ends when its input ends
print("ended with code", cluster.wait())

# %% [markdown]
# ## Which activation function?

# %%
scores = np.linspace(-5, 5, 201)
names = ["relu", "leaky_relu", "sigmoid", "tanh", "selu"]

figure, panels = plt.subplots(2, 3, figsize=(11, 6.4))
for panel, name in zip(panels.flat, names):
    function = keras.activations.get(name)
    values = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(scores)))
    panel.plot(scores, values, color="black")
    panel.set_title(name)

# softmax looks at several numbers at once: two stay at 0, the first one changes
three_scores = np.stack([scores, 0 * scores, 0 * scores], axis=1)
shares = keras.ops.convert_to_numpy(keras.ops.softmax(three_scores))
panels[1, 2].plot(scores, shares[:, 0], color="black", label="the first of three")
panels[1, 2].plot(scores, shares[:, 1], color="grey", linestyle="--", label="each other one")
panels[1, 2].set_title("softmax")
panels[1, 2].legend(fontsize=10)

for panel in panels.flat:
    panel.axhline(0, color="lightgrey", linewidth=1, zorder=0)
    panel.axvline(0, color="lightgrey", linewidth=1, zorder=0)
figure.supxlabel("weighted sum")
figure.supylabel("output")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: Fill in: five activations (10 minutes, one of them training)

# %% [markdown]
# Solution

# %%
number_of_pictures = 4000  # full size: 40000
sweep_epochs = 5
activations = ["relu", "leaky_relu", "sigmoid", "tanh", "selu"]

histories = {}
for activation in activations:
    keras.utils.set_random_seed(42)
    model = create_model_tuned(activation=activation)
    histories[activation] = train_briefly(model, number_of_pictures, sweep_epochs)

# one column for each activation, one row for each epoch
activation_curves = pd.DataFrame(index=range(1, sweep_epochs + 1))
for activation in activations:
    activation_curves[activation] = histories[activation].history["val_accuracy"]

# one row for each activation: its last epoch
rows = []
for activation in activations:
    last_values = {}
    for name in ["loss", "val_loss", "val_accuracy"]:
        last_values[name] = histories[activation].history[name][-1]
    rows.append({"activation": activation, **last_values})

sweep_activation = pd.DataFrame(rows).set_index("activation").round(3)
sweep_activation.to_csv(folder / "sweep_activation.csv")
print(sweep_activation)

# %% [markdown]
# Solution

# %%
sns.lineplot(
    data=activation_curves,
    dashes=False,
    markers=["o", "X", "s", "^", "D"],
    palette=["black", "mediumpurple", "goldenrod", "teal", "firebrick"],
)
plt.locator_params(axis="x", integer=True)  # whole epochs only
plt.xlabel("epoch")
plt.ylabel("validation accuracy")
plt.show()

# %%
full_size_activation = pd.read_csv("../data/full_size/sweep_activation.csv", index_col=0)
print(full_size_activation)


# %% [markdown]
# ## What next: batch normalisation and augmentation

# %%
def create_model_better():
    """Build the dropout model with batch normalisation, and mirror its pictures."""
    inputs = keras.Input(shape=train_images.shape[1:])

    # augmentation: at work in training only
    features = layers.RandomFlip(mode="horizontal")(inputs)

    # look for features
    for filters in [16, 32]:
        features = layers.Conv2D(filters=filters, kernel_size=(3, 3), use_bias=False)(features)
        features = layers.MaxPooling2D(pool_size=(2, 2))(features)
        features = layers.BatchNormalization()(features)
        features = layers.Activation("relu")(features)
    features = layers.Conv2D(filters=64, kernel_size=(3, 3), use_bias=False)(features)
    features = layers.BatchNormalization()(features)
    features = layers.Activation("relu")(features)

    # in training, leave out a part of what was found
    features = layers.Dropout(rate=0.3)(features)

    # decide
    features = layers.Flatten()(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)
    return keras.Model(inputs, outputs, name="cifar_model_better")


keras.utils.set_random_seed(42)
model_better = create_model_better()
print("dropout model:", model_best.count_params(), "parameters")
print("better model: ", model_better.count_params(), "parameters")

# %%
batch_size = 64
epochs = 4
steps = epochs * math.ceil(len(train_images) / batch_size)
schedule = create_schedule(largest_rate=0.01, steps=steps)

model_better.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(learning_rate=schedule),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    steps_per_execution=steps_at_once,
)
history_better = model_better.fit(
    train_images,
    train_labels,
    batch_size=batch_size,
    epochs=epochs,
    validation_data=(val_images, val_labels),
    verbose=0,
)
print("epochs:", len(history_better.history["loss"]))

# %%
val_accuracies = {}
for model in [model_best, model_better]:
    measured_val = model.evaluate(val_images, val_labels, return_dict=True, verbose=0)
    val_accuracies[model.name] = measured_val["accuracy"]
    print(f"{model.name}: {measured_val['accuracy']:.3f}")

gain = val_accuracies["cifar_model_better"] - val_accuracies["cifar_model_dropout"]
print(f"gain: {gain:.3f}")

model_better.save(folder / "model_better.keras")

# %% [markdown]
# ## May the test pictures come out again?

# %%
recipe_log = pd.read_csv("../data/full_size/recipe.csv", index_col="epoch")
print(recipe_log)
print()
print(Path("../data/full_size/recipe.txt").read_text())
