# make site   the lesson's site, from the recorded outputs, in _site/
# make test   every check, with every block of every episode executed
# Each makes its own environment; Python 3.11 or newer is all they need.

PYTHON ?= python3
SITE := .venv-site
TEST := .venv-test
GPU := $(shell nvidia-smi -L 2>/dev/null | grep -c GPU)
TEST_LOCK := requirements/test-$(if $(filter 0,$(GPU)),cpu,gpu).txt

.PHONY: help site serve test check record export figures lock clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile
	@echo "make check | record | export | serve   the same for the lesson alone: see lesson --help"
	@echo "make figures   draw the diagrams;   make lock   pin the newest versions"

site: $(SITE)/ready
	$(SITE)/bin/lesson build

serve: $(SITE)/ready
	$(SITE)/bin/lesson serve

test: $(TEST)/ready
	$(TEST)/bin/python -m pytest

check record export: $(TEST)/ready
	$(TEST)/bin/lesson $@

figures: $(TEST)/ready
	$(TEST)/bin/python fig/draw

# One lock file an environment, with the same versions for every Python and system.
COMPILE := .venv-lock/bin/uv pip compile -q --upgrade --universal --fork-strategy fewest \
  --python-version 3.11 --no-header --no-annotate --no-emit-index-url pyproject.toml
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install -q uv
	$(COMPILE) -o requirements/site.txt
	$(COMPILE) --extra run requirements/lesson-cpu.in -o requirements/test-cpu.txt
	$(COMPILE) --extra run requirements/lesson-gpu.in -o requirements/test-gpu.txt

$(SITE)/ready: requirements/site.txt pyproject.toml
$(TEST)/ready: $(TEST_LOCK) pyproject.toml
$(SITE)/ready $(TEST)/ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install -q --disable-pip-version-check -r $<
	$(@D)/bin/pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

clean:
	rm -rf _site build $(SITE) $(TEST) .venv-lock
