'use strict';

const express = require('express');
const { answerError, notFound } = require('./errors');
const { healthRouter } = require('./health');
const { tasksRouter } = require('./tasks');

function createApp({ store, version }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(healthRouter(store, version));
  app.use(express.json({ limit: '10kb' }));
  app.use('/api/tasks', tasksRouter(store));
  app.use(notFound);
  app.use(answerError);
  return app;
}

module.exports = { createApp };
