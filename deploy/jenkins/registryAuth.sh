# shellcheck shell=bash
# Sourced by scripts that talk to the registry. It makes $work, a folder for this run only, with the login as buildah, cosign and Helm
# read it: no login is kept on the agent, and none is on a command line, which every user of the machine can read.
#   REGISTRY         such as registry.example.org/causeway
#   REGISTRY_LOGIN   user:password for it; optional
: "${REGISTRY:?must be the registry for images and chart}"
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOCKER_CONFIG=$work REGISTRY_AUTH_FILE=$work/config.json HELM_REGISTRY_CONFIG=$work/config.json
if [ -n "${REGISTRY_LOGIN:-}" ]; then
  printf '{"auths":{"%s":{"auth":"%s"}}}' "${REGISTRY%%/*}" \
    "$(printf '%s' "$REGISTRY_LOGIN" | base64 --wrap=0)" > "$REGISTRY_AUTH_FILE"
else
  printf '{}' > "$REGISTRY_AUTH_FILE"
fi
