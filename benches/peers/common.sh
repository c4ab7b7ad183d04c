# shellcheck shell=bash
# common.sh: what the comparisons with peers share: a PostGIS of their own filled with the buildings of a demo city,
# servers that are waited for and stopped. Sourced after scripts/env.sh and the settings BUILDINGS and DATA.

PG_BIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)

# need TOOL…: without PostgreSQL, ogr2ogr and these there is no peer.
need() {
  for tool in "$@" ogr2ogr "$PG_BIN/initdb"; do
    if ! command -v "$tool" >/dev/null; then
      note "SKIP: ${tool##*/} is not installed, so there is no peer to measure against"
      exit 0
    fi
  done
}

release="$TARGET/release"
work=$(mktemp -d)
chmod 755 "$work"
running=()

stop_all() {
  local pid
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  if [ -f "$work/pg/data/postmaster.pid" ]; then as_postgres "$PG_BIN/pg_ctl" -D "$work/pg/data" -m immediate stop >/dev/null || true; fi
  rm -rf "$work"
}
trap stop_all EXIT

# PostgreSQL does not run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# town: sets `data`, the demo city that is asked for, and `source_file`, its buildings.
town() {
  data=${DATA:-}
  if [ -z "$data" ]; then
    data="$TARGET/bench/demo-$BUILDINGS"
    [ -f "$data/catalog.toml" ] || "$release/datasets" generate --seed 1 --buildings "$BUILDINGS" --into "$data"
  fi
  source_file=$(find "$data/layers" -name 'buildings.*.fgb' | head -1)
  [ -n "$source_file" ] || fail "there are no buildings in $data"
}

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
