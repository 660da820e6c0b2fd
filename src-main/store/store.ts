import type { StatePaths } from './stateDir'
import { systemCode } from '../contract/errors'
import { carryRepository } from './carries'
import { openDatabase } from './database'
import { dependencyRepository } from './dependencies'
import { deviceRepository } from './devices'
import { eventRepository } from './events'
import { itemRepository } from './items'
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

  return {
    db,
    reserve,
    devices: deviceRepository(db),
    slices: sliceRepository(db),
    leases: leaseRepository(db),
    layoutChanges: layoutChangeRepository(db),
    jobs: jobRepository(db),
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
    /** Runs `change` in one transaction that is on disk when this returns; if it throws, nothing has changed. */
    write<T>(change: () => T): T {
      const transaction = db.transaction(change)
      try {
        return transaction.immediate()
      }
      catch (thrown) {
        if (isDiskFull(thrown) && reserve.giveUp())
          return transaction.immediate()
        throw thrown
      }
    },
    close: (): void => void db.close(),
  }
}

function isDiskFull(thrown: unknown): boolean {
  const code = systemCode(thrown)
  return code === 'SQLITE_FULL' || code === 'ENOSPC' || code?.startsWith('SQLITE_IOERR') === true
}
