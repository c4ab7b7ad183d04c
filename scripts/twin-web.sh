#!/usr/bin/env bash
# twin-web.sh: build the twin for browsers and lay it beside the web map, where gis-server serves it at /3d.
# With RELEASE=1 wasm-opt makes it smaller, which takes minutes.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

: "${RELEASE:=}"
triple=wasm32-unknown-unknown

if ! rustup target list --installed 2>/dev/null | grep -qx "$triple" &&
  ! rustup target add "$triple" >/dev/null 2>&1; then
  note "SKIP the twin for browsers: rustup cannot bring the target $triple"
  exit 0
fi

# The program must be of the version that the crate in the lock file has.
version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
tools=$CACHE/wasm-bindgen-$version
if [ ! -x "$tools/bin/wasm-bindgen" ]; then
  say "Building wasm-bindgen $version"
  cargo install --quiet wasm-bindgen-cli --version "$version" --root "$tools"
fi

say "Building the twin for browsers"
cargo build --locked --profile web --target "$triple" --package twin --bin twin
out=$TARGET/twin-web
rm -rf "$out" && mkdir -p "$out"
"$tools/bin/wasm-bindgen" --target web --no-typescript --out-dir "$out" --out-name twin \
  "$TARGET/$triple/web/twin.wasm"
if [ -n "$RELEASE" ]; then
  (cd "$CACHE" && npm exec --yes --package=binaryen -- wasm-opt -Os --all-features \
    "$out/twin_bg.wasm" -o "$out/twin_bg.small.wasm")
  mv "$out/twin_bg.small.wasm" "$out/twin_bg.wasm"
fi
cp twin/page/* "$out/"
node scripts/twin-web.mjs "$out"
rm -rf web/dist/3d
if [ -d web/dist ]; then cp -r "$out" web/dist/3d; fi
