'use strict';

// SQLite as WebAssembly: no compiler is needed where it is installed, and its files are plain SQLite.
const { Database } = require('node-sqlite3-wasm');

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('income', 'expense', 'asset')),
    name TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents >= 0)
  );
  CREATE INDEX IF NOT EXISTS entries_of_user ON entries (user_id, kind);
`;

function openDatabase(path) {
  const db = new Database(path);
  db.exec('PRAGMA foreign_keys = ON');
  db.exec(SCHEMA);
  return db;
}

module.exports = { openDatabase };
