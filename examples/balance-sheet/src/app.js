'use strict';

const express = require('express');
const { authRouter, requireUser } = require('./auth');
const { entriesRouter } = require('./entries');
const { answerError, notFound } = require('./errors');
const { healthRouter } = require('./health');
const { summaryRouter } = require('./summary');

function createApp({ db, jwtSecret }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(healthRouter({ db }));
  app.use(express.json({ limit: '10kb' }));
  app.use('/api/auth', authRouter({ db, jwtSecret }));
  app.use('/api', requireUser(jwtSecret));
  app.use('/api/incomes', entriesRouter({ db, kind: 'income' }));
  app.use('/api/expenses', entriesRouter({ db, kind: 'expense' }));
  app.use('/api/assets', entriesRouter({ db, kind: 'asset' }));
  app.use('/api/summary', summaryRouter({ db }));
  app.use(notFound);
  app.use(answerError);
  return app;
}

module.exports = { createApp };
