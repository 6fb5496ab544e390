#!/usr/bin/env bash
# Prints the version of this build: the version in package.json, the build's number, the commit. Helm orders it by build, and it is a
# valid image tag (without "+").
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(node -p 'require("./package.json").version')
commit=$(git rev-parse --short=8 HEAD)
echo "$version-${BUILD_NUMBER:-0}.g$commit"
