#!/usr/bin/env bash
# Saves all that Spinnaker needs of us, by its command line; saving again changes what is there.
#   WEBHOOK_SECRET   what the build tells with its call (the credential causeway-spinnaker-webhook of Jenkins)
#   PIPELINE         the instance to save; default release.pipeline.json beside this
#   SPIN             what to call, with options; default spin
set -euo pipefail
pipeline=$(realpath "${PIPELINE:-$(dirname "$0")/release.pipeline.json}")
cd "$(dirname "$0")"
: "${WEBHOOK_SECRET:?must be the secret that the build tells}"
export WEBHOOK_SECRET
read -ra spin <<< "${SPIN:-spin}"

# The pipeline names the other two.
"${spin[@]}" pipeline-templates save --file causeway-release.template.json
"${spin[@]}" canary canary-config save --file causeway.canary.json
# By standard input: neither on a disk nor on a command line. Spinnaker shows it to whoever may read the pipeline.
node -e '
  const text = require("fs").readFileSync(0, "utf8")
  const secret = JSON.stringify(process.env.WEBHOOK_SECRET)
  process.stdout.write(text.replace("\"@WEBHOOK_SECRET@\"", () => secret))
' < "$pipeline" | "${spin[@]}" pipeline save
