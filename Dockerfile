# The whole system on the embedded network, in one image: for demos and small pilots.
FROM node:22-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.base.json ./
COPY chaincode ./chaincode
COPY network ./network
COPY gateway ./gateway
COPY scripts ./scripts
COPY test ./test
RUN node scripts/bin/bootstrap.mjs build && mkdir /data && chown node:node /data
USER node
ENV HOST=0.0.0.0 PORT=3000 ONEPLEDGE_HOME=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD node -e "fetch('http://127.0.0.1:3000/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
CMD ["node", "scripts/bin/bootstrap.mjs", "start"]
