# %% [markdown]
# # Neural networks from the inside
#
# Made from episodes/02-neural-networks.md by `lesson export`: edit that file.

# %% [markdown]
# ## Catch up

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

# %% [markdown]
# ## One neuron

# %%
inputs = np.array([0.9, 0.4, 0.1])  # warm, humid, windy
weights = np.array([2, 1, -3])
bias = -0.5

weighted_sum = np.sum(inputs * weights) + bias
print("weighted sum:", round(weighted_sum, 2))

output = np.maximum(0, weighted_sum)  # ReLU: whichever is larger
print("output:", round(output, 2))

# %%
inputs = np.array([0.9, 0.4, 0.8])  # only the wind has changed

weighted_sum = np.sum(inputs * weights) + bias
print("weighted sum:", round(weighted_sum, 2))

output = np.maximum(0, weighted_sum)
print("output:", round(output, 2))

# %% [markdown]
# ## Challenge: The same neuron in NumPy

# %% [markdown]
# Solution

# %%
inputs = np.array([0, 0.5, 1])
weights = np.array([-1, -0.5, 0.5])
bias = 1

weighted_sum = np.sum(inputs * weights) + bias
output = np.maximum(0, weighted_sum)
print("weighted sum:", weighted_sum)
print("output:", output)


# %% [markdown]
# ## Activation functions

# %%
def linear(z):
    """The weighted sum as it is."""
    return z


def relu(z):
    """Zero for negative numbers, positive ones as they are."""
    return np.maximum(0, z)


def sigmoid(z):
    """An S-shaped curve from 0 to 1."""
    return 1 / (1 + np.exp(-z))


for z in [-4, -1, 0, 1, 4]:
    print(f"z = {z:2}:  linear {linear(z):2}  relu {relu(z)}  sigmoid {sigmoid(z):.3f}")

# %%
z = np.linspace(-6, 6, 241)  # 241 numbers from -6 to 6

# one row of three plots
figure, panels = plt.subplots(1, 3, figsize=(11, 3.6))
for panel, activation in zip(panels, [linear, relu, sigmoid]):
    panel.plot(z, activation(z))
    panel.set_title(activation.__name__)  # the name after "def"
    panel.set_xlabel("weighted sum z")
panels[0].set_ylabel("output of the neuron")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: Optional: what two neurons can do and one cannot

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
# ## Challenge: A loss on paper

# %% [markdown]
# Solution

# %%
table = pd.DataFrame({"prediction": [1, 2, 0, 3], "target": [-1, -1, 0, 2]})
table["error"] = table["prediction"] - table["target"]
table["squared error"] = table["error"] ** 2
print(table)

mean_squared_error = table["squared error"].mean()
print("mean squared error:", mean_squared_error)


# %% [markdown]
# ## Challenge: Optional: which loss minds outliers more?

# %%
def squared_error(error):
    """The error times itself."""
    return error**2


def huber_loss(error):
    """Half the square of small errors, a straight line for large ones."""
    size = np.abs(error)
    # where the question is answered "yes" the first value, elsewhere the second
    return np.where(size <= 1, size**2 / 2, size - 0.5)


errors = np.linspace(-5, 5, 201)
plt.plot(errors, squared_error(errors), label="squared error")
plt.plot(errors, huber_loss(errors), linestyle="--", label="Huber loss")
plt.xlabel("error")
plt.ylabel("loss")
plt.legend()
plt.show()

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
# ## Gradient descent: how to get better

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


# %%
def descend(learning_rate, steps):
    """All weights on the way down, beginning at 0."""
    weight = 0
    path = [weight]
    for step in range(steps):
        weight = weight - learning_rate * slope(weight)
        path.append(weight)
    return np.array(path)


def losses_of(weights):
    """The loss of each weight."""
    return np.array([loss(weight) for weight in weights])


learning_rates = {"too small": 0.002, "good": 0.04, "too large": 0.138}
valley = np.linspace(-2, 6, 161)

figure, panels = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
for panel, name in zip(panels, learning_rates):
    path = descend(learning_rates[name], steps=8)
    panel.plot(valley, losses_of(valley), color="darkgrey")
    panel.plot(path, losses_of(path), marker="o", linewidth=1)
    panel.set_title(f"{name}: {learning_rates[name]}")
    panel.set_xlabel("weight")
    print(f"{name}: weight {path[-1]:.2f}, loss {loss(path[-1]):.2f}")
panels[0].set_ylabel("loss")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Challenge: Find the mistake

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
# ## Check your installation

# %%
import importlib

import keras
import matplotlib
import seaborn as sns
import sklearn

# the library with which Keras computes
backend = importlib.import_module(keras.config.backend())
for library in [keras, backend, sns, sklearn, np, pd, matplotlib]:
    print(library.__name__, library.__version__)
