# Sourced by the other scripts: where things live, and how they say what is going on.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${PARLEY_CACHE:-$HOME/.cache/parley} # tools and logs; shared by all checkouts of one person
TOOLS=$CACHE/tools
LOGS=$CACHE/log
TARGET=${CARGO_TARGET_DIR:-$ROOT/target} # where cargo puts what it builds
BINARY=$TARGET/release/parley
CHROMIUM=${PARLEY_CHROMIUM:-/usr/bin/chromium}
# Ours first: a cargo-leptos or wasm-opt of another version may be on the machine, and versions matter here.
export PATH="$TOOLS/bin:$PATH"
mkdir -p "$TOOLS/bin" "$LOGS"
cd "$ROOT"

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'make: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# logged NAME COMMAND…: the output goes to a file; the terminal gets a line every 20 seconds, and the end of the file if it fails.
logged() {
  local name=$1 log=$LOGS/$1.log started=$SECONDS next=20 pid
  shift
  "$@" >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    if ((SECONDS - started >= next)); then
      next=$((next + 20))
      printf '    %s: %d s, %d crates compiled\n' "$name" $((SECONDS - started)) "$(grep -c '^ *Compiling' "$log" || true)" >&2
    fi
  done
  if ! wait "$pid"; then
    tail -n 40 "$log" >&2
    die "$name could not be installed. Its whole output is in $log. Nothing else was changed; running the same command again goes on from here."
  fi
}

# apt_install WHY PACKAGE…
apt_install() {
  local why=$1 sudo=()
  shift
  have apt-get || die "$why is missing, and this machine has no apt-get. Install it with your system's package manager (Debian calls it: $*) and run the same command again."
  if [ "$(id -u)" != 0 ]; then
    have sudo || die "$why is missing. Run as root: apt-get install $*"
    sudo=(sudo -E) # -E: the proxy settings of the person who typed make
  fi
  say "Installing $why: apt-get install $*"
  "${sudo[@]}" apt-get -qq -o Acquire::Retries=3 update >&2
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o Acquire::Retries=3 install -y --no-install-recommends "$@" >"$LOGS/apt.log" 2>&1 || {
    tail -n 20 "$LOGS/apt.log" >&2
    die "apt-get could not install $*"
  }
}
