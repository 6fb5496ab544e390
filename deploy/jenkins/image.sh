#!/usr/bin/env bash
# Builds both images, lists their contents, scans them for known weaknesses, and pushes them only if the scan finds none.
# build/<name>.image then names each image by its digest, because a tag could name another image tomorrow.
#   REGISTRY         such as registry.example.org/causeway
#   REGISTRY_LOGIN   user:password for it; optional
#   NODE_IMAGE       base image by digest, such as node:24-bookworm-slim@sha256:…
#   NGINX_IMAGE      base image by digest, such as nginx:1.28-bookworm@sha256:…
#   BUILDAH, TRIVY   the commands, with options; default buildah and trivy
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}
: "${REGISTRY:?must be the registry for the images}"
for base in "${NODE_IMAGE:?must name a base by its digest}" "${NGINX_IMAGE:?must name a base by its digest}"; do
  if [[ ! $base =~ @sha256:[0-9a-f]{64}$ ]]; then
    echo "$base is not named by its digest, so the same commit could give another image tomorrow" >&2
    exit 1
  fi
done
read -ra buildah <<< "${BUILDAH:-buildah}"
read -ra trivy <<< "${TRIVY:-trivy}"

version=$(deploy/jenkins/version.sh)
revision=$(git rev-parse HEAD)
# The same commit on the same bases gives the same digest: by the commit's time, no cached layers, and OCI's format. Docker's format
# would include the name of the build container. OCI has no HEALTHCHECK, which Kubernetes ignores anyway.
created=$(git log -1 --format=%ct)
mkdir -p "$build/sbom"

build() {
  local name=$1 target=$2
  "${buildah[@]}" bud --layers=false --format oci --timestamp "$created" --target "$target" \
    --build-arg "NODE_IMAGE=$NODE_IMAGE" --build-arg "NGINX_IMAGE=$NGINX_IMAGE" \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --tag "$name:$version" .
  rm -f "$build/$name.tar"
  "${buildah[@]}" push --quiet "$name:$version" "docker-archive:$build/$name.tar:$name:$version"
  "${trivy[@]}" image --input "$build/$name.tar" --format cyclonedx --output "$build/sbom/$name.json"
  "${trivy[@]}" image --input "$build/$name.tar" --severity HIGH,CRITICAL --exit-code 1 \
    --ignorefile deploy/jenkins/trivyignore.yaml
}

push() {
  local name=$1
  "${buildah[@]}" push --quiet --digestfile "$build/$name.digest" "$name:$version" \
    "docker://$REGISTRY/$name:$version"
  echo "$REGISTRY/$name@$(cat "$build/$name.digest")" > "$build/$name.image"
  cat "$build/$name.image"
}

build causeway services
build causeway-edge edge
if [ -n "${REGISTRY_LOGIN:-}" ]; then
  # Through standard input: every user of the machine can read command lines.
  printf '%s' "${REGISTRY_LOGIN#*:}" |
    "${buildah[@]}" login --username "${REGISTRY_LOGIN%%:*}" --password-stdin "${REGISTRY%%/*}"
fi
# Pushes only after both were built: nobody should find half a release by its tag.
push causeway
push causeway-edge
