import { execFileSync } from 'node:child_process'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { z } from 'zod'

const note = z.object({ pid: z.number().int().positive(), started: z.string().min(1) })
const notes = z.array(note)
type Note = z.infer<typeof note>

export interface WorkerNotes {
  readonly add: (pid: number) => void
  readonly remove: (pid: number) => void
}

/**
 * Keeps word of the worker processes that live, for the next owner of the state folder: should this lab be killed while a
 * worker is stopped, that worker cannot end by itself. The file is written whole at every change.
 */
export function createWorkerNotes(path: string): WorkerNotes {
  const known = new Map<number, Note>()
  const write = () => {
    const fresh = `${path}.new`
    writeFileSync(fresh, `${JSON.stringify([...known.values()])}\n`, { mode: 0o600 })
    renameSync(fresh, path)
  }
  return {
    /** Notes a process that was just started. One that is gone already, or whose start the system does not tell, is not noted. */
    add(pid) {
      const started = startOf(pid)
      if (started === null)
        return
      known.set(pid, { pid, started })
      write()
    },
    remove(pid) {
      if (known.delete(pid))
        write()
    },
  }
}

/**
 * Ends the workers that an earlier owner noted and left behind. Only for the owner of the state folder, before it starts
 * workers of its own. A process that has a noted number but another start is someone else's and is left alone. Returns
 * how many were ended.
 */
export function endStrayWorkers(path: string): number {
  return readNotes(path).filter(({ pid, started }) => startOf(pid) === started && end(pid)).length
}

/** None where the file is missing or damaged: without a sure start nobody is ended. */
function readNotes(path: string): Note[] {
  try {
    return notes.parse(JSON.parse(readFileSync(path, 'utf8')))
  }
  catch {
    return []
  }
}

/** SIGKILL ends a stopped process as well. */
function end(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  }
  catch {
    return false
  }
}

/** What tells a process from another that gets its number later; null if there is none, or no way to know (Windows). */
function startOf(pid: number): string | null {
  try {
    if (process.platform === 'linux')
      return linuxStart(pid)
    return process.platform === 'darwin' ? execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null : null
  }
  catch {
    return null
  }
}

/** Clock ticks from boot to start, and the boot they count from. The program's name before them may hold spaces and brackets. */
function linuxStart(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [state, ...later] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = later[18]
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return state === 'Z' || ticks === undefined ? null : `${boot} ${ticks}`
}
