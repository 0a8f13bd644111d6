#!/bin/sh
# Run by the postgres image when its data folder is new.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v owner_password="$VITAS_OWNER_PASSWORD" -v app_password="$VITAS_APP_PASSWORD" -f /vitas/roles.sql
