/**
 * Every way to cut: labels and settings of devices, compute instances within GPU instances, leases of several slices and
 * of holders outside the lab, the journal of layout changes, requests by need.
 */
export const slicing = `
ALTER TABLE device ADD COLUMN label TEXT;
ALTER TABLE device ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE job ADD COLUMN need TEXT;

CREATE TABLE newSlice (
  id           TEXT PRIMARY KEY,
  deviceId     TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  parentId     TEXT REFERENCES newSlice (id) ON DELETE CASCADE,
  profile      TEXT NOT NULL,
  start        INTEGER NOT NULL CHECK (start >= 0),
  size         INTEGER NOT NULL CHECK (size > 0),
  memoryMiB    INTEGER NOT NULL CHECK (memoryMiB > 0),
  computeShare REAL NOT NULL CHECK (computeShare > 0 AND computeShare <= 1),
  sm           INTEGER,
  createdAtMs  INTEGER NOT NULL
) STRICT;
INSERT INTO newSlice SELECT id, deviceId, NULL, profile, start, size, memoryMiB, computeShare, sm, createdAtMs FROM slice;
DROP TABLE slice;
ALTER TABLE newSlice RENAME TO slice;
CREATE INDEX slice_by_device ON slice (deviceId, start);
CREATE INDEX slice_by_parent ON slice (parentId) WHERE parentId IS NOT NULL;

CREATE TABLE newLease (
  epoch        INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  holder       TEXT NOT NULL,
  holderKind   TEXT NOT NULL CHECK (holderKind IN ('job', 'outside')),
  grantedAtMs  INTEGER NOT NULL,
  expiresAtMs  INTEGER,
  idleAfterMs  INTEGER,
  usedAtMs     INTEGER NOT NULL,
  releasedAtMs INTEGER,
  released     TEXT,
  CHECK ((releasedAtMs IS NULL) = (released IS NULL))
) STRICT;
INSERT INTO newLease SELECT epoch, id, holder, 'job', grantedAtMs, NULL, NULL, grantedAtMs, releasedAtMs, released FROM lease;

CREATE TABLE hold (
  sliceId TEXT PRIMARY KEY REFERENCES slice (id),
  epoch   INTEGER NOT NULL REFERENCES newLease (epoch)
) STRICT, WITHOUT ROWID;
INSERT INTO hold SELECT sliceId, epoch FROM lease WHERE releasedAtMs IS NULL AND sliceId IN (SELECT id FROM slice);

DROP TABLE lease;
ALTER TABLE newLease RENAME TO lease;
CREATE INDEX hold_by_epoch ON hold (epoch);
CREATE UNIQUE INDEX lease_live_by_job ON lease (holder) WHERE releasedAtMs IS NULL AND holderKind = 'job';
CREATE INDEX lease_live ON lease (epoch) WHERE releasedAtMs IS NULL;
CREATE INDEX lease_by_holder ON lease (holder);

CREATE TABLE layoutChange (
  id          TEXT PRIMARY KEY,
  deviceId    TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  before      TEXT NOT NULL,
  after       TEXT NOT NULL,
  steps       TEXT NOT NULL,
  done        INTEGER NOT NULL DEFAULT 0,
  state       TEXT NOT NULL CHECK (state IN ('applying', 'done', 'undone', 'rolled-back', 'stuck')),
  error       TEXT,
  createdAtMs INTEGER NOT NULL,
  endedAtMs   INTEGER
) STRICT;
CREATE INDEX layoutChange_by_device ON layoutChange (deviceId, id);
CREATE UNIQUE INDEX layoutChange_unfinished ON layoutChange (deviceId) WHERE state IN ('applying', 'stuck');

CREATE TRIGGER slice_never_overlaps BEFORE INSERT ON slice
WHEN EXISTS (SELECT 1 FROM slice s WHERE s.deviceId = NEW.deviceId AND s.parentId IS NEW.parentId AND s.start < NEW.start + NEW.size AND NEW.start < s.start + s.size)
BEGIN SELECT RAISE(ABORT, 'slices of a device cannot overlap'); END;
CREATE TRIGGER slice_never_moves BEFORE UPDATE OF deviceId, parentId, profile, start, size ON slice
BEGIN SELECT RAISE(ABORT, 'a slice is never moved: destroy it and cut another'); END;
CREATE TRIGGER slice_within_a_held_one BEFORE INSERT ON slice
WHEN NEW.parentId IN (SELECT sliceId FROM hold)
BEGIN SELECT RAISE(ABORT, 'a GPU instance that is held is not cut'); END;
CREATE TRIGGER hold_only_what_is_whole BEFORE INSERT ON hold
WHEN EXISTS (SELECT 1 FROM slice WHERE parentId = NEW.sliceId)
BEGIN SELECT RAISE(ABORT, 'a GPU instance with compute instances is held through these'); END;
CREATE TRIGGER hold_only_under_a_live_lease BEFORE INSERT ON hold
WHEN EXISTS (SELECT 1 FROM lease WHERE epoch = NEW.epoch AND releasedAtMs IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a lease that was released holds nothing'); END;
CREATE TRIGGER mode_never_changes_under_slices BEFORE UPDATE OF mode, settings ON device
WHEN (NEW.mode <> OLD.mode OR NEW.settings <> OLD.settings) AND EXISTS (SELECT 1 FROM slice WHERE deviceId = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a device changes its mode only while it has no slices'); END;
`
