import type { Catalog } from '../catalog/catalog'
import type { Check } from '../contract/model'
import type { Hardware } from '../inventory/hardware'
import type { RuntimeInfo } from '../labOptions'
import type { StatePaths } from '../store/stateDir'
import type { Store } from '../store/store'
import { lstatSync, statfsSync } from 'node:fs'
import process from 'node:process'
import { checkInvariants } from './invariants'

export interface DoctorDeps {
  readonly store: Store
  readonly stateDir: string
  readonly paths: StatePaths
  readonly catalog: Catalog
  readonly hardware: Pick<Hardware, 'smi' | 'problems' | 'differences' | 'tablesFor'>
  readonly nowMs: () => number
  readonly runtime: RuntimeInfo
}

/** Looks the whole lab over: what it runs on, what it has stored, and every invariant of the design. */
export async function examine(deps: DoctorDeps): Promise<{ ok: boolean, checks: Check[] }> {
  const checks: Check[] = [
    checkRuntime(deps.runtime),
    checkGpus(deps.hardware),
    ...checkTables(deps.hardware),
    checkDatabase(deps.store),
    ...checkRecovery(deps.store),
    checkFolder(deps.stateDir),
    checkSpace(deps.stateDir, deps.store),
    ...await checkCatalog(deps.catalog),
    ...checkInvariants({ store: deps.store, tablesFor: deps.hardware.tablesFor, jobsDir: deps.paths.jobs, nowMs: deps.nowMs() }),
  ]
  return { ok: checks.every(({ ok }) => ok), checks }
}

function checkRuntime(runtime: RuntimeInfo): Check {
  const electron = runtime.electron === null ? 'no Electron' : `Electron ${runtime.electron}`
  return { name: 'runtime', ok: true, detail: `${electron} (${runtime.detail}), this process on Node ${process.versions.node}` }
}

function checkGpus({ smi, problems }: DoctorDeps['hardware']): Check {
  const found = smi.found ? `${smi.gpus.length} found by nvidia-smi` : `none: ${smi.detail}`
  return { name: 'GPUs', ok: true, detail: [found, ...problems].join('; ') }
}

/** A driver that differs from the built-in tables is believed; nothing is wrong with the lab. */
function checkTables({ differences }: DoctorDeps['hardware']): Check[] {
  const words = differences.map(({ device, profile, field, table, driver }) => `${device}, ${profile}: ${field} is ${driver ?? 'not told'} by the driver and ${table ?? 'unknown'} in the table`)
  return differences.length === 0 ? [] : [{ name: 'driver and tables', ok: true, detail: `${differences.length} differences, the driver is believed: ${words.slice(0, 8).join('; ')}${words.length > 8 ? ` and ${words.length - 8} more` : ''}` }]
}

function checkDatabase({ db }: Store): Check {
  const integrity = db.pragma('integrity_check(5)', { simple: true })
  const strays = db.pragma('foreign_key_check') as unknown[]
  const ok = integrity === 'ok' && strays.length === 0
  const settings = `${db.pragma('journal_mode', { simple: true })}, synchronous=${db.pragma('synchronous', { simple: true })}, version ${db.pragma('user_version', { simple: true })}`
  return { name: 'database', ok, detail: ok ? `sound (${settings})` : `${integrity}; ${strays.length} broken references. Put back a copy from the backups folder.` }
}

/** Bad news until someone has taken note of it. */
function checkRecovery({ recoveries }: Store): Check[] {
  const recovered = recoveries.get()
  return recovered ? [{ name: 'recovery', ok: false, detail: `${recovered.words} \`tranche doctor --acknowledge\` takes note of it.` }] : []
}

function checkFolder(stateDir: string): Check {
  const { mode } = lstatSync(stateDir)
  const open = process.platform !== 'win32' && (mode & 0o077) !== 0
  return { name: 'state folder', ok: true, detail: open ? `${stateDir} can be read by other users of this machine: \`chmod 700\` closes it` : stateDir }
}

function checkSpace(stateDir: string, store: Store): Check {
  const { bavail, bsize } = statfsSync(stateDir)
  const freeMiB = Math.floor(bavail * bsize / 1024 ** 2)
  const hasReserve = store.reserve.keep()
  return { name: 'disk space', ok: hasReserve, detail: hasReserve ? `${freeMiB} MiB free` : `${freeMiB} MiB free: too little. Free some space before jobs fail.` }
}

async function checkCatalog(catalog: Catalog): Promise<Check[]> {
  const ready = catalog.list().filter(({ state }) => state === 'ready')
  return Promise.all(ready.map(async ({ id, name }) => {
    const broken = await catalog.verify(id)
    return { name: `model ${id}`, ok: broken.length === 0, detail: broken.length === 0 ? `${name}: every file has its digest` : `${name}: ${broken.join(', ')} damaged. \`tranche pull ${id}\` fetches it again.` }
  }))
}
