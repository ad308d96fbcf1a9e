#!/usr/bin/env bash
# Builds the release: both WASM entries, then the one binary that carries them. What is up to date is left alone.
. "$(dirname "$0")/lib.sh"

[ -x "$BINARY" ] || say "First build: this may take 40 minutes on two cores (the tools, then about 600 crates). Later ones take a minute or less."
scripts/tools.sh build

# cargo-leptos empties its folder and runs wasm-bindgen, wasm-opt and brotli each time, changed or not; and new files, even
# equal ones, would make cargo build the server again. So the fronts are built when their sources differ, by content.
fingerprint() {
  {
    find domain app frontend style Cargo.toml Cargo.lock .cargo -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    rustc --version
    cargo-leptos --version
    cat "$TOOLS/npm/binaryen.version"
  } | sha256sum
}

# front PROJECT SITE ARGUMENT…
front() {
  local stamp=$ROOT/target/$1.fingerprint now
  now=$(fingerprint)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && compgen -G "$2/pkg/$1.*.wasm.br" >/dev/null; then
    say "$1: up to date"
    return
  fi
  say "$1: building for the browser"
  rm -f "$stamp"
  cargo leptos build --project "$1" --release --precompress --frontend-only "${@:3}"
  compgen -G "$2/pkg/$1.*.wasm.br" >/dev/null || die "$2/pkg has no $1.*.wasm.br although cargo-leptos said it was done"
  echo "$now" >"$stamp"
}

mkdir -p target
# In parts, one a page (app/src/lazy.rs).
front parley target/site --split --lib-features lazy
front candidate target/site-candidate
say "parley: building the binary"
cargo build --release --package parley-server
say "Built $BINARY ($(du -h "$BINARY" | cut -f1))"
