#!/usr/bin/env bash
# Installs what is missing: scripts/tools.sh [build] [nextest] [postgres] [openpyxl] [browser]
#
# Everything that is not a Debian package goes to ~/.cache/parley/tools and leaves the rest of the machine alone.
. "$(dirname "$0")/lib.sh"

CARGO_LEPTOS=0.3.10 # 0.3.11 wants a newer rustc than the 1.95 we promise to build with
NEXTEST=0.9.143
BINARYEN=132.0.0
WASM_BINDGEN=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, ""); print $3 }' Cargo.lock)

# cargo_tool NAME VERSION ARGUMENT…
cargo_tool() {
  local name=$1 version=$2
  shift 2
  say "Installing $name $version (once, a few minutes)"
  # Without link-time optimisation: with it these tools take three times as long to build and are no faster in our hands.
  # RUSTFLAGS empty: our own flags are for our own code. CARGO_TARGET_DIR in the cache, so that a broken-off install goes on.
  logged "$name" env CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 RUSTFLAGS= \
    CARGO_TARGET_DIR="$CACHE/target-tools" cargo install "$name@$version" --root "$TOOLS" --force "$@"
}

rust() {
  have cargo || die "Rust is missing. Install rustup (Debian: apt-get install rustup && rustup default 1.95) and run the same command again."
  local version
  version=$(rustc --version | awk '{ print $2 }')
  [ "$(printf '1.95\n%s\n' "$version" | sort -V | head -n 1)" = 1.95 ] ||
    die "Rust 1.95 or newer is needed, this is $version. Run: rustup update stable"
}

node_js() {
  have npm && have node || die "Node.js with npm is missing (Debian: apt-get install nodejs npm). Version 20 or newer is needed."
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "Node.js 20 or newer is needed, this is $(node --version)."
}

# Debian's rustc brings no wasm32 library: the probe asks the compiler itself, not rustup.
wasm_target() {
  [ -d "$(rustc --print target-libdir --target wasm32-unknown-unknown)" ] && return
  have rustup || die "This Rust cannot build for the browser. Install the target wasm32-unknown-unknown for it."
  say "Installing the WASM target"
  rustup target add wasm32-unknown-unknown
}

build() {
  rust
  node_js
  have cc || apt_install "a C compiler" gcc libc6-dev
  wasm_target
  # no_downloads: it would otherwise fetch wasm-bindgen and wasm-opt by itself, from places that closed networks do not reach.
  [ "$(cargo-leptos --version 2>/dev/null)" = "cargo-leptos $CARGO_LEPTOS" ] ||
    cargo_tool cargo-leptos "$CARGO_LEPTOS" --locked --features no_downloads
  # Exactly the version of the crate, or the generated JavaScript does not fit. Not --locked: its lock file names versions
  # that have been withdrawn.
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $WASM_BINDGEN" ] || cargo_tool wasm-bindgen-cli "$WASM_BINDGEN"
  # From npm: Debian's wasm-opt is too old for what rustc emits, and the package is the same program on every machine.
  if [ "$(cat "$TOOLS/npm/binaryen.version" 2>/dev/null)" != "$BINARYEN" ]; then
    say "Installing wasm-opt (binaryen $BINARYEN)"
    npm install --silent --no-save --no-audit --no-fund --prefix "$TOOLS/npm" "binaryen@$BINARYEN"
    ln -sf ../npm/node_modules/binaryen/bin/wasm-opt "$TOOLS/bin/wasm-opt"
    wasm-opt --version >&2
    echo "$BINARYEN" >"$TOOLS/npm/binaryen.version"
  fi
}

nextest() {
  rust
  # Any version that is there will do: it only runs tests.
  have cargo-nextest || cargo_tool cargo-nextest "$NEXTEST" --locked --no-default-features --features default-no-update
}

# The server programs, not only psql; they live in a folder of their version, outside the PATH.
postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb || apt_install "PostgreSQL (for the tests)" postgresql
}

# The yardstick of the import's figures. They are printed without it where Python or the package cannot be had.
openpyxl() {
  [ -d "$TOOLS/openpyxl" ] && return
  have python3 || { say "No python3: nothing is compared with openpyxl"; return; }
  say "Installing openpyxl (for comparison, once)"
  python3 -m pip install --quiet --target "$TOOLS/openpyxl.new" openpyxl >&2 && mv "$TOOLS/openpyxl.new" "$TOOLS/openpyxl" ||
    say "openpyxl could not be installed: nothing is compared with it"
}

browser() {
  node_js
  [ -x "$CHROMIUM" ] || apt_install "Chromium (for the tests)" chromium
  # Names of many scripts appear on the pictures: without these fonts they are rows of boxes.
  have fc-list && [ -n "$(fc-list :lang=zh)" ] && [ -n "$(fc-list :lang=ar)" ] ||
    apt_install "fonts for the pictures" fontconfig fonts-noto-core fonts-noto-cjk
  if ! cmp -s end2end/package-lock.json end2end/node_modules/.installed-lock; then
    say "Installing Playwright"
    # The browser is Debian's: Playwright need not download one.
    (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund)
    cp end2end/package-lock.json end2end/node_modules/.installed-lock
  fi
}

# Two makes at once (two checkouts, two terminals) must not install the same thing over each other.
exec 9>"$CACHE/tools.lock"
flock 9
for group in "${@:-build}"; do
  case $group in
    build | nextest | postgres | openpyxl | browser) "$group" ;;
    *) die "scripts/tools.sh knows build, nextest, postgres, openpyxl and browser, not $group" ;;
  esac
done
