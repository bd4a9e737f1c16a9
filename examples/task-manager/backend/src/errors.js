'use strict';

/** What a client did wrong: it is told so, with this status. */
class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function notFound(req) {
  throw new RequestError(404, `there is no ${req.path}`);
}

// Express knows an error handler by its four parameters.
function answerError(error, _req, res, _next) {
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
}

module.exports = { RequestError, notFound, answerError };
