#!/usr/bin/env bash
# Runs one of the checks that a change must pass: lint, units, road (whole stacks, browser, faults; then whole stacks with TLS), deploy
# (chart, rules), cluster (the chart on a control plane) or release (the pipeline by Orca, signatures by cosign). All but the last two are
# the npm scripts of .ci/run. Reports for Jenkins go to $BUILD_DIR/junit (default build).
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}

part=${1:-}
tests() {
  JUNIT_FILE="$build/junit/$part.xml" npm "$@" \
    --reporters=default --reporters=./deploy/jenkins/junitReporter.js
}

case "$part" in
  lint)
    npm run generate
    npm run lint
    ;;
  units)
    npm run generate
    npm run typecheck
    tests test -- --testPathIgnorePatterns /node_modules/ '<rootDir>/test/'
    npm run test:node
    ;;
  road)
    tests test -- --roots '<rootDir>/test'
    npm test -- --secure
    ;;
  deploy)
    tests run test:deploy --
    ;;
  cluster | release)
    tests run test:deploy -- "--$part"
    ;;
  *)
    echo "usage: deploy/jenkins/check.sh lint | units | road | deploy | cluster | release" >&2
    exit 2
    ;;
esac
