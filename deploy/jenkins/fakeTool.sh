#!/usr/bin/env bash
# For tests of image.sh: stands for buildah and trivy, notes how it is called, and writes the files that they would.
set -euo pipefail
echo "$*" >> "$CALLS"
# What the registry is told of the login.
cp "$REGISTRY_AUTH_FILE" "$CALLS.login"
while [ $# -gt 0 ]; do
  case "$1" in
    --digestfile)
      printf 'sha256:%064d' 7 > "$2"
      ;;
    --output)
      echo "findings" > "$2"
      ;;
    --exit-code)
      if [ -n "${FINDING:-}" ]; then
        exit 1
      fi
      ;;
  esac
  shift
done
