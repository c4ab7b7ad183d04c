#!/usr/bin/env bash
# verification.sh: what `make verification` runs: the kernels against what is known, on the full grids and
# for the whole time, in release, one case after the other. Prints the tables of tests/verification/README.md.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

export DOTHI_VERIFICATION=full
cargo test --release --locked -p verification -- --nocapture --test-threads=1
