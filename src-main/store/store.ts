import type { StatePaths } from './stateDir'
import type { Versions } from './versions'
import { systemCode } from '../contract/errors'
import { carryRepository } from './carries'
import { openDatabase } from './database'
import { dependencyRepository } from './dependencies'
import { deviceRepository } from './devices'
import { eventRepository } from './events'
import { itemRepository } from './items'
import { jobQueries } from './jobQuery'
import { jobRepository } from './jobs'
import { layoutChangeRepository } from './layoutChanges'
import { leaseRepository } from './leases'
import { queueRepository } from './queues'
import { recoveryRepository } from './recoveries'
import { openReserve } from './reserve'
import { retentionRepository } from './retention'
import { settingRepository } from './settings'
import { sliceRepository } from './slices'
import { templateRepository } from './templates'
import { tenantRepository } from './tenants'
import { turnRepository } from './turns'
import { useRepository } from './uses'
import { counting } from './versions'
import { windowRepository } from './windows'

export type Store = ReturnType<typeof openStore>

/** The lab's memory. Only the main process opens it; every change of more than one row goes through `write`. */
export function openStore(paths: StatePaths) {
  const reserve = openReserve(paths.reserve)
  const db = openWithReserve()
  reserve.keep()

  function openWithReserve() {
    try {
      return openDatabase(paths.database, paths.backups)
    }
    catch (thrown) {
      if (isDiskFull(thrown) && reserve.giveUp())
        return openDatabase(paths.database, paths.backups)
      throw thrown
    }
  }

  const versions: Versions = { layout: 0, leases: 0 }
  const layoutChanged = () => void versions.layout++
  const leasesChanged = () => void versions.leases++

  const store = {
    db,
    reserve,
    versions: versions as Readonly<Versions>,
    devices: counting(deviceRepository(db), ['insert', 'refresh', 'configure', 'label', 'setAvailability', 'remove'], layoutChanged),
    slices: counting(sliceRepository(db), ['insert', 'remove'], layoutChanged),
    leases: counting(leaseRepository(db), ['insert', 'release'], leasesChanged),
    layoutChanges: counting(layoutChangeRepository(db), ['insert', 'end'], layoutChanged),
    jobs: jobRepository(db),
    jobQueries: jobQueries(db),
    items: itemRepository(db),
    carries: carryRepository(db),
    events: eventRepository(db),
    tenants: tenantRepository(db),
    queues: queueRepository(db),
    dependencies: dependencyRepository(db),
    turns: turnRepository(db),
    uses: useRepository(db),
    windows: windowRepository(db),
    templates: templateRepository(db),
    settings: settingRepository(db),
    retention: retentionRepository(db),
    recoveries: recoveryRepository(db),
    /**
     * The same as `write`, but flushed to disk only with the next change that is: for what nobody was told of, and what a
     * power cut may take back without harm. The end of the process takes back nothing.
     */
    writeUnflushed<T>(change: () => T): T {
      if (db.inTransaction)
        return store.write(change)
      db.pragma('synchronous = NORMAL')
      try {
        return store.write(change)
      }
      finally {
        db.pragma('synchronous = FULL')
      }
    },
    /**
     * Runs `change` in one transaction that is on disk when this returns; if it throws, nothing has changed. Within another
     * one it is a part of that: what it throws takes back its own part alone, and it is on disk with the whole.
     */
    write<T>(change: () => T): T {
      const transaction = db.transaction(change)
      const isPart = db.inTransaction
      try {
        return transaction.immediate()
      }
      catch (thrown) {
        layoutChanged()
        leasesChanged()
        if (!isPart && isDiskFull(thrown) && reserve.giveUp())
          return transaction.immediate()
        throw thrown
      }
    },
    close: (): void => void db.close(),
  }
  return store
}

function isDiskFull(thrown: unknown): boolean {
  const code = systemCode(thrown)
  return code === 'SQLITE_FULL' || code === 'ENOSPC' || code?.startsWith('SQLITE_IOERR') === true
}
