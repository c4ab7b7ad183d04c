#!/usr/bin/env bash
# run.sh: build, make the demo city if DATA holds none, serve it, and let its devices report. See the
# Makefile for the settings.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

: "${DATA:=data}" "${HTTP:=127.0.0.1:8080}" "${BUILDINGS:=20000}" "${SEED:=1}" "${FLEET:=calm}"

scripts/setup.sh run
[ -x "$CACHE/node/bin/node" ] && export PATH="$CACHE/node/bin:$PATH"
scripts/web.sh
# Without the twin: Bevy is built in one profile, and that is dev (docs/adr/0009-bevy.md).
cargo build --release --locked --workspace --exclude twin --bin gis-server --bin datasets --bin fleet
if [ ! -f "$DATA/catalog.toml" ]; then
  say "Generating the demo city (synthetic data, $BUILDINGS buildings) into $DATA/"
  "$TARGET/release/datasets" generate --seed "$SEED" --buildings "$BUILDINGS" --into "$DATA"
fi

said=$(mktemp)
stop() {
  rm -f "$said"
  if [ -n "${fleet:-}" ]; then kill "$fleet" 2>/dev/null || true; fi
  kill "$server" 2>/dev/null || true
  wait "$server" || true
}
"$TARGET/release/gis-server" --data "$DATA" --http "$HTTP" > >(tee "$said") &
server=$!
trap stop EXIT
trap 'exit 130' INT TERM

# Devices report only for a city that is made up: those of a real one speak for themselves.
if [ "$FLEET" != off ] && grep -q '^synthetic = true' "$DATA/catalog.toml"; then
  until address=$(grep -om1 'https\?://[^ ]*' "$said"); do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
  done
  if [ -n "$address" ]; then
    history=(); [ -f "$DATA/fleet.log" ] || history=(--history 12h)
    "$TARGET/release/fleet" --server "$address" --scenario "$FLEET" --seed "$SEED" "${history[@]}" >"$DATA/fleet.log" 2>&1 &
    fleet=$!
    note "The city's devices are simulated ($FLEET); what they say: $DATA/fleet.log"
  fi
fi
wait "$server"
