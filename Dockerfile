# Rebook in one image: a static binary, CA certificates, zone data, and nothing else.
#
#   docker build --build-arg COMMIT=$(git rev-parse HEAD) -t rebook .
#   docker run -p 8080:8080 -v rebook:/data --stop-timeout 30 -e REBOOK_BOOTSTRAP_KEY=… rebook
#   docker run -p 8080:8080 rebook demo
#
# A stop takes as long as the texts under way need, 20 seconds at most. Docker's own patience is 10: give it 30
# (--stop-timeout 30; stop_grace_period: 30s in a compose file), else the next start has to ask the carrier about them.

FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG COMMIT=
# CGO off: static, so that it runs where there is no C library. -trimpath: no paths of the build machine inside.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.commit=$COMMIT" -o /image/rebook ./daemon
# An empty image has no directories: one for the data, owned by the user below, and one for demo and selftest.
RUN mkdir -p /image/data /image/tmp /image/etc/ssl/certs /image/usr/share \
    && chmod 0700 /image/data && chmod 1777 /image/tmp && chown 65532:65532 /image/data \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && cp /usr/local/go/lib/time/zoneinfo.zip /image/usr/share/

FROM scratch
COPY --from=build /image /
# The binary has zone data inside; this copy can be replaced when a country changes its clocks before the next release.
ENV ZONEINFO=/usr/share/zoneinfo.zip
ENV REBOOK_STORAGE_DIR=/data REBOOK_SERVER_LISTEN=0.0.0.0:8080
USER 65532:65532
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s --retries=3 CMD ["/rebook", "health"]
ENTRYPOINT ["/rebook"]
CMD ["serve"]
