#!/usr/bin/env bash
# Saves template, canary configuration and pipeline with Spinnaker's command line. Saving again updates them.
#   WEBHOOK_SECRET   the secret that the build sends (Jenkins' credential causeway-spinnaker-webhook)
#   PIPELINE         the pipeline to save; default release.pipeline.json in this folder
#   SPIN             the command, with options; default spin
set -euo pipefail
pipeline=$(realpath "${PIPELINE:-$(dirname "$0")/release.pipeline.json}")
cd "$(dirname "$0")"
: "${WEBHOOK_SECRET:?must be the secret that the build sends}"
export WEBHOOK_SECRET
read -ra spin <<< "${SPIN:-spin}"

# First the two that the pipeline names.
"${spin[@]}" pipeline-templates save --file causeway-release.template.json
"${spin[@]}" canary canary-config save --file causeway.canary.json
# The secret goes through standard input: not over a disk or a command line. Spinnaker shows it to readers of the pipeline.
node -e '
  const text = require("fs").readFileSync(0, "utf8")
  const secret = JSON.stringify(process.env.WEBHOOK_SECRET)
  process.stdout.write(text.replace("\"@WEBHOOK_SECRET@\"", () => secret))
' < "$pipeline" | "${spin[@]}" pipeline save
