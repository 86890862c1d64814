# The project's images: chaincode, gateway, operator. `docker compose build` makes them; without a network, after
# `npm ci --ignore-scripts --cache .npm-cache` where there was one.
ARG NODE=node:22.19.0-bookworm-slim

# npm's cache when the project's folder has one: the pattern matches nothing otherwise.
FROM scratch AS npm-cache
COPY package.json .npm-cach[e] /

FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY chaincode/package.json chaincode/
COPY network/package.json network/
COPY gateway/package.json gateway/
COPY scripts/package.json scripts/
COPY test/package.json test/
COPY docker/install.sh /usr/local/bin/install-packages

FROM packages AS build
RUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=bind,from=npm-cache,target=/npm-cache install-packages
COPY tsconfig.json tsconfig.base.json ./
COPY chaincode chaincode
COPY network network
COPY gateway gateway
COPY scripts scripts
# Types were checked before the sources came here.
RUN node node_modules/typescript/bin/tsc -b --noCheck chaincode network gateway scripts \
  && find chaincode/dist network/dist gateway/dist scripts/dist \( -name '*.test.*' -o -name '*.map' -o -name '*.d.ts' -o -name 'testing' \) -prune -exec rm -r {} +

FROM packages AS chaincode-packages
RUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=bind,from=npm-cache,target=/npm-cache install-packages --omit=dev -w chaincode

FROM packages AS gateway-packages
RUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=bind,from=npm-cache,target=/npm-cache install-packages --omit=dev -w network -w gateway

FROM packages AS operator-packages
RUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=bind,from=npm-cache,target=/npm-cache install-packages --omit=dev -w network -w gateway -w scripts

FROM ${NODE} AS base
WORKDIR /app
# glibc gives memory back to the system in pieces of 1 MiB and more: what was used for a moment does not stay.
ENV NODE_ENV=production MALLOC_TRIM_THRESHOLD_=1048576 MALLOC_MMAP_THRESHOLD_=1048576
# Where services have their volumes; whoever mounts one as another user finds it is theirs.
RUN install -d -o node -g node /var/lib/onepledge
USER node

FROM base AS chaincode
COPY --from=chaincode-packages /app ./
COPY --from=build /app/chaincode/dist chaincode/dist
EXPOSE 9999
# A shell costs far less than a Node process for each question.
HEALTHCHECK --interval=10s --timeout=10s --retries=12 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9999"]
ENTRYPOINT ["node", "--max-semi-space-size=2", "--env-file=/var/lib/onepledge/environment", "chaincode/dist/main.js"]

FROM base AS gateway
COPY --from=gateway-packages /app ./
COPY --from=build /app/chaincode/dist/model chaincode/dist/model
COPY --from=build /app/network/dist network/dist
COPY --from=build /app/gateway/dist gateway/dist
ENV HOST=0.0.0.0 PORT=3000 ONEPLEDGE_HOME=/var/lib/onepledge
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=10s --retries=12 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=4", "gateway/dist/main.js"]

FROM base AS operator
COPY --from=operator-packages /app ./
COPY --from=build /app/chaincode/dist/model chaincode/dist/model
COPY --from=build /app/network/dist network/dist
COPY --from=build /app/gateway/dist gateway/dist
COPY --from=build /app/scripts/dist scripts/dist
COPY scripts/bin scripts/bin
COPY network/consortium.yaml /etc/onepledge/consortium.yaml
ENV ONEPLEDGE_HOME=/var/lib/onepledge ONEPLEDGE_PREPARE=off ONEPLEDGE_CONSORTIUM=/etc/onepledge/consortium.yaml
ENTRYPOINT ["node", "network/dist/compose/main.js"]
