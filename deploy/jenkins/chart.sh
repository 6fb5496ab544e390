#!/usr/bin/env bash
# Packages the chart under this build's version and puts it where Spinnaker's bake can fetch it.
#   CHART_STORE_URL     a folder of any store that takes an HTTP PUT, such as Nexus or Artifactory
#   CHART_STORE_LOGIN   user:password for it; optional
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}
: "${CHART_STORE_URL:?must say where the chart is put}"

version=$(deploy/jenkins/version.sh)
chart="causeway-$version.tgz"
mkdir -p "$build"
helm package charts/causeway --version "$version" --app-version "$version" --destination "$build"

# curl reads backslashes and quotes in its own way.
escaped=${CHART_STORE_LOGIN:-}
escaped=${escaped//\\/\\\\}
escaped=${escaped//\"/\\\"}
login=()
if [ -n "${CHART_STORE_LOGIN:-}" ]; then
  login=(--config -)
fi
# The login comes by standard input: on the command line every user of the machine could read it.
printf 'user = "%s"\n' "$escaped" |
  curl --fail --silent --show-error --retry 3 --max-time 120 "${login[@]}" \
    --upload-file "$build/$chart" "${CHART_STORE_URL%/}/$chart"
echo "${CHART_STORE_URL%/}/$chart" > "$build/chart.url"
