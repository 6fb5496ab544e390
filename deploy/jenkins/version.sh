#!/usr/bin/env bash
# Prints the version of this build: that of package.json, the build's number, the commit. It orders by build in Helm's eyes, and is
# a valid image tag (which may hold no "+").
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(node -p 'require("./package.json").version')
commit=$(git rev-parse --short=8 HEAD)
echo "$version-${BUILD_NUMBER:-0}.g$commit"
