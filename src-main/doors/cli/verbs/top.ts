import type { Command } from 'commander'
import type { JobSummary, Queue, SliceUse, Tenant } from '../../../contract/model'
import type { Act } from '../context'
import type { Session } from '../session'
import { setTimeout } from 'node:timers/promises'
import { interruptible } from '../interrupt'
import { durationMs } from '../quantities'
import { duration, memory, table } from '../text'

interface Look { readonly atMs: number, readonly tenants: readonly Tenant[], readonly queues: readonly Queue[], readonly running: readonly JobSummary[], readonly next: readonly JobSummary[], readonly use: readonly SliceUse[] }

/** Jobs that are shown of those that run, and of those that wait. */
const most = 15

export function addTop(program: Command, act: Act): void {
  program.command('top')
    .description('who uses the lab now, what runs and what is next')
    .option('--every <time>', 'look again that often until Ctrl-C, e.g. 2s', durationMs)
    .action(({ every }: { every?: number }, command: Command) => act(command, async ({ output, withLab }) => {
      await withLab('ask', async (lab) => {
        if (every === undefined) {
          const seen = await look(lab)
          return output.answer(seen, () => lines(seen))
        }
        await interruptible(async (signal) => {
          while (!signal.aborted) {
            const seen = await look(lab)
            output.answerLine(seen, () => ['', ...lines(seen)].join('\n'))
            await setTimeout(every, undefined, { signal }).catch(() => undefined)
          }
        })
      })
    }))
}

async function look(lab: Session): Promise<Look> {
  const [tenants, queues, running, next, use] = await Promise.all([
    lab.call('tenants.list', {}),
    lab.call('queues.list', {}),
    lab.call('jobs.query', { filter: { states: ['running'] }, limit: most }),
    lab.call('jobs.query', { filter: { states: ['queued'] }, sort: { by: 'submitted' }, limit: most }),
    lab.call('devices.use', {}),
  ])
  return { atMs: Date.now(), tenants, queues, running: running.rows, next: next.rows, use }
}

function lines({ tenants, queues, running, next, use }: Look): string[] {
  const lab = tenants.find(({ parent }) => parent === null)
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const counts = queues.reduce((sum, { counts: own }) => ({ running: sum.running + own.running, queued: sum.queued + own.queued, held: sum.held + own.held }), { running: 0, queued: 0, held: 0 })
  const usedBy = new Map(use.map(each => [each.job, each]))
  return [
    `${percent(lab?.use.share ?? 0)} of the lab is leased to jobs; ${counts.running} run, ${counts.queued} wait, ${counts.held} are held.`,
    '',
    ...table([['tenant', 'uses', 'lately', 'due', 'running', 'waiting'], ...tenants.filter(({ parent, use: own }) => parent !== null && own.running + own.queued > 0).map(({ path, use: own }) => [path, percent(own.share), percent(own.faded), percent(own.due), String(own.running), String(own.queued)])]),
    '',
    ...table([['running', 'tenant', 'queue', 'slice', 'for', 'cores', 'memory', 'name'], ...running.map((job) => {
      const used = usedBy.get(job.id)
      return [job.id, job.tenant, job.queue, job.slice?.profile ?? '-', duration(job.timing.runMs), used ? used.cores.toFixed(2) : '-', used ? memory(used.usedMiB) : '-', job.name ?? job.title]
    })]),
    ...next.length === 0 ? [] : ['', ...table([['waiting', 'tenant', 'queue', 'wants', 'for', 'why'], ...next.map(job => [job.id, job.tenant, job.queue, job.request.profile ?? '-', duration(job.timing.queuedMs), job.waiting ?? ''])])],
  ]
}
