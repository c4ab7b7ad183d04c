#!/usr/bin/env bash
# run.sh: build, make the demo city if DATA holds none, serve it. See the Makefile for the settings.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

: "${DATA:=data}" "${HTTP:=127.0.0.1:8080}" "${BUILDINGS:=20000}" "${SEED:=1}"

scripts/setup.sh run
[ -x "$CACHE/node/bin/node" ] && export PATH="$CACHE/node/bin:$PATH"
scripts/web.sh
cargo build --release --locked -p datasets -p gis-server
if [ ! -f "$DATA/catalog.toml" ]; then
  say "Generating the demo city (synthetic data, $BUILDINGS buildings) into $DATA/"
  "$TARGET/release/datasets" generate --seed "$SEED" --buildings "$BUILDINGS" --into "$DATA"
fi
exec "$TARGET/release/gis-server" --data "$DATA" --http "$HTTP"
