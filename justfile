# logeval: the everyday commands. `just` alone checks and tests.
default: check test

# Measure an experiment: `just experiment baseline-v1`, options pass through
experiment NAME *OPTIONS: compile
    ./logeval run {{NAME}} {{OPTIONS}}

# Is B better than A? `just compare baseline-v1 json-schema-v1`
compare A B *OPTIONS: compile
    ./logeval compare {{A}} {{B}} {{OPTIONS}}

# Rank all experiments, into evals/experiments/leaderboard.json
leaderboard *OPTIONS: compile
    ./logeval leaderboard {{OPTIONS}}

# Search for a better prompt: `just optimize-prompts --candidates 10`
[confirm("Needs the model server of baseline-v1 and asks it about 700 times, for minutes or hours. Go on? (y/N)")]
optimize-prompts *OPTIONS: compile
    ./logeval optimize {{OPTIONS}}

# Search, then measure the winner on the full set, promoted or not, and compare it with the baseline
optimize-and-validate *OPTIONS: compile
    ./logeval optimize {{OPTIONS}}
    ./logeval run evals/optimization/runs/latest/baseline.yaml
    ./logeval run evals/optimization/runs/latest/experiment.yaml
    ./logeval compare evals/optimization/runs/latest/baseline.yaml evals/optimization/runs/latest/experiment.yaml

# Start the model server as the experiments expect it
llm MODEL:
    llama-server -m {{MODEL}} -ngl 99 -np 4 --port 8080

# Format check, lint, type check
check:
    deno task check

# Every test, about a minute
test:
    deno task test

# Build ./logeval; `just compile --target aarch64-apple-darwin` for another machine
compile *OPTIONS:
    deno task compile {{OPTIONS}}
