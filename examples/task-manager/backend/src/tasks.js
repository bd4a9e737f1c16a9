'use strict';

const express = require('express');
const { RequestError } = require('./errors');

const STATUSES = ['open', 'doing', 'done'];
const LONGEST_TITLE = 200;
const LARGEST_ID = 2 ** 31 - 1;

function readTitle(title) {
  if (typeof title !== 'string' || title.trim() === '' || title.length > LONGEST_TITLE) {
    throw new RequestError(400, `title must have 1 to ${LONGEST_TITLE} characters`);
  }
  return title.trim();
}

function readStatus(status) {
  if (!STATUSES.includes(status)) throw new RequestError(400, `status must be ${STATUSES.join(', ')}`);
  return status;
}

function readId(text) {
  const id = Number(text);
  if (!Number.isInteger(id) || id < 1 || id > LARGEST_ID) throw new RequestError(404, 'there is no such task');
  return id;
}

function tasksRouter(store) {
  const router = express.Router();

  router.get('/', async (req, res) => {
    const { status } = req.query;
    res.json(await store.list(status === undefined ? undefined : readStatus(status)));
  });

  router.post('/', async (req, res) => {
    res.status(201).json(await store.add(readTitle(req.body?.title)));
  });

  router.patch('/:id', async (req, res) => {
    const { title, status } = req.body ?? {};
    const changes = {};
    if (title !== undefined) changes.title = readTitle(title);
    if (status !== undefined) changes.status = readStatus(status);
    const task = await store.change(readId(req.params.id), changes);
    if (!task) throw new RequestError(404, 'there is no such task');
    res.json(task);
  });

  router.delete('/:id', async (req, res) => {
    if (!(await store.remove(readId(req.params.id)))) throw new RequestError(404, 'there is no such task');
    res.status(204).end();
  });

  return router;
}

module.exports = { tasksRouter };
