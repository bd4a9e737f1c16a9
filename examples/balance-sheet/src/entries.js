'use strict';

const express = require('express');
const { RequestError } = require('./errors');

const LONGEST_NAME = 100;

/** Amounts are whole cents: sums of fractions would drift. */
function readEntry(body) {
  const { name, cents } = body ?? {};
  if (typeof name !== 'string' || name.trim() === '' || name.length > LONGEST_NAME) {
    throw new RequestError(400, `name must have 1 to ${LONGEST_NAME} characters`);
  }
  if (!Number.isSafeInteger(cents) || cents < 0) {
    throw new RequestError(400, 'cents must be a whole number, 0 or more');
  }
  return { name: name.trim(), cents };
}

/** Create, read, update and delete entries of one kind: income, expense or asset. */
function entriesRouter({ db, kind }) {
  const router = express.Router();

  function find(req) {
    const entry = db.get(
      'SELECT id, name, cents FROM entries WHERE id = ? AND user_id = ? AND kind = ?',
      [Number(req.params.id), req.userId, kind],
    );
    if (!entry) throw new RequestError(404, `there is no ${kind} ${req.params.id}`);
    return entry;
  }

  router.get('/', (req, res) => {
    res.json(
      db.all(
        'SELECT id, name, cents FROM entries WHERE user_id = ? AND kind = ? ORDER BY id DESC LIMIT 100',
        [req.userId, kind],
      ),
    );
  });

  router.post('/', (req, res) => {
    const { name, cents } = readEntry(req.body);
    const { lastInsertRowid } = db.run(
      'INSERT INTO entries (user_id, kind, name, cents) VALUES (?, ?, ?, ?)',
      [req.userId, kind, name, cents],
    );
    res.status(201).json({ id: Number(lastInsertRowid), name, cents });
  });

  router.get('/:id', (req, res) => {
    res.json(find(req));
  });

  router.put('/:id', (req, res) => {
    const { id } = find(req);
    const { name, cents } = readEntry(req.body);
    db.run('UPDATE entries SET name = ?, cents = ? WHERE id = ?', [name, cents, id]);
    res.json({ id, name, cents });
  });

  router.delete('/:id', (req, res) => {
    db.run('DELETE FROM entries WHERE id = ?', [find(req).id]);
    res.status(204).end();
  });

  return router;
}

module.exports = { entriesRouter };
