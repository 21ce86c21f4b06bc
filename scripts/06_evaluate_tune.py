# %% [markdown]
# # Evaluate, predict and tune
#
# Made from episodes/06-evaluate-tune.md by `lesson export`: edit that file.

# %%
import find_data  # the images, wherever this file is started from

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from keras import layers
from PIL import Image
from sklearn.datasets import load_sample_image
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix
from sklearn.model_selection import train_test_split

data = keras.datasets.cifar10.load_data()
(raw_images, raw_labels), (raw_test_images, raw_test_labels) = data

class_names = [
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
]


def prepare_dataset(images, labels):
    """Scale, one-hot encode and split images that a network learns from."""
    images = images.astype("float32") / 255
    labels = keras.utils.to_categorical(labels, num_classes=10)
    return train_test_split(images, labels, test_size=0.2, random_state=42)


prepared = prepare_dataset(raw_images, raw_labels)
train_images, val_images, train_labels, val_labels = prepared
test_images = raw_test_images.astype("float32") / 255
true_classes = raw_test_labels.flatten()  # a plain row of class numbers

model_best = keras.models.load_model("../data/model_best.keras")
print(model_best.name, "with", model_best.count_params(), "parameters")

# %% [markdown]
# ## A good test set

# %%
figure, panels = plt.subplots(ncols=2, figsize=(7, 4))
for panel, file_name in zip(panels, ["china.jpg", "flower.jpg"]):
    photo = Image.fromarray(load_sample_image(file_name))
    small = np.array(photo.resize((32, 32))) / 255
    answer = model_best.predict(small.reshape(1, 32, 32, 3), verbose=0)[0]
    panel.imshow(small)
    panel.set_title(f"{class_names[answer.argmax()]}: {answer.max():.2f}")
    panel.axis("off")
plt.show()

# %% [markdown]
# ## Predict

# %%
probabilities = model_best.predict(test_images, verbose=0)
print(probabilities.shape)

probability_table = pd.DataFrame(probabilities, columns=class_names)
print(probability_table.head(3).round(2).to_string())

# %%
predicted_classes = probabilities.argmax(axis=1)
print("predicted:", [class_names[number] for number in predicted_classes[:5]])
print("true:     ", [class_names[number] for number in true_classes[:5]])

# %% [markdown]
# ## Accuracy, and how sure you can be of it

# %%
test_accuracy = accuracy_score(true_classes, predicted_classes)
print(f"test accuracy: {test_accuracy:.3f}")

# %% [markdown]
# ## Challenge: How many images are enough? (5 minutes)

# %% [markdown]
# Solution

# %%
p = 0.60
for n in [100, 10_000]:
    uncertainty = (p * (1 - p) / n) ** 0.5
    print(n, "images:", round(uncertainty, 3))

# %% [markdown]
# ## Challenge: Read a small matrix (5 minutes)

# %%
matrix = confusion_matrix(true_classes, predicted_classes)

plt.figure(figsize=(9, 7.5))
sns.heatmap(
    pd.DataFrame(matrix, index=class_names, columns=class_names),
    annot=True,
    fmt="d",
    cmap="Blues",
)
plt.xlabel("predicted class")
plt.ylabel("true class")
plt.tight_layout()
plt.show()

# %%
print(classification_report(true_classes, predicted_classes, target_names=class_names))


# %%
def show_predictions(numbers):
    """Draw up to ten test images, each with its true and its predicted class."""
    figure, panels = plt.subplots(nrows=2, ncols=5, figsize=(11, 5.4))
    for panel, number in zip(panels.flat, numbers):
        true_name = class_names[true_classes[number]]
        predicted_name = class_names[predicted_classes[number]]
        panel.imshow(test_images[number])
        panel.set_title(f"true: {true_name}\npredicted: {predicted_name}")
        panel.axis("off")
    plt.tight_layout()
    plt.show()


wrong = np.flatnonzero(true_classes != predicted_classes)
show_predictions(wrong[:10])

# %% [markdown]
# ## Challenge: Read your own matrix (4 minutes)

# %% [markdown]
# Solution

# %%
named = pd.Series(matrix.sum(axis=0) / 1000, index=class_names)
print(named.sort_values().round(2).to_string())

# %% [markdown]
# ## When can you trust it?

# %%
val_probabilities = model_best.predict(val_images, verbose=0)
highest = val_probabilities.max(axis=1)
right = val_probabilities.argmax(axis=1) == val_labels.argmax(axis=1)

for threshold in [0.0, 0.5, 0.6, 0.7, 0.8, 0.9]:
    accepted = highest >= threshold
    accuracy = right[accepted].mean()
    print(f"{threshold}: coverage {accepted.mean():.2f}, accuracy {accuracy:.2f}")


# %% [markdown]
# ## Tune the hyperparameters

# %%
def create_model_dropout(rate):
    """Build the network with dropout from episode 5, using this rate."""
    inputs = keras.Input(shape=(32, 32, 3))
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=64, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.Dropout(rate=rate)(hidden)
    hidden = layers.Flatten()(hidden)
    outputs = layers.Dense(units=10, activation="softmax")(hidden)
    return keras.Model(inputs, outputs)


# %% [markdown]
# ## Challenge: Tune the dropout rate (6 minutes)

# %% [markdown]
# Solution

# %%
few_images = train_images[:5000]
few_labels = train_labels[:5000]

rows = []
for rate in [0.2, 0.5, 0.8]:
    keras.utils.set_random_seed(42)
    model = create_model_dropout(rate)
    model.compile(
        loss=keras.losses.CategoricalCrossentropy(),
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    model.fit(few_images, few_labels, batch_size=64, epochs=5, verbose=0)
    loss, accuracy = model.evaluate(val_images, val_labels, verbose=0)
    rows.append({"rate": rate, "loss": loss, "accuracy": accuracy})

print(pd.DataFrame(rows).round(3).to_string(index=False))

# %%
sweep = pd.read_csv("../data/full_size/dropout_rates.csv")
sweep = sweep[sweep["epoch"] == 10].rename(columns={"network": "dropout rate"})

sns.stripplot(
    data=sweep, x="dropout rate", y="val_accuracy", color="black", size=8, jitter=False
)
plt.ylabel("validation accuracy")
plt.show()

by_rate = sweep.groupby("dropout rate")["val_accuracy"]
print(by_rate.agg(["min", "mean", "max"]).round(3))
