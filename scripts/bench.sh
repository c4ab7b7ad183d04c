#!/usr/bin/env bash
# bench.sh: what `make bench` runs. The figures belong into benches/RESULTS.md, with the machine.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

scripts/setup.sh run
# Without the twin: Bevy is built in one profile, and that is dev (docs/adr/0009-bevy.md).
cargo build --release --locked --workspace --exclude twin --bins
cargo bench --locked --workspace --bench tiles --bench queries
"$TARGET/release/measure" --programs "$TARGET/release"
"$TARGET/release/features" --programs "$TARGET/release"
# Ten thousand WebSockets need a file descriptor each, here and there.
ulimit -n "$(ulimit -Hn)"
"$TARGET/release/measure_feeds" --programs "$TARGET/release"
