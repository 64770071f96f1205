# Every target does its own set-up; see installer/bootstrap.py for the same without make.
PYTHON ?= python3

.PHONY: demo test setup run docs clean

demo:  ## train on three real symbols, judge a fourth that the model never saw
	$(PYTHON) installer/bootstrap.py demo

test:  ## every check and test
	$(PYTHON) installer/bootstrap.py test

setup:  ## only make .venv/
	$(PYTHON) installer/bootstrap.py setup

run: setup  ## open the window on this folder
	.venv/bin/python -m ktrdr_app

docs: setup  ## build the documentation into site/
	.venv/bin/python -m mkdocs build --strict

clean:  ## remove what can be made again, never data, models or runs
	rm -rf .venv build dist site .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
