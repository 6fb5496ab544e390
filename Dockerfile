# Builds two images. The default holds all services; the command chooses one: node dist/ingest/main.js, dist/bridge/main.js,
# dist/gateway/main.js, dist/account/main.js, dist/history/main.js, which migrates the database and exits, or dist/broker/main.js, which
# writes the users of Mosquitto. `--target edge` is nginx with the page.
#
# The bases are arguments so that a release can pin them: `--build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:…`. The pipeline
# requires a digest. The default is a tag, because a digest that nobody renews gets no security fixes.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG NGINX_IMAGE=nginx:1.28-bookworm
# Docker sets it by itself, and Debian's buildah only if it is passed.
ARG BUILDPLATFORM

# Compiles everything by the same steps as a developer's machine. The result is the same for every architecture, so the machine that builds
# does it: emulated, it would take ten times as long.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /build
# What rarely changes comes first, so that the dependencies are a separate layer.
COPY package.json package-lock.json .npmrc prisma.config.ts ./
COPY stack/setup.mjs ./stack/
COPY stack/setup ./stack/setup
COPY prisma/schema.prisma ./prisma/
RUN node stack/setup.mjs generate
COPY . .
RUN node stack/setup.mjs build \
  && node deploy/image/edgeConfig.mjs nginx.conf \
  && mkdir -p /app/dist /app/prisma /edge \
  && cp -R dist/account dist/bridge dist/broker dist/chassis dist/contract dist/gateway dist/history dist/ingest dist/prisma /app/dist/ \
  && cp -R prisma/migrations /app/prisma/ \
  && cp package.json deploy/image/health.mjs deploy/image/smoke.mjs /app/ \
  && cp -R dist/page/. /edge/ \
  # Whatever the modes in the checkout: everybody may read the files, and only root may write them.
  && chmod -R u=rwX,go=rX /app /edge nginx.conf

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS dependencies
ARG TARGETARCH
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY deploy/image/prune.mjs /tmp/
# Also without `optional`: Prisma's command line and its studio are optional peers, 260 MB that no service loads.
# What a package brings for one kind of machine is optional too: account's hashes of passwords need it.
RUN npm ci --omit=dev --omit=optional \
  && cpu=$(node -p "({ amd64: 'x64' })['$TARGETARCH'] ?? ('$TARGETARCH' || process.arch)") \
  && npm install --no-save --omit=dev --omit=optional --cpu="$cpu" --force "@node-rs/argon2-linux-$cpu-gnu@$(node -p \
  "require('@node-rs/argon2/package.json').version")" \
  && node /tmp/prune.mjs node_modules

FROM ${NGINX_IMAGE} AS edge
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="causeway-edge" \
  org.opencontainers.image.description="Causeway's edge: nginx with the page" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
COPY --from=build /edge /srv/causeway
# For Compose, where services are found by their names. The chart brings its own configuration, from the same template.
COPY --from=build /build/nginx.conf /etc/nginx/causeway.conf
USER 1000:1000
EXPOSE 8080
# Workers finish their requests within worker_shutdown_timeout; SIGTERM would end every stream at once.
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8081 && printf 'GET /nginx_status HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q Active <&3"]
# Skips the base's entrypoint script, which writes below /etc.
ENTRYPOINT []
CMD ["nginx", "-e", "stderr", "-c", "/etc/nginx/causeway.conf"]

FROM ${NODE_IMAGE} AS services
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="causeway" \
  org.opencontainers.image.description="Causeway's services: ingest, bridge, gateway, account, and the migrations" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
# Nothing is installed at run time. A package manager would help an intruder, and scanners complain about it.
RUN rm -rf /opt/yarn* /usr/local/lib/node_modules /usr/local/include \
  /usr/local/bin/corepack /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /app
# For Compose: a new volume takes this folder's owner, Mosquitto's user.
RUN install -d -o 1883 -g 1883 -m 700 /mosquitto/data
# A container has its own address, and its network decides who reaches it.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 METRICS_HOST=0.0.0.0 METRICS_PORT=9090
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app ./
USER 1000:1000
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "health.mjs"]
CMD ["node", "--enable-source-maps", "--v8-pool-size=1", "dist/gateway/main.js"]
