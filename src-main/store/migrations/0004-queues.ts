/**
 * Who asks and in which line: tenants, queues, what jobs wait for, windows, use over time, turns on slices, templates.
 * Events may be pruned from the oldest on, up to the number that `meta` names.
 */
export const queues = `
CREATE TABLE tenant (
  id       TEXT PRIMARY KEY,
  parentId TEXT REFERENCES tenant (id),
  name     TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('organisation', 'team', 'person')),
  terms    TEXT NOT NULL,
  UNIQUE (parentId, name)
) STRICT;
CREATE UNIQUE INDEX tenant_one_root ON tenant (parentId IS NULL) WHERE parentId IS NULL;
INSERT INTO tenant VALUES
  ('tenant_root', NULL, 'lab', 'organisation', '{"weight":1,"guaranteed":{},"borrowing":{},"lending":{},"cap":{}}'),
  ('tenant_me', 'tenant_root', 'me', 'person', '{"weight":1,"guaranteed":{},"borrowing":{},"lending":{},"cap":{}}');

CREATE TABLE queue (
  id    TEXT PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE,
  terms TEXT NOT NULL
) STRICT;
INSERT INTO queue VALUES
  ('queue_guaranteed', 'guaranteed', '{"priorityClass":"guaranteed","rank":0,"state":"open","tenants":null,"defaultMaxRunMs":null,"minRunMs":60000}'),
  ('queue_normal', 'normal', '{"priorityClass":"normal","rank":0,"state":"open","tenants":null,"defaultMaxRunMs":null,"minRunMs":60000}'),
  ('queue_scavenger', 'scavenger', '{"priorityClass":"scavenger","rank":0,"state":"open","tenants":null,"defaultMaxRunMs":null,"minRunMs":0}');

ALTER TABLE job ADD COLUMN name TEXT;
ALTER TABLE job ADD COLUMN tenantId TEXT NOT NULL DEFAULT 'tenant_me';
ALTER TABLE job ADD COLUMN queueId TEXT NOT NULL DEFAULT 'queue_normal';
ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN place REAL NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';
ALTER TABLE job ADD COLUMN gang TEXT;
ALTER TABLE job ADD COLUMN tries INTEGER NOT NULL DEFAULT 1;
ALTER TABLE job ADD COLUMN preemptions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN notBeforeMs INTEGER;
ALTER TABLE job ADD COLUMN deadlineMs INTEGER;
ALTER TABLE job ADD COLUMN maxRunMs INTEGER;
ALTER TABLE job ADD COLUMN retries TEXT;
UPDATE job SET place = submittedAtMs;
CREATE INDEX job_by_tenant ON job (tenantId, state);
CREATE INDEX job_by_queue ON job (queueId, state);
CREATE INDEX job_by_end ON job (endedAtMs) WHERE endedAtMs IS NOT NULL;

CREATE TABLE dependency (
  jobId   TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  onJobId TEXT NOT NULL,
  needs   TEXT NOT NULL CHECK (needs IN ('success', 'end')),
  PRIMARY KEY (jobId, onJobId)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependency_on ON dependency (onJobId);

CREATE TABLE turn (
  epoch    INTEGER NOT NULL,
  sliceId  TEXT NOT NULL,
  deviceId TEXT NOT NULL,
  profile  TEXT NOT NULL,
  start    INTEGER NOT NULL,
  holder   TEXT NOT NULL,
  fromMs   INTEGER NOT NULL,
  toMs     INTEGER NOT NULL,
  ended    TEXT NOT NULL,
  PRIMARY KEY (epoch, sliceId)
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_by_end ON turn (toMs);

CREATE TABLE use (
  tenantId TEXT NOT NULL,
  minute   INTEGER NOT NULL,
  share    REAL NOT NULL,
  PRIMARY KEY (tenantId, minute)
) STRICT, WITHOUT ROWID;
CREATE INDEX use_by_minute ON use (minute);

CREATE TABLE reservedWindow (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  devices TEXT NOT NULL,
  tenants TEXT NOT NULL,
  time    TEXT NOT NULL
) STRICT;

CREATE TABLE template (
  name       TEXT PRIMARY KEY,
  submission TEXT NOT NULL,
  savedAtMs  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE device ADD COLUMN availability TEXT NOT NULL DEFAULT 'open' CHECK (availability IN ('open', 'cordoned', 'draining'));
ALTER TABLE device ADD COLUMN availabilityReason TEXT;

DROP TRIGGER event_is_never_deleted;
CREATE TRIGGER event_is_only_pruned BEFORE DELETE ON event
WHEN OLD.seq > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'eventsPrunedTo'), 0)
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
`
