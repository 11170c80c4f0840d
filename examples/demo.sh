#!/usr/bin/env bash
# Ingests the sample reports as runs of the last days, shows what comes of them, and serves the pages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

plumbline="${CARGO_TARGET_DIR:-target}/release/plumbline"
export PLUMBLINE_LAKE="${PLUMBLINE_LAKE:-data/lake}"

# take REPOSITORY RUN ATTEMPT COMMIT DAYS_AGO
take() {
    "$plumbline" ingest directory "examples/reports/$1/$2-$3" \
        --repository "neurocipher/$1" --run-id "$2" --attempt "$3" --commit "$(printf "$4%.0s" {1..40})" \
        --branch main --event push --workflow ci.yml --job unit-tests \
        --completed-at "$(date -u -d "$5 days ago" +%FT10:0$3:00Z)"
}

take ingest-api 101 1 a 9
take ingest-api 101 2 a 9
take ingest-api 102 1 b 6
take ingest-api 103 1 c 3
take ingest-api 104 1 d 1
take audit-hound 201 1 e 5
take audit-hound 202 1 f 2

# A missed target is an answer, not a failure of the demonstration.
"$plumbline" kpi || true
"$plumbline" list flaky_tests
exec "$plumbline" serve "$@"
