import type { Database } from 'better-sqlite3'
import type { CallParsed } from '../contract/calls'
import type { JobState } from '../contract/model'

type Query = CallParsed<'jobs.query'>

/** A filter with its names resolved to ids. */
export interface JobFilter {
  readonly states?: readonly JobState[]
  readonly text?: string
  readonly tenants?: readonly string[]
  readonly queues?: readonly string[]
  /** `key=value`. */
  readonly labels?: readonly string[]
}

const sortColumns: Readonly<Record<Exclude<Query['sort']['by'], 'line'>, string>> = {
  submitted: 'submittedAtMs',
  state: 'state',
  name: 'coalesce(name, firstInput, model)',
  tenant: 'tenantId',
  queue: 'queueId',
  priority: 'priority',
  model: 'model',
  queued: 'queuedMs',
  run: 'runMs',
  ended: 'endedAtMs',
}

/** As jobs are served: those that wait first, by class, then by `lineKey`. Takes the aging as a parameter. */
const lineOrder = `state <> 'queued',
  (SELECT CASE terms ->> 'priorityClass' WHEN 'guaranteed' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END FROM queue WHERE queue.id = queueId),
  place - (priority + (SELECT terms ->> 'rank' FROM queue WHERE queue.id = queueId)) * ?`

const groupColumns: Readonly<Record<NonNullable<Query['group']>, string>> = { state: 'state', tenant: 'tenantId', queue: 'queueId', model: 'model', recipe: 'recipe' }

/** Pages of jobs: which, in which order, how many. */
export function jobQueries(db: Database) {
  return {
    /** Ids of one page, groups together. */
    page(filter: JobFilter, { sort, group, offset, limit }: Pick<Query, 'sort' | 'group' | 'offset' | 'limit'>, agingMs: number): string[] {
      const { where, values } = conditions(filter)
      const direction = sort.descending ? 'DESC' : 'ASC'
      const inLine = sort.by === 'line'
      const own = sort.by === 'submitted' ? [] : sort.by === 'line' ? [lineOrder] : [`${sortColumns[sort.by]} ${direction}`]
      const order = [...group ? [groupColumns[group]] : [], ...own, `id ${inLine ? 'ASC' : direction}`].join(', ')
      return db.prepare<unknown[], { id: string }>(`SELECT id FROM job ${where} ORDER BY ${order} LIMIT ? OFFSET ?`).all(...values, ...inLine ? [agingMs] : [], limit, offset).map(({ id }) => id)
    },
    ids(filter: JobFilter): string[] {
      const { where, values } = conditions(filter)
      return db.prepare<unknown[], { id: string }>(`SELECT id FROM job ${where} ORDER BY id`).all(...values).map(({ id }) => id)
    },
    /** How many there are of each group, in the order of the pages. */
    groups(filter: JobFilter, group: NonNullable<Query['group']>): { key: string, count: number }[] {
      const { where, values } = conditions(filter)
      const column = groupColumns[group]
      return db.prepare<unknown[], { key: string, count: number }>(`SELECT ${column} AS key, count(*) AS count FROM job ${where} GROUP BY ${column} ORDER BY ${column}`).all(...values)
    },
  }
}

function conditions({ states, text, tenants, queues, labels }: JobFilter): { where: string, values: unknown[] } {
  const terms: string[] = []
  const values: unknown[] = []
  const among = (column: string, names: readonly string[] | undefined) => {
    if (names === undefined)
      return
    terms.push(`${column} IN (SELECT value FROM json_each(?))`)
    values.push(JSON.stringify(names))
  }
  among('state', states)
  among('tenantId', tenants)
  among('queueId', queues)
  const sought = text?.trim() ?? ''
  if (sought !== '') {
    // instr, not LIKE: what a person types has no wildcards.
    terms.push(`instr(lower(id || ' ' || coalesce(name, '') || ' ' || coalesce(firstInput, '') || ' ' || recipe || ' ' || model || ' ' || coalesce(profile, lastSlice ->> 'profile', '') || ' ' || labels), ?) > 0`)
    values.push(sought.toLowerCase())
  }
  for (const label of labels ?? []) {
    const [key, ...rest] = label.split('=')
    terms.push(`EXISTS (SELECT 1 FROM json_each(labels) WHERE key = ? AND value = ?)`)
    values.push(key, rest.join('='))
  }
  return { where: terms.length > 0 ? `WHERE ${terms.join(' AND ')}` : '', values }
}
