/** A job as its line sees it. */
export interface InLine {
  readonly id: string
  readonly tenant: string
  readonly queue: string
}

/** Where a job goes: before another one, or, with null, behind all others of its tenant and queue. */
export type LineMove = { readonly before: string | null } | { readonly refused: string }

/**
 * One place up or down among the jobs of the same tenant and queue, past those of others, whose order fair share decides.
 * `rows` are the part of the line that is known, in its order.
 */
export function oneStep(rows: readonly (InLine | undefined)[], at: number, direction: -1 | 1): LineMove {
  const own = rows[at]
  const alike = rows.flatMap((row, index) => own && row && sameLine(row, own) ? [{ index, id: row.id }] : [])
  const place = alike.findIndex(({ index }) => index === at)
  if (direction < 0)
    return place > 0 ? { before: alike[place - 1].id } : { refused: 'It is the first of its tenant already.' }
  if (place < 0 || place === alike.length - 1)
    return { refused: 'It is the last of its tenant already.' }
  return { before: alike[place + 2]?.id ?? null }
}

/** A job dropped on the place of another one. */
export function droppedOn(rows: readonly (InLine | undefined)[], from: number, to: number): LineMove {
  const [own, other] = [rows[from], rows[to]]
  if (!own || !other || from === to)
    return { refused: '' }
  if (!sameLine(own, other))
    return { refused: `This job is of ${own.tenant} and that one of ${other.tenant}: between tenants fair share decides. Drop it on a job of its own tenant.` }
  return from > to ? { before: other.id } : oneStepBehind(rows, to)
}

function oneStepBehind(rows: readonly (InLine | undefined)[], at: number): LineMove {
  const own = rows[at]
  return { before: rows.slice(at + 1).find(row => row && own && sameLine(row, own))?.id ?? null }
}

function sameLine(a: InLine, b: InLine): boolean {
  return a.tenant === b.tenant && a.queue === b.queue
}
