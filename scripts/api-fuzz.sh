#!/usr/bin/env bash
# Two minutes of requests that nobody would write by hand, made from /api/v1/openapi.json: no answer may be a 500.
. "$(dirname "$0")/lib.sh"

SCHEMATHESIS=4.32.5
venv=$TOOLS/schemathesis
if [ "$(cat "$venv/version" 2>/dev/null)" != "$SCHEMATHESIS" ]; then
  python3 -c 'import ensurepip' 2>/dev/null || apt_install "Python's venv" python3-venv
  say "Installing schemathesis $SCHEMATHESIS"
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS"
  echo "$SCHEMATHESIS" >"$venv/version"
fi
# It leaves a folder of examples where it runs.
folder=$(mktemp -d "${TMPDIR:-/tmp}/parley-fuzz.XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$ROOT/scripts/with-server.sh" bash -c '
  cd "$1" || exit
  "$0" run "$PARLEY_URL/api/v1/openapi.json" --header "Authorization: Bearer $PARLEY_KEY" \
    --checks not_a_server_error --max-time 120 --continue-on-failure --request-timeout 20 --warnings off
  status=$?
  # Why, in the words of the server; it goes with its folder.
  [ "$status" = 0 ] || grep -E " ERROR |panicked" "$PARLEY_SERVER_LOG" | tail -n 20 >&2
  exit "$status"' "$venv/bin/schemathesis" "$folder"
