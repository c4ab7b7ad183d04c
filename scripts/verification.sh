#!/usr/bin/env bash
# verification.sh: what `make verification` runs: the kernels against what is known, on the full grids and
# for the whole time, in release, one case after the other. Prints the tables of tests/verification/README.md.
# Programs of others run beside ours where they can be had: see "Peers" there.
# shellcheck source=scripts/env.sh
source "$(dirname "$0")/env.sh"

# A Python of its own in the cache with ANUGA, Itzï's kernels and SWMM. What cannot be had is left out: the
# comparison with it then prints SKIP. DOTHI_PEERS_PYTHON names another Python that has them.
peers() {
  local python="$CACHE/peers/bin/python" package installed
  [ -z "${DOTHI_PEERS_PYTHON:-}" ] || return 0
  if [ ! -x "$python" ] && ! python3 -m venv "$CACHE/peers"; then
    rm -rf "$CACHE/peers"
    note "SKIP peers: python3 makes no virtual environment (on Debian and Ubuntu: apt-get install python3-venv)"
    return 0
  fi
  installed=$("$python" -m pip list --format=freeze 2>/dev/null || true)
  for package in anuga==4.1.0 itzi==25.8 pyswmm==2.2.0 swmm-toolkit==0.17.0; do
    grep -qix "$package" <<<"$installed" && continue
    "$python" -m pip install --quiet --disable-pip-version-check --prefer-binary "$package" ||
      note "SKIP ${package%%==*}: pip cannot install $package here"
  done
}

say "Programs of others"
peers

export DOTHI_VERIFICATION=full
cargo test --release --locked -p verification -- --nocapture --test-threads=1
