#!/usr/bin/env bash
# Installs the engines that the bench compares with, into a virtual environment of their own.
# Run it as often as you like: with everything in place it only compares digests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

exec 9>"${TMPDIR:-/tmp}/plumbline-bench-$(id -u).lock"
flock 9

source tests/environment.sh
environment .venv-bench tests/bench/requirements.txt
