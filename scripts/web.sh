#!/usr/bin/env bash
# web.sh: build the web map into web/dist, unless it is younger than everything it is made of.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

[ -f web/package.json ] || exit 0
built=web/dist/index.html
if [ -f "$built" ]; then
  changed=$(find web assets -path web/node_modules -prune -o -path web/dist -prune -o \
    -type f -newer "$built" -print -quit 2>/dev/null)
  [ -z "$changed" ] && exit 0
fi
say "Building the web map"
(cd web && npm run build)
# The twin for browsers lies beside the map, where it was built.
if [ -d "$TARGET/twin-web" ]; then cp -r "$TARGET/twin-web" web/dist/3d; fi
