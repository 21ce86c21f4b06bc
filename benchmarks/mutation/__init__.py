"""Single changes to a lesson (kinds), and whether the checker notices them (judge)."""
