import type { Feeds, ModelRun, Values } from './runtimeTensor'
import { sameValues } from './sameValues'
import { rowsOf, stack, stackKey, unstack } from './stack'

/** What one member of a group gave. */
export interface Ran extends ModelRun {
  /** Members that ran together with it, itself included; `runMs` is of them all. */
  readonly together: number
}

export type Outcome = Ran | { readonly failed: unknown }

export interface TogetherDeps {
  readonly run: (feeds: Feeds) => Promise<ModelRun>
  /** Why the model's graph does not let inputs be stacked, or null. */
  readonly problem: string | null
  readonly log: (message: string) => void
}

export type Together = ReturnType<typeof createTogether>

/**
 * Runs several inputs of a model as one. The results are those of single runs but for rounding (other sizes of a matrix are
 * summed in another order): 1e-5 of the value in 32-bit floats.
 *
 * A graph does not tell whether its first dimension means the batch: it may be time, or be averaged over. So the first group of
 * each shape is checked against single runs of two of its members; where they differ, this model runs inputs one by one from
 * then on. What differs for some values only is not found by this: such a model must not be batched.
 */
export function createTogether({ run, problem, log }: TogetherDeps) {
  const checked = new Set<string>()
  let refused = problem

  async function alone(feeds: Feeds): Promise<Outcome> {
    try {
      return { ...await run(feeds), together: 1 }
    }
    catch (failed) {
      return { failed }
    }
  }

  async function oneByOne(members: readonly Feeds[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    for (const member of members)
      outcomes.push(await alone(member))
    return outcomes
  }

  function refuse(why: string): void {
    refused = why
    log(`This model's inputs run one by one: ${why}.`)
  }

  /** Null where the group did not run, or not so that its results are its members' own. */
  async function asOne(members: readonly Feeds[], key: string): Promise<readonly Outcome[] | null> {
    let ran: ModelRun
    try {
      ran = await run(stack(members))
    }
    catch {
      return null
    }
    const parts = unstack(ran.values, members.map(member => rowsOf(member) ?? 0))
    if (parts === null) {
      refuse('what it gives for several does not have one row for each')
      return null
    }
    if (!checked.has(key) && !await isOwn(members, parts))
      return null
    checked.add(key)
    return parts.map(values => ({ values, runMs: ran.runMs, together: members.length }))
  }

  /** Compares the first and the last member with runs of their own. */
  async function isOwn(members: readonly Feeds[], parts: readonly Values[]): Promise<boolean> {
    for (const place of [0, members.length - 1]) {
      const own = await alone(members[place])
      if ('failed' in own)
        return false
      if (!sameValues(parts[place], own.values)) {
        refuse('together they give other results than alone, so its first dimension is not a batch of independent inputs')
        return false
      }
    }
    return true
  }

  return {
    /** Why inputs of this model run one by one, or null. */
    problem: (): string | null => refused,
    /** Inputs of the same kind can run together; null for one that has to run alone. */
    kindOf: (feeds: Feeds): string | null => refused === null ? stackKey(feeds) : null,
    /** Runs members of one kind as one. If that fails, one by one, so that only those fail that fail alone. */
    async run(members: readonly Feeds[]): Promise<readonly Outcome[]> {
      const [first] = members
      const key = first === undefined || members.length === 1 || refused !== null ? null : stackKey(first)
      return (key === null ? null : await asOne(members, key)) ?? oneByOne(members)
    },
  }
}
