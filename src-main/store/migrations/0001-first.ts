/** Devices, slices and leases; jobs with their inputs; the event log. Times are Unix milliseconds. */
export const first = `
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL CHECK (kind IN ('cpu', 'gpu', 'virtual-gpu')),
  model       TEXT NOT NULL,
  name        TEXT NOT NULL,
  mode        TEXT NOT NULL CHECK (mode IN ('passthrough', 'sriov', 'vgpu', 'mig', 'shared')),
  memoryMiB   INTEGER NOT NULL CHECK (memoryMiB > 0),
  hardwareKey TEXT UNIQUE,
  present     INTEGER NOT NULL DEFAULT 1 CHECK (present IN (0, 1)),
  createdAtMs INTEGER NOT NULL
) STRICT;

CREATE TABLE slice (
  id           TEXT PRIMARY KEY,
  deviceId     TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  profile      TEXT NOT NULL,
  start        INTEGER NOT NULL CHECK (start >= 0),
  size         INTEGER NOT NULL CHECK (size > 0),
  memoryMiB    INTEGER NOT NULL CHECK (memoryMiB > 0),
  computeShare REAL NOT NULL CHECK (computeShare > 0 AND computeShare <= 1),
  sm           INTEGER,
  createdAtMs  INTEGER NOT NULL,
  UNIQUE (deviceId, start)
) STRICT;

CREATE TABLE job (
  id                  TEXT PRIMARY KEY,
  recipe              TEXT NOT NULL,
  model               TEXT NOT NULL,
  params              TEXT NOT NULL,
  profile             TEXT,
  deviceId            TEXT,
  outDir              TEXT,
  state               TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  error               TEXT,
  lastSlice           TEXT,
  crashes             INTEGER NOT NULL DEFAULT 0,
  crashesSinceResult  INTEGER NOT NULL DEFAULT 0,
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
CREATE INDEX job_by_state ON job (state, id);

CREATE TABLE item (
  jobId  TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
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

CREATE TABLE lease (
  epoch        INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  sliceId      TEXT NOT NULL,
  holder       TEXT NOT NULL REFERENCES job (id),
  grantedAtMs  INTEGER NOT NULL,
  releasedAtMs INTEGER,
  released     TEXT,
  CHECK ((releasedAtMs IS NULL) = (released IS NULL))
) STRICT;
CREATE UNIQUE INDEX lease_live_by_slice ON lease (sliceId) WHERE releasedAtMs IS NULL;
CREATE UNIQUE INDEX lease_live_by_holder ON lease (holder) WHERE releasedAtMs IS NULL;
CREATE INDEX lease_by_holder ON lease (holder);

CREATE TABLE event (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  atMs    INTEGER NOT NULL,
  type    TEXT NOT NULL,
  subject TEXT NOT NULL,
  data    TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_subject ON event (subject, seq);
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;

CREATE TRIGGER slice_never_overlaps BEFORE INSERT ON slice
WHEN EXISTS (SELECT 1 FROM slice s WHERE s.deviceId = NEW.deviceId AND s.start < NEW.start + NEW.size AND NEW.start < s.start + s.size)
BEGIN SELECT RAISE(ABORT, 'slices of a device cannot overlap'); END;
CREATE TRIGGER slice_never_moves BEFORE UPDATE OF deviceId, profile, start, size ON slice
BEGIN SELECT RAISE(ABORT, 'a slice is never moved: destroy it and cut another'); END;
`
