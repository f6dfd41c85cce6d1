# Daily commands; `just` lists them. Each needs .venv, which `just setup` makes.

bin := ".venv/bin"

_default:
    @just --list

# install into .venv, with everything that the tests need
setup:
    python3 -m venv .venv
    {{bin}}/pip install -e '.[test]'

# run the tests, or some: just test tests/report -k guard
test *args:
    {{bin}}/pytest -n auto {{args}}

# look for mistakes in style, and for files that are not formatted
lint:
    {{bin}}/ruff check
    {{bin}}/ruff format --check

# mend what can be mended by itself
format:
    {{bin}}/ruff check --fix
    {{bin}}/ruff format

# check the types
types:
    {{bin}}/mypy

# check the walls between the rooms: who may import whom
walls:
    {{bin}}/lint-imports

# everything that must pass before a commit
check: lint types walls test

# import the sample leads, or what is named, into a sandbox: just run leads.csv -v
run file="samples/leads.xlsx" *args:
    {{bin}}/lsq-import {{file}} --sandbox {{args}}

# start a LeadSquared of one's own: just sandbox --limit 25/5
sandbox *args:
    {{bin}}/lsq-import sandbox {{args}}

# build samples/leads.xlsx and .csv again from their one list
samples:
    {{bin}}/python samples/make_samples.py

# bring the README's help text up to date
help-text:
    {{bin}}/python tests/docs/help_text.py

# measure pace, own cost, reading, growth, start, shared budget, machines, a week: about 40 minutes; or some: just bench pace
bench *names="pace bulk own_cost reading growth start budget machines week":
    for name in {{names}}; do {{bin}}/python benchmarks/$name.py || exit 1; done

# throw odd files, configs and replies at the command, by a seed: some minutes; just fuzz 2
fuzz seed="1":
    {{bin}}/python tests/fuzz/drive.py --reading --count 3000 --seed {{seed}}
    {{bin}}/python tests/fuzz/drive.py --reading --mutated --count 3000 --seed {{seed}}
    {{bin}}/python tests/fuzz/drive.py --count 1000 --seed {{seed}}
    {{bin}}/python tests/fuzz/drive.py --mutated --count 1000 --seed {{seed}}
    {{bin}}/python tests/fuzz/drive.py --kind report --count 50 --seed {{seed}}
    {{bin}}/python tests/fuzz/fuzz_configs.py 2000 {{seed}}
    {{bin}}/python tests/fuzz/fuzz_replies.py 5000 {{seed}}

# kill importers and play the person who edits and stops them, by a seed: half an hour
chaos seed="1":
    {{bin}}/python tests/chaos/chaos.py --kills 100 --seed {{seed}}
    {{bin}}/python tests/chaos/chaos.py --kills 100 --route bulk --reference --seed {{seed}}
    {{bin}}/python tests/chaos/person.py --acts 300 --seed {{seed}}
