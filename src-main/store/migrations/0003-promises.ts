/**
 * Jobs that are suspended, moved, served or limited in time; what they ran on; inputs left in their middle. A job that is
 * being moved holds a second lease, the incoming one. The two tables are made anew, as SQLite cannot change what a column
 * may hold.
 */
export const promises = `
CREATE TABLE newJob (
  id                  TEXT PRIMARY KEY,
  recipe              TEXT NOT NULL,
  model               TEXT NOT NULL,
  params              TEXT NOT NULL,
  profile             TEXT,
  deviceId            TEXT,
  need                TEXT,
  leastMiB            REAL,
  backends            TEXT NOT NULL,
  timeLimitMs         INTEGER,
  serving             TEXT,
  outDir              TEXT,
  state               TEXT NOT NULL CHECK (state IN ('queued', 'running', 'suspended', 'done', 'failed', 'cancelled')),
  error               TEXT,
  lastSlice           TEXT,
  ran                 TEXT,
  moves               INTEGER NOT NULL DEFAULT 0,
  lastPauseMs         REAL,
  crashes             INTEGER NOT NULL DEFAULT 0,
  crashesSinceResult  INTEGER NOT NULL DEFAULT 0,
  killsSinceResult    INTEGER NOT NULL DEFAULT 0,
  submittedAtMs       INTEGER NOT NULL,
  startedAtMs         INTEGER,
  endedAtMs           INTEGER,
  turnSinceMs         INTEGER NOT NULL,
  queuedMs            INTEGER NOT NULL DEFAULT 0,
  runMs               INTEGER NOT NULL DEFAULT 0,
  itemCount           INTEGER NOT NULL,
  doneCount           INTEGER NOT NULL DEFAULT 0,
  failedCount         INTEGER NOT NULL DEFAULT 0,
  firstInput          TEXT
) STRICT;
INSERT INTO newJob (id, recipe, model, params, profile, deviceId, need, backends, outDir, state, error, lastSlice, crashes, crashesSinceResult,
  submittedAtMs, startedAtMs, endedAtMs, turnSinceMs, queuedMs, runMs, itemCount, doneCount, failedCount, firstInput)
  SELECT id, recipe, model, params, profile, deviceId, need, '[]', outDir, state, error, lastSlice, crashes, crashesSinceResult,
  submittedAtMs, startedAtMs, endedAtMs, turnSinceMs, queuedMs, runMs, itemCount, doneCount, failedCount, firstInput FROM job;

CREATE TABLE newItem (
  jobId  TEXT NOT NULL REFERENCES newJob (id) ON DELETE CASCADE,
  idx    INTEGER NOT NULL CHECK (idx >= 0),
  input  TEXT,
  state  TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
  output TEXT,
  error  TEXT,
  epoch  INTEGER,
  PRIMARY KEY (jobId, idx),
  CHECK ((state = 'pending') = (epoch IS NULL)),
  CHECK ((state = 'done') = (output IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO newItem SELECT * FROM item;

CREATE TABLE carry (
  jobId TEXT PRIMARY KEY REFERENCES newJob (id) ON DELETE CASCADE,
  idx   INTEGER NOT NULL,
  state BLOB NOT NULL
) STRICT, WITHOUT ROWID;

DROP TABLE item;
DROP TABLE job;
ALTER TABLE newJob RENAME TO job;
ALTER TABLE newItem RENAME TO item;
CREATE INDEX job_by_state ON job (state, id);

ALTER TABLE lease ADD COLUMN role TEXT NOT NULL DEFAULT 'current' CHECK (role IN ('current', 'incoming'));
DROP INDEX lease_live_by_job;
CREATE UNIQUE INDEX lease_live_by_job ON lease (holder, role) WHERE releasedAtMs IS NULL AND holderKind = 'job';
`
