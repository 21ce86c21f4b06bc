"""Text in, text out: no kernel, no Sphinx, no pytest. Imports nothing of `run` and `site`."""
