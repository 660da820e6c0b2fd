import { join } from 'node:path'
import pino from 'pino'

/** The lab's own log, a file of JSON lines in the state folder. Written at once, so that a crash loses nothing. */
export function openLog(folder: string) {
  return pino({ level: 'info', base: undefined }, pino.destination({ dest: join(folder, 'tranche.log'), sync: true, mkdir: true, mode: 0o600 }))
}
