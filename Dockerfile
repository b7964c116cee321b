# One static binary, no shell, no root. Build: docker build --build-arg VERSION=$(git describe --tags --always) .
FROM golang:1.26 AS build
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
    -ldflags "-s -w -buildid= -X github.com/prometheus/common/version.Version=${VERSION}" \
    -o /anchorwatch ./cmd/anchorwatch && mkdir /state

FROM gcr.io/distroless/static:nonroot
COPY --from=build /anchorwatch /anchorwatch
COPY --from=build --chown=65532:65532 /state /var/lib/anchorwatch
USER 65532:65532
EXPOSE 9464
VOLUME /var/lib/anchorwatch
HEALTHCHECK CMD ["/anchorwatch", "healthcheck"]
ENTRYPOINT ["/anchorwatch"]
CMD ["run", "--config.file=/etc/anchorwatch/anchorwatch.yml", "--storage.path=/var/lib/anchorwatch"]
