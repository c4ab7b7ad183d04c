#!/usr/bin/env bash
# tiles.sh: the same buildings and the same random tiles from gis-server and from Martin over PostGIS,
# one after the other on this machine, uncached and cached, gzip accepted. Prints a table.
#
# Wants: martin 1.14.0, PostgreSQL 15 with PostGIS 3, ogr2ogr. It makes a database cluster of its own
# in a temporary folder and removes it. Settings: BUILDINGS, DATA, SECONDS_EACH, CONNECTIONS, TILES (of
# z16; of z14 a fifth and of z12 a twentieth are asked for, so that the peer can have cached them all).
#
#   cargo install martin --version 1.14.0 --locked --no-default-features \
#     --features geojson,mbtiles,postgres,metrics
#   apt-get install postgresql-15 postgresql-15-postgis-3 gdal-bin

# shellcheck source=scripts/env.sh
source "$(dirname "$0")/../../scripts/env.sh"

: "${BUILDINGS:=500000}" "${SECONDS_EACH:=8}" "${CONNECTIONS:=16}" "${TILES:=1000}"
# shellcheck source=benches/peers/common.sh
source benches/peers/common.sh
need martin

cargo build --release --locked --workspace --exclude twin --bins
town

# start_martin CACHE_MB: sets `pid` and `address`.
start_martin() {
  martin --listen-addresses 127.0.0.1:39871 --cache-size "$1" \
    "postgres://$PGUSER@127.0.0.1:54329/town" >"$work/martin.log" 2>&1 &
  pid=$!
  address=127.0.0.1:39871
  wait_for /health
}

# start_ours CACHE_MIB
start_ours() {
  RUST_LOG=warn "$release/gis-server" --data "$data" --http 127.0.0.1:39872 --tile-cache-mib "$1" \
    >"$work/gis-server.log" 2>&1 &
  pid=$!
  address=127.0.0.1:39872
  wait_for /health
}

# measure NAME PATH [--warm]
measure() {
  local name=$1 path=$2 zoom
  shift 2
  declare -A share=([12]=20 [14]=5 [16]=1)
  for zoom in 12 14 16; do
    "$release/load" --name "$name" --server "$address" --path "$path" --data "$data" --zoom "$zoom" \
      --tiles "$((TILES / share[$zoom]))" --connections "$CONNECTIONS" --seconds "$SECONDS_EACH" "$@"
  done
}

martin_tile='/buildings/{z}/{x}/{y}'
our_tile='/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}'

say "PostGIS is filled with $(basename "$source_file")"
start_postgis
echo
echo "| Server | Zoom | Requests | Median | p99 | Tile | Empty | Failed |"
echo "|---|---|---|---|---|---|---|---|"
start_martin 0
measure "Martin 1.14.0 over PostGIS, uncached" "$martin_tile"
stop
start_martin 1024
measure "Martin 1.14.0 over PostGIS, cached" "$martin_tile" --warm
stop
as_postgres "$PG_BIN/pg_ctl" -D "$work/pg/data" -m fast stop >/dev/null
start_ours 0
measure "gis-server, uncached" "$our_tile"
stop
start_ours 1024
measure "gis-server, cached" "$our_tile" --warm
stop
