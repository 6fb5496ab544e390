#!/usr/bin/env bash
# Builds both images, lists what is in them, refuses them for what is known to be wrong with it, and only then pushes them. What
# is pushed is named by its digest in build/<name>.image from here on: a tag could be another image tomorrow.
#   REGISTRY         e.g. registry.example.org/causeway
#   REGISTRY_LOGIN   user:password for it; optional
#   NODE_IMAGE       the bases, by digest: node:24-bookworm-slim@sha256:…
#   NGINX_IMAGE      and nginx:1.28-bookworm@sha256:…
#   BUILDAH, TRIVY   what to call, with options; default buildah and trivy
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}
: "${REGISTRY:?must say where the images are pushed}"
for base in "${NODE_IMAGE:?must name a base by its digest}" "${NGINX_IMAGE:?must name a base by its digest}"; do
  if [[ ! $base =~ @sha256:[0-9a-f]{64}$ ]]; then
    echo "$base is not named by its digest: the same commit would give another image tomorrow" >&2
    exit 1
  fi
done
read -ra buildah <<< "${BUILDAH:-buildah}"
read -ra trivy <<< "${TRIVY:-trivy}"

version=$(deploy/jenkins/version.sh)
revision=$(git rev-parse HEAD)
# The commit's time and not the clock's, no cached layers, and OCI's format: the same commit on the same bases gives the same digest.
# In Docker's own format the name of the build container would be part of it. What OCI leaves out, HEALTHCHECK, Kubernetes ignores.
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
  # By standard input: on the command line every user of the machine could read it.
  printf '%s' "${REGISTRY_LOGIN#*:}" |
    "${buildah[@]}" login --username "${REGISTRY_LOGIN%%:*}" --password-stdin "${REGISTRY%%/*}"
fi
# Both or none: a release of which half is in the registry would be found by whoever looks for tags.
push causeway
push causeway-edge
