import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The newest lease that results name which lie on the disk, so that none is given out a second time; 0 where there are none. */
export function newestEpoch(jobsDir: string): number {
  let newest = 0
  for (const job of existsSync(jobsDir) ? readdirSync(jobsDir) : []) {
    const results = join(jobsDir, job, 'results')
    for (const name of existsSync(results) ? readdirSync(results) : [])
      newest = Math.max(newest, Number(/(?:^|\.)e(\d{1,15})(?:\.|$)/.exec(name)?.[1] ?? 0))
  }
  return newest
}
