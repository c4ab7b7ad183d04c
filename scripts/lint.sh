#!/usr/bin/env bash
# lint.sh: what a reviewer should not have to say.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"
# shellcheck source=scripts/steps.sh
source "$ROOT/scripts/steps.sh"

scripts/setup.sh run
[ -x "$CACHE/node/bin/node" ] && export PATH="$CACHE/node/bin:$PATH"

in_web() { (cd web && npm run --silent "$1"); }
has_script() { grep -q "\"$1\":" web/package.json 2>/dev/null; }

step "rustfmt" cargo fmt --all -- --check
step "clippy" cargo clippy --workspace --all-targets --locked -- -D warnings
if has_script lint; then step "web lint" in_web lint; fi
if has_script typecheck; then step "web types" in_web typecheck; fi
step_if shellcheck "shell scripts" shellcheck -x .ci/run scripts/*.sh benches/peers/*.sh
step_if cargo-deny "licences and advisories" cargo deny --offline check bans licenses sources
step_if cargo-machete "unused dependencies" cargo machete
step_if typos "spelling" typos
finish
