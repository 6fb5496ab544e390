#!/usr/bin/env bash
# Stores the values of staging, production and the trials beside the chart, under this build's version: a release has its own, and what
# brings it back has them too. Refuses values that the chart refuses. Runs after chart.sh.
#   CHART_STORE_URL     as for chart.sh
#   CHART_STORE_LOGIN   user:password for it; optional
#   VALUES_DIR          a folder with staging.yaml, production.yaml and trial.yaml; default deploy/values
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}
values=${VALUES_DIR:-deploy/values}
: "${CHART_STORE_URL:?must be the URL of the store for charts}"

version=$(deploy/jenkins/version.sh)
chart="$build/causeway-$version.tgz"
# As the pipeline bakes them: a trial has production's values, and its own on top.
try() {
  helm template causeway "$chart" --set migrations.mode=none "$@" > /dev/null
}
try --values "$values/staging.yaml"
try --values "$values/production.yaml"
try --values "$values/production.yaml" --values "$values/trial.yaml"

# curl's configuration needs backslashes and quotes escaped.
escaped=${CHART_STORE_LOGIN:-}
escaped=${escaped//\\/\\\\}
escaped=${escaped//\"/\\\"}
login=()
if [ -n "${CHART_STORE_LOGIN:-}" ]; then
  login=(--config -)
fi
for place in staging production trial; do
  url="${CHART_STORE_URL%/}/causeway-$version-$place.yaml"
  # The login goes through standard input: every user of the machine can read command lines.
  printf 'user = "%s"\n' "$escaped" |
    curl --fail --silent --show-error --retry 3 --max-time 120 "${login[@]}" --upload-file "$values/$place.yaml" "$url"
  echo "$url" > "$build/values-$place.url"
done
