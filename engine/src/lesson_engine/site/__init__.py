"""Pages are made, by Sphinx. Imports `core`."""
