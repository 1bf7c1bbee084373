# The base can be replaced, for a mirror or an image made at home:
#   docker build --build-arg PYTHON_IMAGE=registry.example/python --build-arg PYTHON_VERSION=3.12-slim .
ARG PYTHON_IMAGE=python
ARG PYTHON_VERSION=3.13-slim


# ---- build: everything that needs an installer happens here, and stays here ----
FROM ${PYTHON_IMAGE}:${PYTHON_VERSION} AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /build

# The tools (uv, hatchling) live in a virtualenv of their own, apart from what is shipped.
COPY requirements/build.txt requirements/
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --require-hashes --no-deps --only-binary :all: \
        --requirement requirements/build.txt

# --no-deps: the lock is complete, and leaves out python-jose's pure-Python fall-backs on purpose.
COPY requirements/run.txt requirements/
RUN python -m venv --without-pip /opt/venv \
    && /opt/tools/bin/uv pip install --python /opt/venv/bin/python --compile-bytecode \
        --require-hashes --no-deps --only-binary :all: --requirement requirements/run.txt

COPY . .
RUN /opt/tools/bin/uv build --wheel --no-build-isolation --python /opt/tools/bin/python \
        --out-dir dist \
    && /opt/tools/bin/uv pip install --python /opt/venv/bin/python --compile-bytecode \
        --offline --no-deps dist/*.whl


# ---- final: the interpreter, the virtualenv, one user; nothing that installs or compiles ----
FROM ${PYTHON_IMAGE}:${PYTHON_VERSION}

# pip goes, and ensurepip with the copy it carries. The standard library is compiled once
# here: slim images leave that out, and on a read-only root every start would pay for it.
RUN python -m pip uninstall --yes --root-user-action=ignore pip \
    && stdlib="$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && rm -rf "${stdlib}/ensurepip" \
    && python -m compileall -q -j 0 -x '/(test|idlelib|tkinter|site-packages)/' "${stdlib}" \
    && groupadd --gid 10001 authsvc \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/authsvc \
        --no-create-home --no-log-init --shell /usr/sbin/nologin authsvc \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/authsvc

COPY --from=build /opt/venv /opt/venv

# An image is for production until its environment says otherwise: the checks at boot are
# then the strict ones. The data dir is the only place that is written to.
ENV PATH=/opt/venv/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AUTHSVC_ENV=production \
    AUTHSVC_DATA_DIR=/var/lib/authsvc

WORKDIR /var/lib/authsvc
VOLUME ["/var/lib/authsvc"]
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM

# http.client, not urllib.request: proxy variables in the environment must not lead it astray.
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-I", "-S", "-c", "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]

ENTRYPOINT ["authsvc"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="authsvc" \
      org.opencontainers.image.description="Sign-up, sign-in and signed tokens as a small async service" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
