"""Diagrams of episode 10."""

from workflow import workflow as _workflow


def workflow():
    """The ten steps, 6 and 9 marked."""
    return _workflow({6, 9})
