# The portal is built with everything installed; the image that runs has only what runs.
FROM node:24 AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 FAIRLEAD_DATA=/data
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund && install -d -o node -g node /data
COPY fairlead.mjs LICENSE ./
COPY src src
COPY pages pages
COPY migrations migrations
COPY --from=build /app/web/dist web/dist
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The program stops by itself within STOP_TIMEOUT_MS (30 s); give it that long: docker stop -t 40.
CMD ["node", "fairlead.mjs", "start"]
