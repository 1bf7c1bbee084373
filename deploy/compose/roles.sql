-- Runs once, when the database volume is empty. Two roles, neither a superuser: one owns
-- the schema and is used for migrations only, the service's own may only read and write rows.
\set ON_ERROR_STOP on
\getenv owner_password DB_OWNER_PASSWORD
\getenv service_password DB_PASSWORD

CREATE ROLE authsvc_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE authsvc LOGIN PASSWORD :'service_password';

ALTER DATABASE authsvc OWNER TO authsvc_owner;
REVOKE ALL ON DATABASE authsvc FROM PUBLIC;
GRANT CONNECT ON DATABASE authsvc TO authsvc;
ALTER DEFAULT PRIVILEGES FOR ROLE authsvc_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO authsvc;
ALTER DEFAULT PRIVILEGES FOR ROLE authsvc_owner
    GRANT USAGE ON SEQUENCES TO authsvc;

-- The superuser stays for maintenance over the local socket, and has no way in by password.
ALTER ROLE postgres PASSWORD NULL;
