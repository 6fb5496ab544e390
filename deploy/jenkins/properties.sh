#!/usr/bin/env bash
# Writes build/build.properties: what this build consists of, for Spinnaker and for later questions about what ran.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}

version=$(deploy/jenkins/version.sh)
cat > "$build/build.properties" <<PROPERTIES
VERSION=$version
COMMIT=$(git rev-parse HEAD)
IMAGE=$(cat "$build/causeway.image")
EDGE_IMAGE=$(cat "$build/causeway-edge.image")
CHART_VERSION=$version
CHART_URL=$(cat "$build/chart.url")
CHART_SHA256=$(sha256sum "$build/causeway-$version.tgz" | cut -d ' ' -f 1)
STAGING_VALUES_URL=$(cat "$build/values-staging.url")
PRODUCTION_VALUES_URL=$(cat "$build/values-production.url")
TRIAL_VALUES_URL=$(cat "$build/values-trial.url")
PROPERTIES
cat "$build/build.properties"
