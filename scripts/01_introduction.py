# %% [markdown]
# # Introduction
#
# Made from episodes/01-introduction.md by `lesson export`: edit that file.

# %% [markdown]
# ## Step 3: prepare the data

# %%
import find_data  # the images, wherever this file is started from

import keras

data = keras.datasets.cifar10.load_data()
(raw_images, raw_labels), (raw_test_images, test_labels) = data

print("images to learn from:", raw_images.shape)
print("their labels:        ", raw_labels.shape)
print("images to test with: ", raw_test_images.shape)
print("their labels:        ", test_labels.shape)

# %%
import matplotlib.pyplot as plt

# The makers of CIFAR-10 fixed this order: class 0 is airplane, class 9 is truck.
class_names = [
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
]

figure, grid = plt.subplots(nrows=5, ncols=5, figsize=(8, 9))

for position, axes in enumerate(grid.flat):
    label = raw_labels[position, 0]
    axes.imshow(raw_images[position])
    axes.set_title(class_names[label])
    axes.axis("off")

figure.tight_layout()
plt.show()

# %%
from sklearn.model_selection import train_test_split


def prepare_dataset(images, labels):
    """Scale, one-hot encode and split images that a network learns from."""
    # Pixels are whole numbers from 0 to 255: make them numbers from 0 to 1.
    images = images.astype("float32") / 255

    # Turn each label into ten numbers: a 1 in the place of its class, else 0.
    labels = keras.utils.to_categorical(labels, num_classes=10)

    # Set aside a fifth, for validation. (scikit-learn calls any second part "test".)
    return train_test_split(images, labels, test_size=0.2, random_state=42)


prepared = prepare_dataset(raw_images, raw_labels)
train_images, val_images, train_labels, val_labels = prepared

# The test images have to look the same to the network.
test_images = raw_test_images.astype("float32") / 255

print("training:  ", train_images.shape)
print("validation:", val_images.shape)
print("test:      ", test_images.shape)

# %% [markdown]
# ## Step 4: take a trained network or design one

# %%
from keras import layers


def create_model_intro():
    """Build a small CNN that tells ten classes apart."""
    # In: 32 rows of 32 pixels with 3 colours
    inputs = keras.Input(shape=(32, 32, 3))

    # Look for small patterns, then shrink the result; and once more.
    hidden = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)
    hidden = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(hidden)
    hidden = layers.MaxPooling2D(pool_size=(2, 2))(hidden)

    # Weigh up what was found.
    hidden = layers.Flatten()(hidden)
    hidden = layers.Dense(units=64, activation="relu")(hidden)

    # Out: one probability for each class
    outputs = layers.Dense(units=10, activation="softmax")(hidden)

    return keras.Model(inputs, outputs, name="cifar_model_intro")


# %%
model = create_model_intro()
print("parameters:", model.count_params())

# %% [markdown]
# ## Step 5: choose the loss, optimiser and metric, then compile

# %%
keras.utils.set_random_seed(42)
model = create_model_intro()

model.compile(
    loss=keras.losses.CategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(),
    metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
)

# %% [markdown]
# ## Step 6: train

# %%
# If you run this again, training goes on. To start afresh, run the block above first.
history = model.fit(
    train_images,
    train_labels,
    batch_size=64,
    epochs=5,
    validation_data=(val_images, val_labels),
)

# %% [markdown]
# ## Step 7: predict

# %%
one_image = test_images[9:10]
probabilities = model.predict(one_image, verbose=0)
print(probabilities.round(3))

# %%
# probabilities has one row per image: [0] is the row of our only one
predicted_class = class_names[probabilities[0].argmax()]
true_class = class_names[test_labels[9, 0]]

plt.figure(figsize=(4, 4))
plt.imshow(one_image[0])
plt.title(f"true: {true_class}, predicted: {predicted_class}")
plt.axis("off")
plt.show()


# %%
def ask_network(index):
    """Show a test image and the probability of each class."""
    image = test_images[index : index + 1]
    probabilities = model.predict(image, verbose=0)[0]

    figure, (left, right) = plt.subplots(ncols=2, figsize=(9, 4))
    left.imshow(image[0])
    left.set_title(f"true class: {class_names[test_labels[index, 0]]}")
    left.axis("off")

    right.barh(class_names, probabilities)
    right.invert_yaxis()
    right.set_xlim(0, 1)
    right.set_xlabel("probability")

    figure.tight_layout()
    plt.show()


figure, (left, right) = plt.subplots(ncols=2, figsize=(7, 3.5))
for axes, index in [(left, 13), (right, 52)]:
    axes.imshow(test_images[index])
    axes.set_title(f"test image {index}")
    axes.axis("off")
plt.show()

# %% [markdown]
# ## Challenge: Ask the network (3 minutes)

# %% [markdown]
# Solution

# %%
ask_network(13)
ask_network(52)

# %% [markdown]
# ## Steps 8 to 10: measure, tune, share

# %%
from pathlib import Path

folder = Path("fit_outputs")
folder.mkdir(exist_ok=True)

model.save(folder / "model_intro.keras")
print("saved:", (folder / "model_intro.keras").exists())
