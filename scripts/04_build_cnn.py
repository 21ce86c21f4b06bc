# %% [markdown]
# # Build a convolutional neural network
#
# Made from episodes/04-build-cnn.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
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
print("One picture has the shape", train_images.shape[1:])


# %% [markdown]
# ## Why a dense layer is wasteful on pixels

# %%
def count_dense_parameters(values, neurons):
    """Count the weights and biases of a dense layer."""
    weights = values * neurons
    biases = neurons
    return weights + biases


height, width, channels = train_images.shape[1:]
small_values = height * width * channels
phone_values = 3000 * 4000 * 3

small_parameters = count_dense_parameters(small_values, neurons=64)
phone_parameters = count_dense_parameters(phone_values, neurons=64)

print(f"CIFAR-10: {small_values:,} numbers in, {small_parameters:,} parameters")
print(f"phone: {phone_values:,} numbers in, {phone_parameters:,} parameters")
print(f"memory for the latter: {phone_parameters * 4 / 1e9:.1f} GB")

# %% [markdown]
# ## A kernel slides over the picture

# %%
bright_above_dark = np.array([
    [9, 8, 9, 9, 8],
    [8, 9, 9, 8, 9],
    [9, 9, 9, 8, 8],
    [2, 1, 1, 1, 2],
    [1, 2, 1, 1, 2],
    [1, 1, 2, 1, 1],
])
edge_kernel = np.array([
    [1, 1, 1],
    [0, 0, 0],
    [-1, -1, -1],
])

# a window of three rows and three columns
window = bright_above_dark[1:4, 1:4]
print("the window:")
print(window)

# multiply number by number, then add up
products = window * edge_kernel
print("times the kernel:")
print(products)
print("sum:", products.sum())


# %%
def slide_kernel(picture, kernel):
    """Apply a square kernel at every place where it fits on a picture."""
    size = kernel.shape[0]
    rows = picture.shape[0] - size + 1
    columns = picture.shape[1] - size + 1
    result = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            window = picture[row:row + size, column:column + size]
            result[row, column] = (window * kernel).sum()
    return result


edges = slide_kernel(bright_above_dark, edge_kernel)
print(edges)
print("from", bright_above_dark.shape, "to", edges.shape)

# %% [markdown]
# ## Challenge: Turn the kernel (4 minutes)

# %% [markdown]
# Solution

# %%
print(edge_kernel.T)
print(slide_kernel(bright_above_dark, edge_kernel.T))

# %% [markdown]
# ## The same kernel on a larger picture

# %%
cat_picture = keras.utils.load_img("../data/cat.png", color_mode="grayscale")
cat_values = np.array(cat_picture, dtype="float32")

horizontal_edges = slide_kernel(cat_values, edge_kernel)
vertical_edges = slide_kernel(cat_values, edge_kernel.T)
print("photograph:", cat_values.shape)
print("feature map:", horizontal_edges.shape)

figure, panels = plt.subplots(1, 3, figsize=(12, 3.2))
panels[0].imshow(cat_values, cmap="gray")
panels[0].set_title("photograph")
# grey is 0, white is +200 or more, black is -200 or less
panels[1].imshow(horizontal_edges, cmap="gray", vmin=-200, vmax=200)
panels[1].set_title("horizontal edges")
panels[2].imshow(vertical_edges, cmap="gray", vmin=-200, vmax=200)
panels[2].set_title("vertical edges")
for panel in panels:
    panel.axis("off")
figure.tight_layout()
plt.show()

# %% [markdown]
# ## Is this what Keras does?

# %%
edge_layer = layers.Conv2D(filters=1, kernel_size=(3, 3))
# Keras wants (pictures, height, width, channels)
one_picture = cat_values.reshape(1, *cat_values.shape, 1)
edge_layer.build(one_picture.shape)
edge_layer.set_weights([edge_kernel.reshape(3, 3, 1, 1), np.zeros(1)])

layer_result = keras.ops.convert_to_numpy(edge_layer(one_picture))
print("the same:", np.allclose(layer_result[0, :, :, 0], horizontal_edges))


# %% [markdown]
# ## From one kernel to a filter

# %%
def count_conv_parameters(kernel_size, channels, filters):
    """Count the weights and biases of a convolution layer."""
    weights = kernel_size * kernel_size * channels
    biases = 1
    return (weights + biases) * filters


conv_parameters = count_conv_parameters(kernel_size=3, channels=3, filters=16)
print(f"{conv_parameters} parameters in 16 filters")

# %% [markdown]
# ## Challenge: A larger picture (4 minutes)

# %% [markdown]
# Solution

# %%
larger_values = 64 * 64 * 3
larger_parameters = count_dense_parameters(larger_values, neurons=64)
print(f"dense: {larger_parameters / small_parameters:.2f} times as many")
print("convolution:", count_conv_parameters(3, channels=3, filters=16))

# %% [markdown]
# ## Challenge: Fill in: the input (2 minutes)

# %% [markdown]
# Solution

# %%
keras.utils.set_random_seed(42)

inputs = keras.Input(shape=train_images.shape[1:])
print(inputs.shape)

# %% [markdown]
# ## Convolution

# %%
print("before ReLU:", edges[2:, 0:2].flatten())
print("after ReLU: ", np.maximum(edges[2:, 0:2], 0).flatten())

# %% [markdown]
# ## Challenge: Fill in: the convolution (3 minutes)

# %% [markdown]
# Solution

# %%
features = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
print(features.shape)

