#!/usr/bin/env bash
# import.sh: publish SRC as LAYER with ROLE into DATA; CRS is optional.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

: "${DATA:=data}"
if [ -z "${SRC:-}" ] || [ -z "${LAYER:-}" ] || [ -z "${ROLE:-}" ]; then
  fail "say what to import: make import SRC=roads.shp LAYER=roads ROLE=roads [CRS=EPSG:5899] [DATA=data]"
fi
scripts/setup.sh run
# The selection of run.sh, so that nothing is built a second time with other features.
cargo build --release --locked --workspace --exclude twin --bin gis-server --bin datasets --bin fleet
crs=()
[ -n "${CRS:-}" ] && crs=(--crs "$CRS")
exec "$TARGET/release/datasets" import "$SRC" --layer "$LAYER" --role "$ROLE" --into "$DATA" "${crs[@]}"
