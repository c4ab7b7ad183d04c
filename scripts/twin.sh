#!/usr/bin/env bash
# twin.sh: build the twin, make the demo city if DATA holds none, and open a window on it (or on SERVER).
# One profile, dev, serves tests, stills and this: Bevy is built once (docs/adr/0009-bevy.md).
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

: "${DATA:=data}" "${SERVER:=}" "${BUILDINGS:=20000}" "${SEED:=1}"

scripts/setup.sh twin
cargo build --locked --workspace --bins
if [ -n "$SERVER" ]; then
  exec "$TARGET/debug/twin" --server "$SERVER"
fi
if [ ! -f "$DATA/catalog.toml" ]; then
  say "Generating the demo city (synthetic data, $BUILDINGS buildings) into $DATA/"
  "$TARGET/debug/datasets" generate --seed "$SEED" --buildings "$BUILDINGS" --into "$DATA"
fi
exec "$TARGET/debug/twin" --data "$DATA"
