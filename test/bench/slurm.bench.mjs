/**
 * `npm run bench -- slurm`: Tranche beside a real Slurm on this machine: submits, starts, work, and what is left after kill -9.
 * `npm run bench -- slurm -- kill 5` runs one part, and says how many rounds.
 *
 * Slurm runs from its own temporary folder and is never installed by this: without its programs the comparison is left out.
 */
import process from 'node:process'
import { kill } from './slurm/kill.mjs'
import { missingPrograms } from './slurm/programs.mjs'
import { start } from './slurm/start.mjs'
import { submit } from './slurm/submit.mjs'
import { work } from './slurm/work.mjs'

const parts = {
  submit: { measure: submit, rounds: 5 },
  start: { measure: start, rounds: 5 },
  work: { measure: work, rounds: 5 },
  kill: { measure: kill, rounds: 10 },
}
const [part, wantedRounds] = process.argv.slice(2)

if ((part !== undefined && !(part in parts)) || (wantedRounds !== undefined && !/^[1-9]\d{0,2}$/.test(wantedRounds))) {
  console.error(`slurm [${Object.keys(parts).join('|')} [ROUNDS]]`)
  process.exitCode = 2
}
else if (missingPrograms().length > 0) {
  console.log(`left out: Slurm is not installed here (no ${missingPrograms().join(', ')}). The README says which Debian packages it takes.`)
}
else {
  for (const name of part ? [part] : Object.keys(parts)) {
    await parts[name].measure(Number(wantedRounds ?? parts[name].rounds))
    console.log('')
  }
}
