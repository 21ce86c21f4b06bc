"""Diagrams of episode 11."""

from workflow import workflow as _workflow


def workflow():
    """The ten steps, 7 and 8 marked."""
    return _workflow({7, 8})
