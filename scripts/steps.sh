# shellcheck shell=bash
# Sourced after env.sh: run named steps, go on after a failure, tell at the end which failed.

STEPS_FAILED=()

# step NAME COMMAND...: runs the command; a failure is kept for `finish`.
step() {
  local name=$1 began=$SECONDS
  shift
  say "== $name"
  if "$@" </dev/null; then
    note "$name: ok ($((SECONDS - began)) s)"
  else
    note "$name: FAILED ($((SECONDS - began)) s)"
    STEPS_FAILED+=("$name")
  fi
}

# step_if TOOL NAME COMMAND...: as step, where TOOL is installed.
step_if() {
  local tool=$1 name=$2
  shift
  if command -v "$tool" >/dev/null; then
    step "$@"
  else
    note "SKIP $name: $tool is not installed"
  fi
}

finish() {
  [ ${#STEPS_FAILED[@]} = 0 ] && return
  printf 'failed: %s\n' "${STEPS_FAILED[@]}" >&2
  exit 1
}
