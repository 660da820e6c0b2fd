import { pick } from '../placement/random.mjs'

const minute = 60_000
const shapes = [['1g.10gb', 9856, 1 / 7, 14], ['1g.10gb', 9856, 1 / 7, 14], ['2g.20gb', 19968, 2 / 7, 28], ['3g.40gb', 40192, 3 / 7, 42]]
const priorityClasses = ['guaranteed', 'normal', 'scavenger']

/**
 * A lab in memory around the queue's own book: twenty tenants in a tree, three queues, and GPUs of four slices. Nothing is
 * written and no worker runs: what is left is what one look at the queue takes.
 *
 * @param {any} parts from bundle.ts
 * @param {{ slices: number, random: () => number, distinct: boolean }} size `distinct`: no two jobs ask for the same
 */
export function labInMemory({ createBook, createUseBook, eligibility, heldBy, jobRow, takeSnapshot, usualSettings, usualTenantTerms }, { slices: count, random, distinct }) {
  let nowMs = 1_000_000_000
  let made = 0
  let holdings = { ofHolder: new Map() }
  const tenants = tenantsOf(usualTenantTerms)
  const queues = priorityClasses.map(priorityClass => ({ id: `queue_${priorityClass}`, name: priorityClass, terms: { priorityClass, rank: 0, minRunMs: minute, state: 'open' } }))
  const slices = slicesOf(count)
  const registry = { settings: () => usualSettings, tenants: () => tenants, queues: () => queues, pathOf: id => id }
  const facts = { dependencies: [], modelReady: true, queue: 'open', queueName: 'normal' }
  const book = createBook({ nowMs: () => nowMs, rankOf: () => 0, agingMs: () => usualSettings.agingMs, eligibility: (job, atMs) => eligibility(job, facts, atMs), dependentsOf: () => [] })
  const capacity = () => ({ slices, pools: [] })
  const uses = createUseBook({ store: { uses: { between: () => [], add: () => {} }, write: work => work() }, nowMs: () => nowMs, halfLifeMs: () => usualSettings.halfLifeMs, held: () => heldBy(book.running(), capacity(), holdings) })
  const running = new Map()

  function newJob() {
    made += 1
    const [profile, memoryMiB] = pick(random, shapes)
    const kind = random()
    return jobRow({
      id: `job_${String(made).padStart(8, '0')}`,
      tenantId: pick(random, tenants.slice(6)).id,
      queueId: pick(random, queues).id,
      priority: Math.floor(random() * 5),
      place: nowMs - Math.floor(random() * 1000 * minute),
      turnSinceMs: nowMs,
      profile: kind < 0.7 ? profile : null,
      need: kind >= 0.7 && kind < 0.9 ? { memoryMiB: Math.floor(memoryMiB / 2) } : null,
      maxRunMs: pick(random, [null, null, 10 * minute, 60 * minute]),
      leastMiB: distinct ? 1 + made / 1_000_000 : null,
    })
  }

  function hold() {
    holdings = { ofHolder: new Map([...running].map(([job, slice]) => [job, { slices: [slice.id], amount: { compute: slice.computeShare, memoryMiB: slice.memoryMiB } }])) }
  }

  function start(job, slice) {
    slice.holder = job.id
    running.set(job.id, slice)
    book.put({ ...job, state: 'running', turnSinceMs: nowMs })
  }

  function end(jobId, state) {
    const slice = running.get(jobId)
    const job = book.get(jobId)
    running.delete(jobId)
    slice.holder = null
    book.put({ ...job, state, turnSinceMs: nowMs })
  }

  const deps = { book, registry, uses, capacity, devices: () => [], windows: () => [], holdingOf: id => holdings.ofHolder.get(id), isLeaving: () => false }
  return {
    slices,
    jobs: book.jobs,
    tenants,
    queues,
    nowMs: () => nowMs,
    fill(queued) {
      for (let each = 0; each < queued; each++)
        book.put(newJob())
      for (const slice of slices)
        start({ ...newJob(), profile: slice.profile, need: null }, slice)
      hold()
      uses.look()
    },
    /** Time goes on, some jobs end, and as many are submitted. */
    goOn(ends) {
      nowMs += 1000
      const ids = [...running.keys()]
      for (let each = 0; each < Math.min(ends, ids.length); each++)
        end(ids.splice(Math.floor(random() * ids.length), 1)[0], 'done')
      for (let each = 0; each < ends; each++)
        book.put(newJob())
      hold()
    },
    /** What the dispatcher reads before it plans. */
    snapshot() {
      uses.look()
      book.wakeUp((_job, { untilMs }) => untilMs !== null && untilMs <= nowMs)
      return takeSnapshot(deps, nowMs)
    },
    /** The decisions as they would come true. */
    carryOut(decisions) {
      const byId = new Map(slices.map(slice => [slice.id, slice]))
      for (const { type, places } of decisions) {
        if (type === 'start')
          places.forEach(({ job, slice }) => start(book.get(job), byId.get(slice)))
      }
      for (const { type, job, slice } of decisions) {
        if (type === 'preempt') {
          end(job, 'queued')
        }
        else if (type === 'expire') {
          end(job, 'failed')
        }
        else if (type === 'move') {
          running.get(job).holder = null
          running.set(job, byId.get(slice))
          byId.get(slice).holder = job
        }
      }
      hold()
    },
  }
}

/** The root, five teams with a guarantee for two of them, and three people in each of these but the last, which has two. */
function tenantsOf(usual) {
  const root = { id: 'tenant_root', parentId: null, terms: usual }
  const teams = Array.from({ length: 5 }, (_, team) => ({ id: `tenant_${team}`, parentId: root.id, terms: { ...usual, weight: 1 + team, guaranteed: team < 2 ? { compute: 1 + team } : {} } }))
  const people = Array.from({ length: 14 }, (_, person) => ({ id: `tenant_${person % 5}_${person}`, parentId: teams[person % 5].id, terms: { ...usual, weight: 1 + person % 3 } }))
  return [root, ...teams, ...people]
}

function slicesOf(count) {
  return Array.from({ length: count }, (_, index) => {
    const [profile, memoryMiB, computeShare, sm] = shapes[index % 4]
    const device = `device_${String(Math.floor(index / 4)).padStart(4, '0')}`
    return { id: `slice_${String(index).padStart(5, '0')}`, device, deviceName: device, model: 'A100-80GB', label: null, profile, start: index % 4, memoryMiB, sm, engines: null, threads: 1 + index % 3, computeShare, isGpu: true, holder: null, unusable: null }
  })
}
