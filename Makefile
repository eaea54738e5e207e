# The commands of wenzheng. Python >= 3.11 and make are enough; see scripts/setup.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
# A process for each core, four at most for their memory; a file of tests to one of them: its tests share one broker and
# database. Long files begin first (tests/conftest.py), not those with many tests. The slowest ten are told.
PROCESSES := $(shell n=$$(nproc 2> /dev/null || echo 2); echo $$((n < 2 ? 2 : n > 4 ? 4 : n)))
AT_ONCE := -n $(PROCESSES) --dist loadfile --durations=10
# Where a third of the time is spent waiting for broker, database and stacks, one more (1,139 s with two on two cores, 752 with three).
WAITING := -n $(shell echo $$(($(PROCESSES) + 1))) --dist loadfile --durations=10

# What is imported is compiled once, not by each of the hundreds of processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup up demo test test-most test-alone test-browser test-fast test-small lint style types arrows written check bench pictures planted simulate battery down

help: ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## what the others need, without starting anything
	@bash scripts/setup

up: setup ## start everything, Ctrl-C stops it
	@exec .venv/bin/wenzheng up

demo: setup ## a month of real life in about two minutes; DEMO=--exit ends it
	@exec .venv/bin/wenzheng demo $(DEMO)

test: setup ## every test, on the real broker, database and browser too
	@bash scripts/setup browser
	@bash scripts/setup promtool
	@begun=$$(date +%s); $(MAKE) --no-print-directory test-most test-alone test-browser && echo "make test: $$(($$(date +%s) - begun)) s"

test-most:
	@$(PY) -m pytest $(WAITING) -m "not browser and not alone"

# What ends processes and waits for others to notice: mostly waiting, so two at once, and nothing else beside them.
test-alone:
	@$(PY) -m pytest -n 2 --dist loadfile --durations=10 -m alone tests/system

# In processes of their own: playwright holds an event loop as long as a browser is open.
test-browser:
	@$(PY) -m pytest $(AT_ONCE) -m browser tests/fronts

test-fast: setup ## the tests without broker, database and browser; TESTS=tests/city chooses
	@$(PY) -m pytest -q $(AT_ONCE) -m "not real and not slow" $(TESTS)

test-small: setup ## those of them that take less than a tenth of a second of processor
	@$(PY) -m tests.side_by_side $(PROCESSES) -m "not real and not slow and not medium" $(TESTS)

lint: setup ## format, lint, types, import laws, generated documents
	@$(MAKE) --no-print-directory -j $(PROCESSES) types written arrows style

style:
	@.venv/bin/ruff format --check -q .
	@.venv/bin/ruff check -q .

types:
	@.venv/bin/mypy --strict contracts city chassis services fronts wenzheng wenzheng_client

arrows:
	@.venv/bin/lint-imports --no-cache > /tmp/wenzheng-imports.$$$$ || { cat /tmp/wenzheng-imports.$$$$; rm -f /tmp/wenzheng-imports.$$$$; exit 1; }; rm -f /tmp/wenzheng-imports.$$$$

written:
	@$(PY) -m wenzheng.tools.written
	@$(PY) -m wenzheng city check cities/suqian > /dev/null

check: setup ## what every commit must pass: lint and the small tests
	@begun=$$(date +%s); $(MAKE) --no-print-directory lint test-small && echo "make check: $$(($$(date +%s) - begun)) s"

bench: setup ## measure, beside calibration loops run in the same call
	@exec .venv/bin/wenzheng bench

pictures: setup ## photograph the pages into docs/pictures
	@bash scripts/setup browser
	@WENZHENG_PICTURES=docs/pictures $(PY) -m pytest -q tests/fronts/portal/citizens/test_pictures.py
	@# In a process of its own: playwright holds an event loop as long as a browser is open.
	@WENZHENG_PICTURES=docs/pictures $(PY) -m pytest -q tests/services/stats/test_papers.py

planted: setup ## plant the bugs of the catalogue one at a time; BUGS="engine --nearest" chooses
	@$(PY) -m tests.planted $(BUGS)

simulate: setup ## the city under seeds, with everything going wrong; SEEDS="0-99 --posts 200" chooses
	@$(PY) -m tests.simulation $(SEEDS)

battery: setup ## faults of real parts while people use the stack; FAULTS="kills storm --seed 12" chooses
	@$(PY) -m tests.battery $(FAULTS)

down: ## stop a stack in the background
	@.venv/bin/wenzheng down
