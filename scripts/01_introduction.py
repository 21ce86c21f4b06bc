# %% [markdown]
# # Introduction
#
# Made from episodes/01-introduction.md by `lesson export`: edit that file.

# %% [markdown]
# ## Step 3: prepare the data

# %%
import keras

data = keras.datasets.cifar10.load_data()
(train_images, train_labels), (test_images, test_labels) = data

print("pictures to learn from:", train_images.shape)
print("their labels:          ", train_labels.shape)
print("pictures to test with: ", test_images.shape)
print("their labels:          ", test_labels.shape)

# %%
class_names = [
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
]

first_label = train_labels[0, 0]
print("the first label is", first_label, "which means", class_names[first_label])

# %%
import matplotlib.pyplot as plt

figure, grid = plt.subplots(nrows=5, ncols=5, figsize=(8, 9))

for place, axes in enumerate(grid.flat):
    label = train_labels[place, 0]
    axes.imshow(train_images[place])
    axes.set_title(class_names[label])
    axes.axis("off")

figure.tight_layout()
plt.show()

# %%
from sklearn.model_selection import train_test_split


def prepare_dataset(images, labels):
    """Scale, one-hot encode and split pictures that a network learns from."""
    # Pixels are whole numbers from 0 to 255: make them numbers from 0 to 1.
    images = images.astype("float32") / 255

    # Turn each label into ten numbers: a 1 in the place of its class, else 0.
    labels = keras.utils.to_categorical(labels, num_classes=10)

    # Keep a fifth of the pictures aside, to see how learning goes on.
    return train_test_split(images, labels, test_size=0.2, random_state=42)


prepared = prepare_dataset(train_images, train_labels)
train_images, val_images, train_labels, val_labels = prepared

# The test pictures have to look the same to the network.
test_images = test_images.astype("float32") / 255

print("training:  ", train_images.shape, train_labels.shape)
print("validation:", val_images.shape, val_labels.shape)
print("test:      ", test_images.shape, test_labels.shape)

# %% [markdown]
# ## Step 4: take a trained network or design one

# %%
from keras import layers


def create_model_intro():
    """Build a small CNN that tells ten classes apart."""
    # In: 32 rows of 32 pixels with 3 colours
    inputs = keras.Input(shape=(32, 32, 3))

    # Look for small patterns, then shrink the picture; and once more.
    features = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(features)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)

    # Weigh up what was found.
    features = layers.Flatten()(features)
    features = layers.Dense(units=64, activation="relu")(features)

    # Out: one probability for each class
    outputs = layers.Dense(units=10, activation="softmax")(features)

    return keras.Model(inputs, outputs, name="cifar_model_intro")


# Networks start from random numbers. The seed makes them the same every time.
keras.utils.set_random_seed(42)

model = create_model_intro()
model.summary()

# %% [markdown]
# ## Step 5: choose loss, optimizer and metric, and compile

# %%
# report only now and then: faster, with the same result (PyTorch reports always)
steps_at_once = 25
if keras.backend.backend() == "torch":
    steps_at_once = 1

model.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    steps_per_execution=steps_at_once,
)

# %% [markdown]
# ## Step 6: train

# %%
history = model.fit(
    train_images,
    train_labels,
    batch_size=64,
    epochs=5,
    validation_data=(val_images, val_labels),
)

# %% [markdown]
# ## Challenge: How many steps?

# %% [markdown]
# Solution

# %%
steps = len(train_images) // 100
print("steps in an epoch:", steps)
print("changes in all:   ", steps * 5)
print("with 64 a batch:  ", len(train_images) // 64 * 5)

# %% [markdown]
# ## Step 7: predict

# %%
one_picture = test_images[9:10]
probabilities = model.predict(one_picture, verbose=0)

for name, probability in zip(class_names, probabilities[0]):
    print(f"{name:<11}{probability:6.3f}")

print(f"sum        {probabilities.sum():6.3f}")

# %%
predicted_class = class_names[probabilities[0].argmax()]
true_class = class_names[test_labels[9, 0]]

plt.figure(figsize=(4, 4))
plt.imshow(one_picture[0])
plt.title(f"true: {true_class}, predicted: {predicted_class}")
plt.axis("off")
plt.show()

print("Is the network right?", predicted_class == true_class)

# %% [markdown]
# ## Steps 8 to 10: measure, tune, share

# %%
from pathlib import Path

folder = Path("fit_outputs")
folder.mkdir(exist_ok=True)

model.save(folder / "model_intro.keras")
print("saved:", (folder / "model_intro.keras").exists())
