#!/usr/bin/env bash
# bench.sh: what `make bench` runs. The figures belong into benches/RESULTS.md, with the machine.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

scripts/setup.sh run
cargo build --release --locked --workspace --bins
cargo bench --locked --workspace --bench tiles --bench queries
"$TARGET/release/measure" --programs "$TARGET/release"
# Ten thousand WebSockets need a file descriptor each, here and there.
ulimit -n "$(ulimit -Hn)"
"$TARGET/release/measure_feeds" --programs "$TARGET/release"
