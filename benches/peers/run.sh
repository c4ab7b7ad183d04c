#!/usr/bin/env bash
# run.sh: the same buildings and the same random tiles from gis-server and from Martin over PostGIS,
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
PG_BIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
for tool in martin ogr2ogr "$PG_BIN/initdb"; do
  if ! command -v "$tool" >/dev/null; then
    note "SKIP: ${tool##*/} is not installed, so there is no peer to measure against"
    exit 0
  fi
done

cargo build --release --locked --workspace --bins
release="$TARGET/release"
work=$(mktemp -d)
chmod 755 "$work"
running=()

stop_all() {
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  if [ -f "$work/pg/data/postmaster.pid" ]; then as_postgres "$PG_BIN/pg_ctl" -D "$work/pg/data" -m immediate stop >/dev/null || true; fi
  rm -rf "$work"
}
trap stop_all EXIT

# PostgreSQL does not run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

data=${DATA:-}
if [ -z "$data" ]; then
  data="$TARGET/bench/demo-$BUILDINGS"
  [ -f "$data/catalog.toml" ] || "$release/datasets" generate --seed 1 --buildings "$BUILDINGS" --into "$data"
fi
source_file=$(find "$data/layers" -name 'buildings.*.fgb' | head -1)
[ -n "$source_file" ] || fail "there are no buildings in $data"

start_postgis() {
  mkdir "$work/pg"
  [ "$(id -u)" = 0 ] && chown postgres "$work/pg"
  as_postgres "$PG_BIN/initdb" -D "$work/pg/data" -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  as_postgres "$PG_BIN/pg_ctl" -D "$work/pg/data" -w -l "$work/pg/log" \
    -o "-p 54329 -h 127.0.0.1 -k $work/pg -c shared_buffers=2GB -c max_parallel_workers_per_gather=0" start >/dev/null
  export PGHOST=127.0.0.1 PGPORT=54329 PGUSER=postgres
  [ "$(id -u)" = 0 ] || PGUSER=$(id -un)
  psql -q -d postgres -c 'create database town'
  psql -q -d town -c 'create extension postgis'
  ogr2ogr -q -f PostgreSQL "PG:host=127.0.0.1 port=54329 user=$PGUSER dbname=town" "$source_file" \
    -nln buildings -lco GEOMETRY_NAME=geom -lco SPATIAL_INDEX=GIST -t_srs EPSG:4326 -nlt PROMOTE_TO_MULTI \
    --config PG_USE_COPY YES
  psql -q -d town -c 'cluster buildings using buildings_geom_geom_idx' -c 'vacuum analyze buildings'
}

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

wait_for() {
  running+=("$pid")
  for _ in $(seq 600); do
    # A connection of bash's own: no further tool is needed.
    if (exec 3<>"/dev/tcp/${address%:*}/${address#*:}") 2>/dev/null; then return; fi
    sleep 0.1
  done
  cat "$work"/*.log >&2
  fail "no server at $address$1"
}

stop() {
  kill "$pid"
  wait "$pid" 2>/dev/null || true
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
