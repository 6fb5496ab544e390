#!/usr/bin/env bash
# For tests of image.sh: stands for buildah and trivy, notes how it is called, and writes the files that they would.
set -euo pipefail
echo "$*" >> "$CALLS"
while [ $# -gt 0 ]; do
  case "$1" in
    --digestfile)
      printf 'sha256:%064d' 7 > "$2"
      ;;
    --password-stdin)
      echo "password: $(cat)" >> "$CALLS"
      ;;
    --severity)
      if [ -n "${FINDING:-}" ]; then
        exit 1
      fi
      ;;
  esac
  shift
done
