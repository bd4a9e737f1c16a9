'use strict';

const express = require('express');

function summaryRouter({ db }) {
  const router = express.Router();
  router.get('/', (req, res) => {
    const sums = { income: 0, expense: 0, asset: 0 };
    const rows = db.all('SELECT kind, SUM(cents) AS cents FROM entries WHERE user_id = ? GROUP BY kind', [
      req.userId,
    ]);
    for (const { kind, cents } of rows) sums[kind] = Number(cents);
    res.json({
      income: sums.income,
      expenses: sums.expense,
      assets: sums.asset,
      balance: sums.income - sums.expense,
      netWorth: sums.asset + sums.income - sums.expense,
    });
  });
  return router;
}

module.exports = { summaryRouter };
