#!/usr/bin/env bash
# Measures phonolink beside its peers: bench/run.sh [NAME...], where NAME is a module of bench/ (all where absent).
# PEERS_PYTHON names the Python that has the peers; where it is not set, .peers/ is made as for the peers' tests.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/peers/environment.sh

node scripts/build-kernels.mjs
npx --no-install tsc -p tsconfig.bench.json

"$PEERS_PYTHON" - <<'PY'
import importlib.metadata as packages
found = {d.metadata["Name"]: d.version for d in packages.distributions()}
print("peers: " + ", ".join(f"{name} {found[name]}" for name in ("ase", "calorine", "ipi", "motep", "numpy", "phono3py", "phonopy", "python-ace") if name in found))
PY
names=("$@")
if [ $# -eq 0 ]; then names=(formats lammps vasp phonopy nep ace mtp tersoff eigen force-constants phonons interaction triplets boltzmann kappa relax ipi gpu); fi
for name in "${names[@]}"; do
  echo
  echo "== $name: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
  case $name in
    # Threads, GPUs and two programs at once have the whole machine.
    nep | gpu | ipi | interaction | triplets | kappa) node dist/bench/main.js "$name" ;;
    *) taskset -c "${BENCH_CORE:-0}" node dist/bench/main.js "$name" ;;
  esac
done
