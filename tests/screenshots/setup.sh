#!/usr/bin/env bash
# Installs what the screenshots need: Chromium with letters to draw, and a virtual environment of its own.
# Run it as often as you like: with everything in place it only compares digests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

exec 9>"${TMPDIR:-/tmp}/plumbline-screenshots-$(id -u).lock"
flock 9

if ! command -v chromium >/dev/null; then
    if ! command -v apt-get >/dev/null || (($(id -u) != 0)); then
        echo "tests/screenshots/setup.sh: install chromium first, or run this as root on Debian" >&2
        exit 1
    fi
    echo "tests/screenshots/setup.sh: installing chromium" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -q -y --no-install-recommends chromium fonts-noto-core fonts-dejavu-core
fi

source tests/environment.sh
environment .venv-screenshots tests/screenshots/requirements.txt
