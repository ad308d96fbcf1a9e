#!/usr/bin/env bash
# A PostgreSQL cluster of our own for tests, on loopback, thrown away afterwards. The machine's own clusters are not touched.
#
#   scripts/postgres.sh start          starts one for this checkout (or finds it running), prints PARLEY_TEST_POSTGRES_URL=…
#   scripts/postgres.sh stop           stops and removes it
#   scripts/postgres.sh with CMD…      runs CMD with PARLEY_TEST_POSTGRES_URL set, on a cluster that ends with it
#   scripts/postgres.sh durable CMD…   the same with PARLEY_BENCH_POSTGRES_URL, on one that synchronises every commit to disk
. "$(dirname "$0")/lib.sh"

# initdb refuses to run as root, as in containers: there the account that Debian's package made does it.
as_owner() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

programs() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
  [ -n "$found" ] || found=$(dirname "$(command -v initdb)")
  echo "$found"
}

free_port() {
  local port
  for _ in $(seq 50); do
    port=$((42000 + RANDOM % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  die "no free port found for PostgreSQL"
}

# start DIRECTORY
start() {
  local dir=$1 bin port
  scripts/tools.sh postgres
  bin=$(programs)
  if [ -f "$dir/port" ] && as_owner "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
    port=$(cat "$dir/port")
  else
    rm -rf "$dir"
    mkdir -m 700 "$dir"
    [ "$(id -u)" != 0 ] || chown postgres "$dir"
    # trust: whoever can reach loopback of this machine may read the tests' invented data.
    as_owner "$bin/initdb" -D "$dir/data" -U parley -A trust -E UTF8 --no-locale --no-sync >"$LOGS/postgres.log" 2>&1 ||
      { tail -n 20 "$LOGS/postgres.log" >&2; die "initdb failed"; }
    # Without fsync: nothing here has to survive a power cut, and the tests make hundreds of databases.
    local settings="-c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=400"
    [ -n "${DURABLE:-}" ] || settings+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    for attempt in 1 2 3 4 5; do # the port may be taken between the look and the start
      port=$(free_port)
      as_owner "$bin/pg_ctl" -D "$dir/data" -o "-p $port $settings" -l "$dir/log" -w start >/dev/null 2>&1 && break
      [ "$attempt" != 5 ] || { tail -n 20 "$dir/log" >&2; die "PostgreSQL did not start"; }
    done
    echo "$port" >"$dir/port"
  fi
  say "PostgreSQL $(basename "$(dirname "$bin")") on port $port"
  PARLEY_TEST_POSTGRES_URL=postgres://parley@127.0.0.1:$port/postgres
}

# stop DIRECTORY
stop() {
  [ -d "$1/data" ] || return 0
  as_owner "$(programs)/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$1"
}

tmp=${TMPDIR:-/tmp}
mine=$tmp/parley-postgres-$(id -u)-$(printf %s "$ROOT" | cksum | cut -d' ' -f1)
case ${1:-} in
  start)
    start "$mine"
    echo "PARLEY_TEST_POSTGRES_URL=$PARLEY_TEST_POSTGRES_URL"
    ;;
  stop) stop "$mine" ;;
  with)
    shift
    own=$tmp/parley-postgres-$(id -u)-run-$$
    trap 'stop "$own"' EXIT
    trap 'exit 130' INT TERM
    start "$own"
    export PARLEY_TEST_POSTGRES_URL
    "$@"
    ;;
  durable)
    shift
    own=$tmp/parley-postgres-$(id -u)-bench-$$
    trap 'stop "$own"' EXIT
    trap 'exit 130' INT TERM
    DURABLE=1 start "$own"
    export PARLEY_BENCH_POSTGRES_URL=$PARLEY_TEST_POSTGRES_URL
    "$@"
    ;;
  *) die "usage: scripts/postgres.sh start | stop | with COMMAND… | durable COMMAND…" ;;
esac
