# `make demo` and `make test` do everything on a fresh machine; the rest are shortcuts.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)
INSTALL = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)

.PHONY: help venv demo test lint words clean

help:            ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

venv: $(VENV)/.installed words   ## build .venv with the kora command

$(VENV)/.created:
	@bash .ci/machine python
	$(if $(UV),$(UV) venv --quiet --python $(PYTHON) --allow-existing $(VENV),$(PYTHON) -m venv $(VENV))
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.created
	$(INSTALL) -e .
	@touch $@

$(VENV)/.testable: pyproject.toml $(VENV)/.installed
	$(INSTALL) -e '.[test]'
	@touch $@

words: $(VENV)/.installed
	@$(BIN)/pybabel --quiet compile --directory interface/translations --domain kora

demo: venv       ## two nodes, the gateway and a simulated partner on this machine
	@$(BIN)/kora demo

test: venv $(VENV)/.testable   ## install what the tests need and run all of them
	@bash .ci/machine tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile

lint: $(VENV)/.testable        ## style, types and layers only
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:           ## remove what the targets above made
	rm -rf $(VENV) kora-data build *.egg-info
