# Sourced from the repository's root: sets PEERS_PYTHON, and makes the environment in .peers/ where none is named.
if [ -z "${PEERS_PYTHON:-}" ]; then
  export PEERS_PYTHON="$PWD/.peers/bin/python"
  if ! cmp -s tests/peers/requirements.txt .peers/installed.txt; then
    python3 -m venv .peers
    .peers/bin/pip install --quiet --disable-pip-version-check -r tests/peers/requirements.txt
    cp tests/peers/requirements.txt .peers/installed.txt
  fi
fi
