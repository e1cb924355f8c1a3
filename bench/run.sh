#!/usr/bin/env bash
# Measures phonolink beside its peers: bench/run.sh [NAME...], where NAME is a module of bench/ (all where absent).
# PEERS_PYTHON names the Python that has the peers. All runs on one core where `taskset` can hold them there.
set -euo pipefail
cd "$(dirname "$0")/.."
export PEERS_PYTHON=${PEERS_PYTHON:-/opt/peers/bin/python}

node scripts/build-kernels.mjs
npx --no-install tsc -p tsconfig.bench.json

if [ $# -gt 0 ]; then
  names=("$@")
else
  names=()
  for file in bench/*.ts; do names+=("$(basename "$file" .ts)"); done
fi
pin=()
if command -v taskset >/dev/null; then pin=(taskset -c "${BENCH_CORE:-0}"); fi
for name in "${names[@]}"; do
  ${pin[@]+"${pin[@]}"} node "dist/bench/$name.js"
done
