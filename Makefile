# The words of this project. `make run` and `make test` work on a fresh clone.

PORT ?= 7001
DIR ?= .data/dev
T ?=
SOURCES := $(shell find src plugins test -name node_modules -prune -o -name '*.ts' -print 2>/dev/null)
AVA := node_modules/.bin/ava --concurrency=2

.PHONY: build run test one lint sim chaos chaos-members differential acceptance suite example bench bench-compare bench-growth soak clean

# A linked node_modules (of a git worktree) is left alone.
node_modules: package-lock.json
	@test -L node_modules || npm ci --no-audit --no-fund
	@touch -h node_modules

build: dist/.built

# Not even the compiler starts when nothing changed: a later `make run` is ready sooner.
dist/.built: node_modules tsconfig.json package.json $(SOURCES)
	node_modules/.bin/tsc -p tsconfig.json
	@touch $@

# Three members on 127.0.0.1, ports PORT to PORT+2; Ctrl-C stops all.
run: build
	@exec node dist/src/main.js dev --port $(PORT) --dir $(DIR)

# Every test in its short form.
test: build
	node dist/test/report.js $(AVA) --tap

# One file: make one T=test/config/load.test.ts
one: build
	$(AVA) $(patsubst %.ts,dist/%.js,$(T))

lint: node_modules
	node_modules/.bin/biome check

# make sim SEED=1 RUNS=1000 TURNS=5000
sim: build
	@exec node dist/test/sim/main.js

# make chaos KILLS=100 ALL=20 PARTITIONS=50 STOPS=50 LEVEL=sequential SHARDS=4
chaos: build
	@exec node dist/test/chaos/main.js

# Members join, are removed and replaced under load and kills: make chaos-members CHANGES=100 SHARDS=2 SEED=1
chaos-members: build
	@exec node dist/test/chaos/members-main.js

# Random commands of every family beside redis-server: make differential COMMANDS=10000000 SEED=1
# FAMILY=hash,set COMMAND=zadd PROTOCOL=3 TARGET=core; COVERAGE=1 shows every option.
differential: build
	@exec node dist/test/differential/main.js

test/acceptance/node_modules: test/acceptance/package-lock.json
	@test -L $@ || npm ci --prefix test/acceptance --no-audit --no-fund
	@touch -h $@

# Applications of others against a cluster: make acceptance CASE=bullmq LEVEL=causal
acceptance: build test/acceptance/node_modules
	@exec node test/acceptance/main.js

# Redis' own tests, kept outside of this checkout: make suite SUITE=../redis-7.0.15 UNITS=type/hash FAILURES=1
suite: build
	@exec node dist/test/suite/main.js

# What each level promises and the one below it does not, or of one: make example L=causal
example: build
	@exec node dist/test/examples/levels.js

# Every question, or one: make bench B=memory ROUNDS=5
bench: build
	@exec node dist/test/bench/main.js

# Beside redis-server, nutcracker, memcached, etcd and ZooKeeper, into docs/compare: make bench-compare ONLY=cache,etcd
bench-compare: build
	@exec node dist/test/compare/main.js

# What an operation costs as keys, clients, values, pipeline, members or shard groups grow: make bench-growth ONLY=keys MOST=1000000
bench-growth: build
	@exec node dist/test/compare/growth-main.js

# Hours of mixed load at the memory's bound with faults: make soak MINUTES=60 MEMORY=16mb SEED=1
soak: build
	@exec node dist/test/soak/main.js

clean:
	rm -rf dist .data

