-- The database of Vitas and its two roles: the owner migrates, the application owns nothing.
-- Run once as a superuser, connected to any database:
--   psql -v ON_ERROR_STOP=1 -v owner_password=... -v app_password=... -f roles.sql
CREATE ROLE vitas_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE vitas_app LOGIN PASSWORD :'app_password';
CREATE DATABASE vitas OWNER vitas_owner
    ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE vitas FROM PUBLIC;
GRANT CONNECT ON DATABASE vitas TO vitas_app;
ALTER DATABASE vitas SET timezone TO 'UTC';

\connect vitas
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO vitas_app;
ALTER DEFAULT PRIVILEGES FOR ROLE vitas_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO vitas_app;
ALTER DEFAULT PRIVILEGES FOR ROLE vitas_owner GRANT USAGE, SELECT ON SEQUENCES TO vitas_app;
