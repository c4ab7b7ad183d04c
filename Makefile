# Commands of the house. Each target is one line of logic; what is longer lives in scripts/.
#
#   make run  DATA=data HTTP=127.0.0.1:8080 BUILDINGS=20000 FLEET=calm|storm|flood|off
#   make import SRC=roads.shp LAYER=roads ROLE=roads [CRS=EPSG:5899] [DATA=data]
#   make twin  DATA=data [SERVER=http://127.0.0.1:8080]
#   make twin-web [RELEASE=1]
#   make faults [ROUNDS=200] [SEED=1]   `make test` runs ten rounds of it (DOTHI_FAULT_ROUNDS)
#
# CARGO_TARGET_DIR is respected; absent, cargo builds into target/.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run twin twin-web import test faults verification fuzz lint fmt bench bench-peers bless docs

DATA ?= data
HTTP ?= 127.0.0.1:8080
BUILDINGS ?= 20000
SEED ?= 1
FLEET ?= calm
TIME ?= 60

help: ## list the targets
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing: system packages, Node, npm packages
	@scripts/setup.sh test

run: ## build, generate the demo city if there is none, serve it with its simulated devices
	@DATA='$(DATA)' HTTP='$(HTTP)' BUILDINGS='$(BUILDINGS)' SEED='$(SEED)' FLEET='$(FLEET)' scripts/run.sh

twin: ## open the 3-D twin on the demo city, or on a server: SERVER=http://…
	@DATA='$(DATA)' SERVER='$(SERVER)' BUILDINGS='$(BUILDINGS)' SEED='$(SEED)' scripts/twin.sh

twin-web: ## build the twin for browsers, served at /3d [RELEASE=1: smaller, takes minutes more]
	@RELEASE='$(RELEASE)' scripts/twin-web.sh

import: ## publish a file as a layer: SRC=file LAYER=id ROLE=role [CRS=EPSG:5899] [DATA=data]
	@DATA='$(DATA)' SRC='$(SRC)' LAYER='$(LAYER)' ROLE='$(ROLE)' CRS='$(CRS)' scripts/import.sh

test: ## install what tests need and run every test: Rust, doctests, web, browser
	@scripts/test.sh

faults: ## the fault suite in its long form: kills, power cuts, broken disks, hostile clients [ROUNDS=200] [SEED=1]
	@ROUNDS='$(ROUNDS)' SEED='$(SEED)' scripts/faults.sh

verification: ## kernels against exact solutions and other programs, in full, with the tables
	@scripts/verification.sh

fuzz: ## each fuzz target for a minute [TIME=seconds], where cargo-fuzz is installed
	@TIME='$(TIME)' scripts/fuzz.sh

lint: ## formatting, clippy, eslint, tsc; cargo-deny, typos, shellcheck where installed
	@scripts/lint.sh

fmt: ## format the Rust code
	@cargo fmt --all

bench: ## criterion benches and load programs, built in release
	@scripts/bench.sh

bench-peers: ## the same tiles and pages from gis-server and from Martin and pygeoapi over PostGIS, side by side
	@benches/peers/tiles.sh
	@benches/peers/features.sh

bless: ## write the golden API document anew (look at the diff before you commit it)
	@DOTHI_BLESS=1 cargo test --workspace --locked --lib golden_one

docs: ## the code's own documentation, into the target folder's doc/
	@cargo doc --workspace --no-deps --locked
