#!/usr/bin/env bash
# Installs what the tests need: Debian packages where something is missing, virtual environments, and what judges the
# simulated organization's answers.
# Run it as often as you like: with everything in place it only compares digests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Two runs at once would write into the same environments.
exec 9>"${TMPDIR:-/tmp}/plumbline-setup-$(id -u).lock"
flock 9

can_make_venv() { command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null; }

missing=()
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v make >/dev/null || missing+=(make)
can_make_venv || missing+=(python3 python3-venv)
if ((${#missing[@]})); then
    if ! command -v apt-get >/dev/null || (($(id -u) != 0)); then
        echo "tests/setup.sh: install ${missing[*]} first, or run this as root on Debian" >&2
        exit 1
    fi
    echo "tests/setup.sh: installing ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

source tests/environment.sh
environment .venv tests/requirements.txt
environment .venv-ministack tests/requirements-ministack.txt

# plugin VERSION: an environment with that pytest, and with the plugin as it stands in the tree.
plugin() {
    local folder=.venv-pytest/$1 project=deploy/pytest stamp
    mkdir -p .venv-pytest
    environment "$folder" "$project/tests/requirements-$1.txt"
    stamp="$(sha256sum <"$project/pyproject.toml") $(<"$folder/stamp")"
    if [[ -f $folder/plugin && $(<"$folder/plugin") == "$stamp" ]]; then
        return
    fi
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation \
        --editable "$project"
    printf '%s\n' "$stamp" >"$folder/plugin"
}

for requirements in deploy/pytest/tests/requirements-*.txt; do
    version=${requirements##*requirements-}
    plugin "${version%.txt}"
done

# judge FOLDER: GitHub's description and Prism, anew unless made from the same pins by the same Node.
judge() {
    local folder=$1 bin=$PWD/.venv/bin stamp
    stamp="$(sha256sum <tests/prism/package-lock.json) $(<.venv/stamp)"
    if [[ -f $folder/description.json && -f $folder/stamp && $(<"$folder/stamp") == "$stamp" ]]; then
        return
    fi
    echo "tests/setup.sh: making $folder from tests/prism/package-lock.json" >&2
    rm -rf "$folder"
    mkdir "$folder"
    cp tests/prism/package.json tests/prism/package-lock.json "$folder"
    PATH=$bin:$PATH npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error
    # Of the many descriptions only that of github.com is asked; the others are most of the bytes.
    mv "$folder/node_modules/@octokit/openapi/generated/api.github.com.json" "$folder/description.json"
    rm -rf "$folder/node_modules/@octokit"
    printf '%s\n' "$stamp" >"$folder/stamp"
}

judge .prism
