#!/usr/bin/env bash
# Builds both images for each architecture, lists their contents, scans them for known weaknesses, and pushes them only if the scan finds
# nothing that can be fixed. build/<name>.image then names each image by its digest, because a tag could name another image tomorrow.
# Leaves nothing on the agent but build/.
#   REGISTRY, REGISTRY_LOGIN   see registryAuth.sh
#   ARCHITECTURES    default "amd64 arm64"; a foreign one needs qemu-user-static on the agent
#   NODE_IMAGE       base image by digest, such as node:24-bookworm-slim@sha256:…
#   NGINX_IMAGE      base image by digest, such as nginx:1.28-bookworm@sha256:…
#   BUILDAH, TRIVY   the commands, with options; default buildah and trivy
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD_DIR:-build}
for base in "${NODE_IMAGE:?must name a base by its digest}" "${NGINX_IMAGE:?must name a base by its digest}"; do
  if [[ ! $base =~ @sha256:[0-9a-f]{64}$ ]]; then
    echo "$base is not named by its digest, so the same commit could give another image tomorrow" >&2
    exit 1
  fi
done
# shellcheck source=deploy/jenkins/registryAuth.sh
. deploy/jenkins/registryAuth.sh
read -ra buildah <<< "${BUILDAH:-buildah}"
read -ra trivy <<< "${TRIVY:-trivy}"
read -ra architectures <<< "${ARCHITECTURES:-amd64 arm64}"

version=$(deploy/jenkins/version.sh)
revision=$(git rev-parse HEAD)
# The same commit on the same bases gives the same digest: by the commit's time, and OCI's format. Docker's format would include the name
# of the build container. Layers are cached during this build, and both architectures and images share what is compiled. OCI has no HEALTHCHECK, which Kubernetes ignores anyway.
created=$(git log -1 --format=%ct)
mkdir -p "$build/sbom" "$build/scan"
native=linux/$("${buildah[@]}" info --format '{{.host.arch}}')

# The agent is kept, and its disk is finite: our images go, also after a failure, and so do the bases of this build.
made=()
clean() {
  local image
  for image in "${made[@]}" "$NODE_IMAGE" "$NGINX_IMAGE"; do
    "${buildah[@]}" rmi --force "$image" > "$work/rmi" 2>&1 || true
  done
  # Those of the steps in between have no names.
  "${buildah[@]}" rmi --prune --force > "$work/rmi" 2>&1 || true
  rm -rf "$work" "$build"/*.tar
}
trap clean EXIT

build() {
  local name=$1 target=$2 arch=$3
  local image="$name:$version-$arch" tar="$build/$name-$arch.tar"
  made+=("$image")
  "${buildah[@]}" bud --layers --format oci --timestamp "$created" --platform "linux/$arch" --target "$target" \
    --build-arg "BUILDPLATFORM=$native" --build-arg "NODE_IMAGE=$NODE_IMAGE" --build-arg "NGINX_IMAGE=$NGINX_IMAGE" \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --tag "$image" .
  rm -f "$tar"
  "${buildah[@]}" push --quiet "$image" "docker-archive:$tar:$image"
  "${trivy[@]}" image --input "$tar" --format cyclonedx --output "$build/sbom/$name-$arch.json"
  # All findings are listed. Those that nobody has fixed yet cannot stop a release: no base without them exists.
  "${trivy[@]}" image --input "$tar" --severity HIGH,CRITICAL --ignorefile deploy/jenkins/trivyignore.yaml \
    --output "$build/scan/$name-$arch.txt"
  cat "$build/scan/$name-$arch.txt"
  "${trivy[@]}" image --input "$tar" --severity HIGH,CRITICAL --ignorefile deploy/jenkins/trivyignore.yaml \
    --ignore-unfixed --exit-code 1
  rm -f "$tar"
}

push() {
  local name=$1 arch
  made+=("$name:$version")
  "${buildah[@]}" manifest create "$name:$version"
  for arch in "${architectures[@]}"; do
    # Each by itself first: the registry's digest is not that of the store, and sign.sh needs it.
    "${buildah[@]}" push --quiet --digestfile "$build/$name-$arch.digest" "$name:$version-$arch" \
      "docker://$REGISTRY/$name:$version-$arch"
    "${buildah[@]}" manifest add "$name:$version" "docker://$REGISTRY/$name@$(cat "$build/$name-$arch.digest")"
  done
  "${buildah[@]}" manifest push --all --quiet --digestfile "$build/$name.digest" "$name:$version" \
    "docker://$REGISTRY/$name:$version"
  echo "$REGISTRY/$name@$(cat "$build/$name.digest")" > "$build/$name.image"
  cat "$build/$name.image"
}

for arch in "${architectures[@]}"; do
  build causeway services "$arch"
  build causeway-edge edge "$arch"
done
# Pushes only after all were built: nobody should find half a release by its tag.
push causeway
push causeway-edge
