#!/usr/bin/env bash
# Tests against the real programs. Sets up what is missing: a Python environment in .peers/ and, on Debian with root,
# lmp, pw.x and phonopy 2. Arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
command -v lmp >/dev/null || missing+=(lammps)
[ -d /usr/share/lammps/potentials ] || missing+=(lammps-data)
command -v pw.x >/dev/null || missing+=(quantum-espresso)
dpkg -s python3-phonopy >/dev/null 2>&1 || missing+=(python3-phonopy)
dpkg -s quantum-espresso-data >/dev/null 2>&1 || missing+=(quantum-espresso-data)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

. tests/peers/environment.sh

exec npx vitest run --config tests/peers/vitest.config.ts "$@"
