'use strict';

const SHORTEST_SECRET = 16;

/** Settings from the environment; throws when one is missing, so that a pod fails at once. */
function readConfig(env = process.env) {
  const jwtSecret = env.JWT_SECRET ?? '';
  if (jwtSecret.length < SHORTEST_SECRET) {
    throw new Error(`JWT_SECRET must have ${SHORTEST_SECRET} characters or more`);
  }
  return {
    host: env.HOST ?? '0.0.0.0',
    port: Number(env.PORT ?? 3000),
    database: env.DATABASE ?? 'balance-sheet.db',
    jwtSecret,
  };
}

module.exports = { readConfig };
