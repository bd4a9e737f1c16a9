'use strict';

const { Pool } = require('pg');

// Pods that start together wait for each other: IF NOT EXISTS alone is no protection from that.
const SCHEMA = `
  SELECT pg_advisory_xact_lock(1);
  CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'doing', 'done'))
  )`;

/** Tasks in PostgreSQL, which all pods share. */
class PostgresStore {
  name = 'postgres';
  #pool;

  constructor(pool) {
    this.#pool = pool;
  }

  static async open(url) {
    const pool = new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 5000 });
    // An idle connection that breaks is replaced; /ready tells when none can be had.
    pool.on('error', (error) => console.error(`postgres: ${error.message}`));
    await pool.query(SCHEMA);
    return new PostgresStore(pool);
  }

  async ping() {
    await this.#pool.query('SELECT 1');
  }

  async list(status) {
    const { rows } = await this.#pool.query(
      'SELECT id, title, status FROM tasks WHERE $1::text IS NULL OR status = $1 ORDER BY id DESC LIMIT 100',
      [status ?? null],
    );
    return rows;
  }

  async add(title) {
    const { rows } = await this.#pool.query(
      'INSERT INTO tasks (title) VALUES ($1) RETURNING id, title, status',
      [title],
    );
    return rows[0];
  }

  async change(id, { title, status }) {
    const { rows } = await this.#pool.query(
      `UPDATE tasks SET title = COALESCE($2, title), status = COALESCE($3, status)
       WHERE id = $1 RETURNING id, title, status`,
      [id, title, status],
    );
    return rows[0] ?? null;
  }

  async remove(id) {
    const { rowCount } = await this.#pool.query('DELETE FROM tasks WHERE id = $1', [id]);
    return rowCount > 0;
  }

  async close() {
    await this.#pool.end();
  }
}

module.exports = { PostgresStore };
