#!/usr/bin/env bash
# Packages the chart with this build's version, and stores it twice: for Spinnaker's bakes by HTTP, and in the registry beside the images,
# where Helm and Argo CD fetch it and where it is signed.
#   REGISTRY, REGISTRY_LOGIN   see registryAuth.sh
#   CHART_STORE_URL     a folder of any store that accepts HTTP PUT, such as Nexus or Artifactory
#   CHART_STORE_LOGIN   user:password for it; optional
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}
: "${CHART_STORE_URL:?must be the URL of the store for charts}"
# shellcheck source=deploy/jenkins/registryAuth.sh
. deploy/jenkins/registryAuth.sh

version=$(deploy/jenkins/version.sh)
chart="causeway-$version.tgz"
mkdir -p "$build"
helm package charts/causeway --version "$version" --app-version "$version" --destination "$build"
helm push "$build/$chart" "oci://$REGISTRY/charts" 2>&1 | tee "$work/pushed"
digest=$(sed -n 's/^Digest: *//p' "$work/pushed")
echo "$REGISTRY/charts/causeway@${digest:?was not printed by helm push}" > "$build/chart.oci"

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
