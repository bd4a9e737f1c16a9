'use strict';

const jwt = require('jsonwebtoken');
const request = require('supertest');
const { createApp } = require('../src/app');
const { openDatabase } = require('../src/database');

const SECRET = 'a-secret-of-the-tests-only';

/** The application with a database of its own in memory; a test closes `db`. */
function start() {
  const db = openDatabase(':memory:');
  return { db, api: request(createApp({ db, jwtSecret: SECRET })) };
}

/** The headers of a new user, who needs no password: hashing one is slow on purpose. */
function newUser(db, email = 'ada@example.com') {
  const { lastInsertRowid } = db.run("INSERT INTO users (email, password) VALUES (?, '')", [email]);
  const token = jwt.sign({}, SECRET, { subject: String(lastInsertRowid), expiresIn: '1h' });
  return { Authorization: `Bearer ${token}` };
}

module.exports = { SECRET, start, newUser };
