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
# A minute's allowance of a key would be spent in seconds, and the rest of the time on 429.
export PARLEY_LIMIT_API=0
cd "${TMPDIR:-/tmp}" # it leaves a folder of examples behind
exec "$ROOT/scripts/with-server.sh" bash -c '
  exec "$0" run "$PARLEY_URL/api/v1/openapi.json" --header "Authorization: Bearer $PARLEY_KEY" \
    --checks not_a_server_error --max-time 120 --continue-on-failure --request-timeout 20 --warnings off' "$venv/bin/schemathesis"
