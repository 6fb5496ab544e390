#!/usr/bin/env bash
# Puts the chart into the registry, beside the images. Signs chart and images, attaches to the images what is in them (CycloneDX) and how
# they were made (SLSA), and then verifies all of that as a cluster's admission would. The keys are your own: nothing goes to a public log.
#   REGISTRY, REGISTRY_LOGIN   see registryAuth.sh
#   COSIGN_PRIVATE_KEY, COSIGN_PASSWORD   from `cosign generate-key-pair`
#   COSIGN_PUBLIC_KEY          the other half
#   COSIGN, HELM               the commands; default cosign and helm
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}
: "${COSIGN_PRIVATE_KEY:?must be the key that signs}" "${COSIGN_PUBLIC_KEY:?must be the key that verifies}"
: "${COSIGN_PASSWORD?must be the password of the key, which may be empty}"
# shellcheck source=deploy/jenkins/registryAuth.sh
. deploy/jenkins/registryAuth.sh
cosign=${COSIGN:-cosign}
"${HELM:-helm}" push "$build/causeway-$(deploy/jenkins/version.sh).tgz" "oci://$REGISTRY/charts" > "$work/pushed" 2>&1 ||
  { cat "$work/pushed" >&2 && exit 1; }
digest=$(sed -n 's/^Digest: *//p' "$work/pushed")
chart="$REGISTRY/charts/causeway@${digest:?was not printed by helm push}"
echo "$chart" > "$build/chart.oci"
signing=(--yes --key env://COSIGN_PRIVATE_KEY --tlog-upload=false)
verifying=(--key env://COSIGN_PUBLIC_KEY --private-infrastructure)

node deploy/jenkins/provenance.mjs > "$build/provenance.json"
for name in causeway causeway-edge; do
  image=$(cat "$build/$name.image")
  # Recursive: a node pulls the image of its architecture, by that one's digest.
  "$cosign" sign --recursive "${signing[@]}" "$image"
  "$cosign" attest --type slsaprovenance1 --predicate "$build/provenance.json" "${signing[@]}" "$image"
  "$cosign" verify "${verifying[@]}" "$image" > "$work/verified"
  "$cosign" verify-attestation --type slsaprovenance1 "${verifying[@]}" "$image" > "$work/verified"
  for list in "$build/sbom/$name"-{amd64,arm64}.json; do
    [ -f "$list" ] || continue
    arch=${list%.json}
    arch=${arch##*-}
    one=${image%@*}@$(cat "$build/$name-$arch.digest")
    "$cosign" attest --type cyclonedx --predicate "$list" "${signing[@]}" "$one"
    "$cosign" verify-attestation --type cyclonedx "${verifying[@]}" "$one" > "$work/verified"
  done
done
"$cosign" sign "${signing[@]}" "$chart"
"$cosign" verify "${verifying[@]}" "$chart" > "$work/verified"
echo "signed and verified: $(cat "$build"/*.image) $chart"
