#!/usr/bin/env bash
# Packages the chart with this build's version, and stores it for Spinnaker's bakes.
#   CHART_STORE_URL     a folder of any store that accepts HTTP PUT, such as Nexus or Artifactory
#   CHART_STORE_LOGIN   user:password for it; optional
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}
: "${CHART_STORE_URL:?must be the URL of the store for charts}"

version=$(deploy/jenkins/version.sh)
chart="causeway-$version.tgz"
mkdir -p "$build"
helm package charts/causeway --version "$version" --app-version "$version" --destination "$build"

# curl's configuration needs backslashes and quotes escaped.
escaped=${CHART_STORE_LOGIN:-}
escaped=${escaped//\\/\\\\}
escaped=${escaped//\"/\\\"}
login=()
if [ -n "${CHART_STORE_LOGIN:-}" ]; then
  login=(--config -)
fi
# The login goes through standard input: every user of the machine can read command lines.
printf 'user = "%s"\n' "$escaped" |
  curl --fail --silent --show-error --retry 3 --max-time 120 "${login[@]}" \
    --upload-file "$build/$chart" "${CHART_STORE_URL%/}/$chart"
echo "${CHART_STORE_URL%/}/$chart" > "$build/chart.url"
