# %% [markdown]
# # Neural networks from the inside
#
# Made from episodes/02-neural-networks.md by `lesson export`: edit that file.

# %% [markdown]
# ## One neuron

# %%
import find_data  # the images, wherever this file is started from

import numpy as np

inputs = np.array([0.9, 0.4, 0.1])  # warm, humid, windy
weights = np.array([2, 1, -3])
bias = -0.5

weighted_sum = np.sum(inputs * weights) + bias
output = np.maximum(0, weighted_sum)  # ReLU: whichever is larger
print("weighted sum:", weighted_sum.round(2))
print("output:", output.round(2))

# %% [markdown]
# ## Challenge: A neuron on paper (4 minutes)

# %% [markdown]
# Solution

# %%
inputs = np.array([0, 0.5, 1])
weights = np.array([-1, -0.5, 0.5])
bias = 1

weighted_sum = np.sum(inputs * weights) + bias
print("output:", np.maximum(0, weighted_sum))

# %% [markdown]
# ## Activation functions

# %%
import matplotlib.pyplot as plt


def linear(z):
    """The weighted sum as it is."""
    return z


def relu(z):
    """Zero for negative numbers, positive ones as they are."""
    return np.maximum(0, z)


def sigmoid(z):
    """An S-shaped curve from 0 to 1."""
    return 1 / (1 + np.exp(-z))


z = np.linspace(-6, 6, 241)  # 241 numbers from -6 to 6

figure, panels = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
for panel, activation in zip(panels, [linear, relu, sigmoid]):
    panel.plot(z, activation(z))
    panel.set_title(activation.__name__)  # the name after "def"
    panel.set_xlabel("weighted sum z")
    panel.grid(alpha=0.4)
panels[0].set_ylabel("output of the neuron")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## How a network learns

# %%
hours = np.array([1, 2, 3, 4])  # hours of sunshine on four days
growth = np.array([2.1, 3.9, 6.2, 7.7])  # of a seedling, in millimetres


def loss(weight):
    """How wrong a neuron with this one weight is on the four days."""
    return np.mean((weight * hours - growth) ** 2)


def slope(weight):
    """How steeply the loss rises when the weight grows."""
    return (loss(weight + 0.001) - loss(weight - 0.001)) / 0.002


def descend(learning_rate):
    """The weights of eight steps downhill, starting at 0."""
    weights = [0]
    for step in range(8):
        weights.append(weights[-1] - learning_rate * slope(weights[-1]))
    return weights


valley = np.linspace(-2, 6, 161)
figure, panels = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
for panel, learning_rate in zip(panels, [0.002, 0.04, 0.138]):
    weights = descend(learning_rate)
    panel.plot(valley, [loss(weight) for weight in valley], color="darkgrey")
    panel.plot(weights, [loss(weight) for weight in weights], marker="o", linewidth=1)
    panel.set_title(f"learning rate {learning_rate}")
    panel.set_xlabel("weight")
    print(f"{learning_rate}: weight {weights[-1]:.2f}, loss {loss(weights[-1]):.2f}")
panels[0].set_ylabel("loss")
plt.tight_layout()
plt.show()
