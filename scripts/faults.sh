#!/usr/bin/env bash
# faults.sh: what `make faults` runs: the fault suite in its long form. ROUNDS says how often the server
# is killed, SEED which course events take.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

scripts/setup.sh test
export DOTHI_BIN_DIR="${DOTHI_BIN_DIR:-$TARGET/debug}"
export DOTHI_FAULT_ROUNDS="${ROUNDS:-200}" DOTHI_FAULT_SEED="${SEED:-1}"

# As `make test` builds them: another selection of features would build dependencies a second time.
cargo build --workspace --bins --tests --locked
cargo test --workspace --locked --test faults -- --nocapture --test-threads=2