# %% [markdown]
# ## Pooling

# %%
small_map = np.array([
    [1, 0, 4, 2],
    [3, 2, 0, 6],
    [0, 1, 5, 5],
    [7, 0, 2, 3],
])

pooled_map = np.zeros((2, 2))
for row in range(2):
    for column in range(2):
        tile = small_map[2 * row:2 * row + 2, 2 * column:2 * column + 2]
        pooled_map[row, column] = tile.max()
print(pooled_map)

# %% [markdown]
# ## Challenge: Fill in: the pooling (3 minutes)

# %% [markdown]
# Solution

# %%
features = layers.MaxPooling2D(pool_size=(2, 2))(features)
print(features.shape)

# %% [markdown]
# ## Challenge: Fill in: the flatten layer (2 minutes)

# %% [markdown]
# Solution

# %%
features = layers.Flatten()(features)
print(features.shape)

# %% [markdown]
# ## Challenge: Fill in: the dense layer (2 minutes)

# %% [markdown]
# Solution

# %%
features = layers.Dense(units=64, activation="relu")(features)
print(features.shape)

# %% [markdown]
# ## Output and softmax

# %%
scores = np.array([3.0, 1.0, -1.0])

powers = np.exp(scores)
total = powers.sum()
probabilities = powers / total
print("e to the power of each score:", powers.round(3))
print("sum of these:", total.round(3))
print("probabilities:", probabilities.round(3))
print("sum of the probabilities:", probabilities.sum().round(3))

keras_probabilities = keras.ops.softmax(scores)
print("by Keras:", keras.ops.convert_to_numpy(keras_probabilities).round(3))

# %% [markdown]
# ## Challenge: Which output layer? (4 minutes)

# %%
outputs = layers.Dense(units=10, activation="softmax")(features)
model_one_of_each = keras.Model(inputs, outputs, name="one_of_each")
model_one_of_each.summary()

# %% [markdown]
# ## Challenge: Put in order: the hidden layers (5 minutes)

# %% [markdown]
# Solution

# %%
features = layers.Conv2D(filters=16, kernel_size=(3, 3), activation="relu")(inputs)
features = layers.MaxPooling2D(pool_size=(2, 2))(features)
print("after one round:", features.shape)
features = layers.Conv2D(filters=32, kernel_size=(3, 3), activation="relu")(features)
features = layers.MaxPooling2D(pool_size=(2, 2))(features)
print("before the flatten layer:", features.shape)
features = layers.Flatten()(features)
print("after the flatten layer:", features.shape)
features = layers.Dense(units=64, activation="relu")(features)
print("at the end:", features.shape)


# %% [markdown]
# ## Challenge: Fill in: the whole network (8 minutes)

# %% [markdown]
# Solution

# %%
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


keras.utils.set_random_seed(42)
model_intro = create_model_intro()
print(model_intro.count_params())

# %% [markdown]
# ## Read the model summary

# %%
model_intro.summary()

# %% [markdown]
# ## Challenge: Pen and paper: where do the parameters come from? (8 minutes)

# %% [markdown]
# Solution

# %%
by_hand = [
    count_conv_parameters(kernel_size=3, channels=3, filters=16),
    count_conv_parameters(kernel_size=3, channels=16, filters=32),
    count_dense_parameters(6 * 6 * 32, neurons=64),
    count_dense_parameters(64, neurons=10),
]

by_keras = []
for layer in model_intro.layers:
    if layer.count_params() > 0:
        by_keras.append(layer.count_params())

print("by hand: ", by_hand)
print("by Keras:", by_keras)
print("together:", sum(by_hand))

# %%
untrained_answer = model_intro.predict(train_images[:1], verbose=0)
print(untrained_answer.round(2))
print("sum:", untrained_answer.sum().round(2))


# %% [markdown]
# ## A plain dense network to compare with

# %%
def create_model_dense():
    """Build a network of dense layers only."""
    inputs = keras.Input(shape=(32, 32, 3))
    features = layers.Flatten()(inputs)
    features = layers.Dense(units=128, activation="relu")(features)
    features = layers.Dense(units=64, activation="relu")(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)
    return keras.Model(inputs, outputs, name="cifar_model_dense")


keras.utils.set_random_seed(42)
model_dense = create_model_dense()
model_dense.summary()


# %% [markdown]
# ## Challenge: Predict: four changes (8 minutes)

# %% [markdown]
# Solution

# %%
def create_model_variant(filters=16, kernel=(3, 3), pool_twice=True, neurons=64):
    """Build the network of the introduction with some things changed."""
    inputs = keras.Input(shape=(32, 32, 3))
    features = layers.Conv2D(filters=filters, kernel_size=kernel, activation="relu")(inputs)
    features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Conv2D(filters=32, kernel_size=kernel, activation="relu")(features)
    if pool_twice:
        features = layers.MaxPooling2D(pool_size=(2, 2))(features)
    features = layers.Flatten()(features)
    features = layers.Dense(units=neurons, activation="relu")(features)
    outputs = layers.Dense(units=10, activation="softmax")(features)
    return keras.Model(inputs, outputs)


variants = {
    "as it is": create_model_variant(),
    "1. more filters": create_model_variant(filters=32),
    "2. larger kernels": create_model_variant(kernel=(5, 5)),
    "3. no second pooling": create_model_variant(pool_twice=False),
    "4. more neurons": create_model_variant(neurons=128),
}
for name, variant in variants.items():
    print(f"{name:22}{variant.count_params():>10,}")
