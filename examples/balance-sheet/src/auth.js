'use strict';

const express = require('express');
const jwt = require('jsonwebtoken');
const { RequestError } = require('./errors');
const { hashPassword, isPassword } = require('./passwords');

const ALGORITHM = 'HS256';
const SHORTEST_PASSWORD = 8;

function readCredentials(body) {
  const { email, password } = body ?? {};
  if (typeof email !== 'string' || !/^\S+@\S+$/.test(email)) {
    throw new RequestError(400, 'email must be an address');
  }
  if (typeof password !== 'string' || password.length < SHORTEST_PASSWORD) {
    throw new RequestError(400, `password must have ${SHORTEST_PASSWORD} characters or more`);
  }
  return { email: email.toLowerCase(), password };
}

function authRouter({ db, jwtSecret }) {
  const router = express.Router();
  const tokenOf = (userId) =>
    jwt.sign({}, jwtSecret, { algorithm: ALGORITHM, subject: String(userId), expiresIn: '1h' });

  router.post('/register', async (req, res) => {
    const { email, password } = readCredentials(req.body);
    const hash = await hashPassword(password);
    const { changes, lastInsertRowid } = db.run(
      'INSERT INTO users (email, password) VALUES (?, ?) ON CONFLICT DO NOTHING',
      [email, hash],
    );
    if (changes === 0) throw new RequestError(409, 'this email is taken');
    res.status(201).json({ token: tokenOf(lastInsertRowid) });
  });

  router.post('/login', async (req, res) => {
    const { email, password } = readCredentials(req.body);
    const user = db.get('SELECT id, password FROM users WHERE email = ?', [email]);
    if (!user || !(await isPassword(password, user.password))) {
      throw new RequestError(401, 'wrong email or password');
    }
    res.json({ token: tokenOf(user.id) });
  });

  return router;
}

/** Lets only those through who bring a valid token; `req.userId` says who it is. */
function requireUser(jwtSecret) {
  return (req, _res, next) => {
    const [scheme, token] = (req.get('authorization') ?? '').split(' ');
    if (scheme !== 'Bearer' || !token) throw new RequestError(401, 'a bearer token is needed');
    try {
      req.userId = Number(jwt.verify(token, jwtSecret, { algorithms: [ALGORITHM] }).sub);
    } catch {
      throw new RequestError(401, 'the token is not valid');
    }
    next();
  };
}

module.exports = { authRouter, requireUser };
