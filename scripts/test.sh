#!/usr/bin/env bash
# test.sh: every test of the house.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"
# shellcheck source=scripts/steps.sh
source "$ROOT/scripts/steps.sh"

scripts/setup.sh test
[ -x "$CACHE/node/bin/node" ] && export PATH="$CACHE/node/bin:$PATH"

# The suites drive the built programs, which `cargo test` alone would not build.
export DOTHI_BIN_DIR="$TARGET/debug"

# CI builds the twin for browsers where all before took less than this: a machine as quick needs 13 minutes for it, and 16 for
# browser tests and lint (benches/RESULTS.md, Building), so that it is done within 75.
PAGE_UNTIL_S=2640

rust_tests() {
  if command -v cargo-nextest >/dev/null; then
    cargo nextest run --workspace --locked --no-fail-fast && cargo test --doc --workspace --locked
  else
    cargo test --workspace --locked --no-fail-fast
  fi
}

in_web() { (cd web && npm run --silent "$1"); }
has_script() { grep -q "\"$1\":" web/package.json 2>/dev/null; }

web_map() { scripts/web.sh; }

chromium_is_here() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null; }

# Programs and tests in one selection: another would choose other features of the dependencies and
# build many of them, PROJ among them, a second time.
step "build the programs and tests" cargo build --workspace --bins --tests --locked
[ ${#STEPS_FAILED[@]} = 0 ] || finish
step "build the web map" web_map
step "Rust tests and doctests" rust_tests
if has_script test; then step "web unit tests" in_web test; fi
# A third build of Bevy, 26 minutes of a processor: where it is asked for (1), or where CI has time for it (auto) after
# what was built and tested (docs/adr/0011-browser-twin.md).
if [ "${DOTHI_TWIN_WEB:-}" = 1 ] || { [ "${DOTHI_TWIN_WEB:-}" = auto ] && [ "$SECONDS" -lt "$PAGE_UNTIL_S" ]; }; then
  step "build the twin for browsers" scripts/twin-web.sh
else
  note "SKIP the twin for browsers after $((SECONDS / 60)) min: DOTHI_TWIN_WEB=1 builds it and opens it in the browser tests"
fi
if has_script e2e; then
  if chromium_is_here; then
    step "browser tests" in_web e2e
  elif [ "$(distribution)" = debian ]; then
    STEPS_FAILED+=("browser tests: chromium is not installed")
  else
    note "SKIP browser tests: chromium is not installed (on Ubuntu it is a snap)"
  fi
fi
finish
