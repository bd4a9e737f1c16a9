'use strict';

const express = require('express');
const { version } = require('../package.json');

/** `/health`: the process is alive. `/ready`: it can do its work, too. */
function healthRouter({ db }) {
  const router = express.Router();

  router.get('/health', (_req, res) => {
    res.json({ status: 'ok', version });
  });

  router.get('/ready', (_req, res) => {
    try {
      db.get('SELECT 1');
      res.json({ status: 'ready', database: 'ok' });
    } catch (error) {
      res.status(503).json({ status: 'not ready', database: error.message });
    }
  });

  return router;
}

module.exports = { healthRouter };
