#!/usr/bin/env bash
# features.sh: the same pages of the same buildings from gis-server and from pygeoapi 0.21 over PostGIS, one after the
# other on this machine. Prints two tables; ours has rows besides that no peer is asked for.
#
# Wants: PostgreSQL 15 with PostGIS 3, ogr2ogr, python3 with venv (pygeoapi comes from PyPI into a folder of the cache).
# Settings: BUILDINGS, DATA, SECONDS_EACH.

# shellcheck source=scripts/env.sh
source "$(dirname "$0")/../../scripts/env.sh"

: "${BUILDINGS:=500000}" "${SECONDS_EACH:=8}"
# shellcheck source=benches/peers/common.sh
source benches/peers/common.sh
need python3

cargo build --release --locked --workspace --exclude twin --bins
town

venv="$CACHE/pygeoapi"
if [ ! -x "$venv/bin/gunicorn" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'pygeoapi==0.21.*' gunicorn psycopg2-binary 'sqlalchemy>=2' geoalchemy2
fi

start_pygeoapi() {
  cat >"$work/pygeoapi.yml" <<END
server:
  bind: {host: 127.0.0.1, port: 39873}
  url: http://127.0.0.1:39873
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  language: en-US
  cors: false
  pretty_print: false
  limits: {default_items: 100, max_items: 10000}
  map: {url: 'https://tile.invalid/{z}/{x}/{y}.png', attribution: none}
logging: {level: ERROR}
metadata:
  identification: {title: peer, description: peer, keywords: [peer], keywords_type: theme, terms_of_service: none, url: http://127.0.0.1}
  license: {name: none, url: http://127.0.0.1}
  provider: {name: peer, url: http://127.0.0.1}
  contact: {name: peer}
resources:
  buildings:
    type: collection
    title: buildings
    description: buildings
    keywords: [buildings]
    links: []
    extents: {spatial: {bbox: [-180, -90, 180, 90], crs: http://www.opengis.net/def/crs/OGC/1.3/CRS84}}
    providers:
      - type: feature
        name: PostgreSQL
        data: {host: 127.0.0.1, port: 54329, dbname: town, user: $PGUSER, password: none, search_path: [public]}
        id_field: ogc_fid
        table: buildings
        geom_field: geom
END
  export PYGEOAPI_CONFIG="$work/pygeoapi.yml" PYGEOAPI_OPENAPI="$work/openapi.yml"
  "$venv/bin/pygeoapi" openapi generate "$PYGEOAPI_CONFIG" --output-file "$PYGEOAPI_OPENAPI" >"$work/pygeoapi.log" 2>&1
  # A worker a core, as its documentation has it; of the kind that keeps connections, as the load does.
  "$venv/bin/gunicorn" --workers 2 --worker-class gthread --threads 4 --keep-alive 60 --bind 127.0.0.1:39873 --chdir "$work" pygeoapi.flask_app:APP >>"$work/pygeoapi.log" 2>&1 &
  pid=$!
  address=127.0.0.1:39873
  wait_for /
}

say "PostGIS is filled with $(basename "$source_file")"
start_postgis
start_pygeoapi
say "pygeoapi over PostGIS"
"$release/features" --programs "$release" --data "$data" --seconds "$SECONDS_EACH" --server "$address"
stop
as_postgres "$PG_BIN/pg_ctl" -D "$work/pg/data" -m fast stop >/dev/null
say "gis-server"
"$release/features" --programs "$release" --data "$data" --seconds "$SECONDS_EACH"
