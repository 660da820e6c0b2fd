/**
 * `npm run bench -- queue`: how fast the lab takes jobs, starts them and works them off. A lab in a process of its own
 * (`tranche serve`); the client is another process on its socket. Trivial jobs run a model that adds four numbers, on seven
 * MIG slices of a virtual GPU. Each round has a lab of its own.
 */
import process from 'node:process'
import { load } from './lib/bundle.mjs'
import { quantile, spread, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'
import { allDone, timed, trivialJob, warmUp } from './lib/trivialJobs.mjs'

const rounds = Number(process.argv[2] ?? 3)
const count = Number(process.argv[3] ?? 500)
const { addModel, connectSocket } = await load('lib/parts.ts')

const figures = { oneByOne: [], together: [], many: [], latency: [], jobs: [], oneJob: [] }
for (let round = 0; round < rounds; round++) {
  const lab = await startLab(connectSocket)
  const { client } = lab
  const [device] = await client.call('lab.add', { model: 'A100-80GB', mode: 'mig', layout: Array.from({ length: 7 }, () => ({ profile: '1g.10gb' })) })
  const trivial = trivialJob(lab, addModel, device.id)
  const held = { ...trivial, hold: true }
  figures.oneByOne.push(count / (await timed(async () => {
    for (let job = 0; job < count; job++)
      await client.call('jobs.submit', held)
  })) * 1000)
  figures.together.push(count / (await timed(() => Promise.all(Array.from({ length: count }, () => client.call('jobs.submit', held))))) * 1000)
  figures.many.push(count / (await timed(() => client.call('jobs.submitMany', { submissions: Array.from({ length: count }, () => held) }))) * 1000)
  await client.call('jobs.bulk', { action: 'cancel', filter: { states: ['suspended'] } })
  await warmUp(client, trivial, 7)
  for (let job = 0; job < 50; job++) {
    const from = Date.now()
    const { id } = await lab.run(trivial)
    const events = await client.call('events.list', { subject: id })
    figures.latency.push(events.find(({ type }) => type === 'job.started').atMs - from)
  }
  figures.jobs.push(count / (await timed(async () => {
    await client.call('jobs.submitMany', { submissions: Array.from({ length: count }, () => trivial) })
    await allDone(client)
  })) * 1000)
  figures.oneJob.push(count / (await timed(() => lab.run({ ...trivial, synthetic: count }))) * 1000)
  await lab.stop()
}

console.log(`${count} jobs a line, ${rounds} rounds: median (least to most)`)
console.log(table([
  ['', 'a second'],
  ['submits acknowledged, one after the other', spread(figures.oneByOne, 0)],
  ['submits acknowledged, many callers at once', spread(figures.together, 0)],
  ['submits acknowledged, in one call', spread(figures.many, 0)],
  ['trivial jobs done', spread(figures.jobs, 0)],
  ['inputs of one trivial job done', spread(figures.oneJob, 0)],
]))
console.log(`submit to start on an idle lab: median ${quantile(figures.latency, 0.5).toFixed(1)} ms, p99 ${quantile(figures.latency, 0.99).toFixed(1)} ms`)
