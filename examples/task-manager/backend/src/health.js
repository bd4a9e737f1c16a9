'use strict';

const express = require('express');

/** `/health`: the process is alive. `/ready`: it can do its work, too. */
function healthRouter(store, version) {
  const router = express.Router();

  router.get('/health', (_req, res) => {
    res.json({ status: 'ok', version });
  });

  router.get('/ready', async (_req, res) => {
    try {
      await store.ping();
      res.json({ status: 'ready', store: store.name });
    } catch (error) {
      res.status(503).json({ status: 'not ready', store: store.name, error: error.message });
    }
  });

  return router;
}

module.exports = { healthRouter };
