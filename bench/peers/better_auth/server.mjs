// better-auth as its documentation sets it up: e-mail and password, a pg pool, a node:http server.
// `node server.mjs migrate` makes the tables; without it, it serves on PORT.
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import pg from "pg";

const auth = betterAuth({
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL }),
  emailAndPassword: { enabled: true },
  secret: process.env.BETTER_AUTH_SECRET,
  baseURL: process.env.BETTER_AUTH_URL,
  // On by default in production, and it would refuse most of what is measured.
  rateLimit: { enabled: false },
});

if (process.argv[2] === "migrate") {
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
  process.exit(0);
}
createServer(toNodeHandler(auth)).listen(Number(process.env.PORT), "127.0.0.1");
