#!/usr/bin/env bash
# Runs a command beside a release server on an empty data folder, which ends with it:
#   scripts/with-server.sh CMD…     CMD finds PARLEY_URL, PARLEY_KEY (REST, as owner) and PARLEY_SERVER_PID in its environment
. "$(dirname "$0")/lib.sh"

[ -x "$BINARY" ] || die "$BINARY does not exist: make release builds it"
folder=$(mktemp -d "${TMPDIR:-/tmp}/parley-server.XXXXXX")
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

port=${PARLEY_PORT:-$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')}
export PARLEY_DATA_DIR=$folder/data PARLEY_LISTEN=127.0.0.1:$port
# The command is meant to press hard.
export PARLEY_LIMIT_API=1000000 PARLEY_LIMIT_CANDIDATES=1000000 PARLEY_LIMIT_LOOKUPS=1000000
printf 'correct horse battery staple\n' | "$BINARY" user add --email owner@example.com --name Owner --role owner >"$folder/user.log"
PARLEY_KEY=$("$BINARY" api-key create --name script --role owner | tail -n 1)
"$BINARY" serve >"$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 200); do
  kill -0 "$server" 2>/dev/null || { cat "$folder/server.log" >&2; die "parley serve ended before it was ready"; }
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 0.05
done
export PARLEY_KEY PARLEY_URL=http://127.0.0.1:$port PARLEY_SERVER_PID=$server PARLEY_SERVER_LOG=$folder/server.log
unset PARLEY_LISTEN
status=0
"$@" || status=$?
kill -0 "$server" 2>/dev/null || { tail -n 50 "$folder/server.log" >&2; die "the server did not live to the end"; }
exit "$status"
