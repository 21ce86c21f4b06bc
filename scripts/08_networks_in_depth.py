# %% [markdown]
# # Neural networks in depth
#
# Made from episodes/08-networks-in-depth.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import find_data  # the images, wherever this file is started from

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd


def linear(z):
    """The weighted sum, unchanged."""
    return z


def relu(z):
    """Zero for negative numbers, positive ones unchanged."""
    return np.maximum(0, z)


def sigmoid(z):
    """An S-shaped curve from 0 to 1."""
    return 1 / (1 + np.exp(-z))


# %%
z = np.linspace(-6, 6, 241)  # 241 numbers from -6 to 6

figure, panels = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
for panel, activation in zip(panels, [linear, relu, sigmoid]):
    panel.plot(z, activation(z))
    panel.set_title(activation.__name__, fontsize=20)  # the name after "def"
    panel.set_xlabel("weighted sum z", fontsize=18)
    panel.tick_params(labelsize=17)
    panel.grid(alpha=0.4)
panels[0].set_ylabel("output", fontsize=18)
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Why networks need activation functions

# %%
x = np.array([-2, 0, 3])

hidden = linear(2 * x + 1)
print("two linear neurons:", linear(3 * hidden + 4))
print("one linear neuron: ", linear(6 * x + 7))

hidden = relu(2 * x + 1)
print("ReLU in between:   ", linear(3 * hidden + 4))

# %% [markdown]
# ## Challenge: XOR with two hidden neurons (8 minutes)

# %% [markdown]
# Solution

# %%
first = np.array([0, 0, 1, 1])
second = np.array([0, 1, 0, 1])

hidden_1 = relu(1 * first + -1 * second + 0)
hidden_2 = relu(-1 * first + 1 * second + 0)
output = relu(1 * hidden_1 + 1 * hidden_2 + 0)
print("output:", output)

# %% [markdown]
# Solution

# %%
hidden_1 = relu(1 * first + 1 * second + 0)
hidden_2 = relu(1 * first + 1 * second - 1)
output = relu(1 * hidden_1 - 2 * hidden_2 + 0)
print("output:", output)

# %% [markdown]
# ## Challenge: A loss on paper (3 minutes)

# %% [markdown]
# Solution

# %%
table = pd.DataFrame({"prediction": [1, 2, 0, 3], "target": [-1, -1, 0, 2]})
table["error"] = table["prediction"] - table["target"]
table["squared error"] = table["error"] ** 2
print(table)

mean_squared_error = table["squared error"].mean()
print("mean squared error:", mean_squared_error)


# %%
def squared_error(error):
    """The error times itself."""
    return error**2


def huber_loss(error):
    """Half the square of small errors, a straight line for large ones."""
    size = np.abs(error)
    # up to a size of 1 use the first formula, beyond that the second
    return np.where(size <= 1, size**2 / 2, size - 0.5)


errors = np.linspace(-5, 5, 201)
plt.plot(errors, squared_error(errors), label="squared error")
plt.plot(errors, huber_loss(errors), linestyle="--", label="Huber loss")
plt.xlabel("error")
plt.ylabel("loss")
plt.legend()
plt.show()

# %% [markdown]
# ## Challenge: Which loss is more sensitive to an outlier? (4 minutes)

# %% [markdown]
# Solution

# %%
errors_before = np.array([2, 3, 0, 1])
errors_after = np.array([2, 3, 20, 1])  # one outlier

for loss_function in [squared_error, huber_loss]:
    before = loss_function(errors_before).mean()
    after = loss_function(errors_after).mean()
    factor = after / before
    print(f"{loss_function.__name__}: {before:.3f} -> {after:.3f}, factor {factor:.0f}")

# %% [markdown]
# ## Gradient descent in code

# %%
hours = np.array([1, 2, 3, 4])
growth = np.array([2.1, 3.9, 6.2, 7.7])


def loss(weight):
    """Mean squared error of the neuron's predictions."""
    predictions = weight * hours
    return np.mean((predictions - growth) ** 2)


for weight in [0, 1, 2, 3]:
    print(f"weight {weight}: loss {loss(weight):.2f}")


# %%
def slope(weight):
    """How steeply the loss rises when the weight grows."""
    nudge = 0.001
    rise = loss(weight + nudge) - loss(weight - nudge)
    return rise / (2 * nudge)


print(f"slope at weight 0: {slope(0):.2f}")
print(f"slope at weight 3: {slope(3):.2f}")

# %%
learning_rate = 0.04
weight = 0

for step in range(1, 7):
    weight = weight - learning_rate * slope(weight)
    print(f"step {step}: weight {weight:.3f}, loss {loss(weight):.2f}")

# %% [markdown]
# ## Challenge: Find the mistake (3 minutes)

# %%
learning_rate = 0.04
weight = 0

for step in range(1, 5):
    weight = weight + learning_rate * slope(weight)
    print(f"step {step}: weight {weight:.2f}, loss {loss(weight):.2f}")

# %% [markdown]
# Solution

# %%
learning_rate = 0.04
weight = 0

for step in range(1, 5):
    weight = weight - learning_rate * slope(weight)
    print(f"step {step}: weight {weight:.2f}, loss {loss(weight):.2f}")

# %% [markdown]
# ## A deep network, layer by layer

# %%
# for each of the five blocks: how many convolutional layers, how many filters in each
blocks = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]

side = 224  # height and width of the image, in pixels
channels = 3
in_convolutions = 0
for convolutions, filters in blocks:
    for layer in range(convolutions):
        in_convolutions += (3 * 3 * channels + 1) * filters
        channels = filters
    side = side // 2  # pooling halves the height and the width
    print(f"after pooling: {side} x {side} x {channels}")

inputs = side * side * channels  # to the first dense layer
in_dense_layers = 0
for neurons in [4096, 4096, 1000]:
    in_dense_layers += (inputs + 1) * neurons
    inputs = neurons

print(f"in convolutions: {in_convolutions:12,}")
print(f"in dense layers: {in_dense_layers:12,}")
print(f"in total:        {in_convolutions + in_dense_layers:12,}")

# %% [markdown]
# ## Generated and manipulated images

# %%
generator = np.random.default_rng(seed=1)
original = generator.uniform(0, 1, size=3072)  # numbers from 0 to 1
weights = generator.normal(0, 0.05, size=3072)
bias = 1 - np.sum(weights * original)  # so that the weighted sum is 1

# np.sign gives -1 or 1: each number goes up or down by 0.02
at_random = original + 0.02 * np.sign(generator.normal(size=3072))
on_purpose = original - 0.02 * np.sign(weights)


def confidence(image):
    """The output of the neuron, from 0 to 1."""
    return sigmoid(np.sum(weights * image) + bias)


print(f"original:           {confidence(original):.2f}")
print(f"changed at random:  {confidence(at_random):.2f}")
print(f"changed on purpose: {confidence(on_purpose):.2f}")

# %% [markdown]
# ## Libraries for deep learning

# %%
import importlib

import keras
import matplotlib

# the library that Keras uses for its calculations
backend = importlib.import_module(keras.config.backend())
for library in [keras, backend, np, pd, matplotlib]:
    print(library.__name__, library.__version__)
