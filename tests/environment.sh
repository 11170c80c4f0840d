# Sourced from the project's folder: how an environment of Python is made.

# environment FOLDER REQUIREMENTS: makes it anew unless it was made from the same pins by the same Python.
environment() {
    local folder=$1 requirements=$2 stamp
    stamp="$(sha256sum <"$requirements") $(python3 -c 'import sys; print(sys.executable, sys.version)')"
    if [[ -x $folder/bin/python && -f $folder/stamp && $(<"$folder/stamp") == "$stamp" ]]; then
        return
    fi
    echo "tests: making $folder from $requirements" >&2
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
    "$folder/bin/python" -m pip check --disable-pip-version-check >/dev/null
    printf '%s\n' "$stamp" >"$folder/stamp"
}
