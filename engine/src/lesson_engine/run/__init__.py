"""Code is executed, in Jupyter's kernels. Imports `core`."""
