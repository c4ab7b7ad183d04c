#!/usr/bin/env bash
# fuzz.sh: what `make fuzz` runs: each target under fuzz/ for TIME seconds. libFuzzer's instruments need a
# nightly compiler, or a stable one that is told to act as one.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

if ! cargo fuzz --version >/dev/null 2>&1; then
  note "SKIP fuzz: cargo-fuzz is not installed (cargo install cargo-fuzz)"
  exit 0
fi
nightly=()
if rustup toolchain list 2>/dev/null | grep -q '^nightly'; then
  nightly=(+nightly)
else
  export RUSTC_BOOTSTRAP=1
fi
for target in cql2_text cql2_json; do
  say "$target"
  cargo "${nightly[@]}" fuzz run --fuzz-dir fuzz "$target" -- \
    -max_total_time="${TIME:-60}" -max_len=4096 -dict=fuzz/cql2.dict
done
