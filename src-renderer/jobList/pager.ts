/** An answer to a page of a query: its rows, and what is true of the whole. */
export interface Page<T, Whole> {
  readonly rows: readonly T[]
  readonly whole: Whole
}

interface Parts<T, Whole> {
  readonly pageSize: number
  /** Pages that one read may ask for together. */
  readonly mostPerRead: number
  /** Pages that are kept; those furthest from what is wanted go first. */
  readonly mostKept: number
  readonly read: (offset: number, limit: number) => Promise<Page<T, Whole>>
  readonly changed: (whole: Whole) => void
  readonly failed: (thrown: unknown) => void
}

/**
 * Rows of a list that is too long to be read whole, in pages. One read at a time: after each the pager asks for what is
 * wanted *then*, so pages that were scrolled past are never read. Pages that are out of date are shown until they are
 * read again.
 */
export function createPager<T extends { readonly id: string }, Whole>({ pageSize, mostPerRead, mostKept, read, changed, failed }: Parts<T, Whole>) {
  const pages = new Map<number, { readonly rows: readonly T[], isFresh: boolean }>()
  let wanted: readonly number[] = []
  let generation = 0
  let busy: Promise<void> | null = null

  /** The first wanted page that is missing or out of date, and those that follow it without a gap. */
  function nextRun(): { readonly first: number, readonly count: number } | null {
    const due = wanted.filter(page => !pages.get(page)?.isFresh).toSorted((a, b) => a - b)
    if (due.length === 0)
      return null
    let count = 1
    while (count < mostPerRead && due[count] === due[0] + count)
      count += 1
    return { first: due[0], count }
  }

  async function readDue() {
    for (let run = nextRun(); run; run = nextRun()) {
      const own = generation
      const before = new Map(pages)
      const { rows, whole } = await read(run.first * pageSize, run.count * pageSize)
      if (own !== generation)
        continue
      for (let index = 0; index < run.count; index++) {
        const page = run.first + index
        // What was made stale during the read stays stale.
        pages.set(page, { rows: rows.slice(index * pageSize, (index + 1) * pageSize), isFresh: pages.get(page) === before.get(page) })
      }
      prune()
      changed(whole)
    }
  }

  function prune() {
    const centre = wanted[Math.floor(wanted.length / 2)] ?? 0
    const furthest = [...pages.keys()].filter(page => !wanted.includes(page)).toSorted((a, b) => Math.abs(b - centre) - Math.abs(a - centre))
    furthest.slice(0, Math.max(0, pages.size - mostKept)).forEach(page => pages.delete(page))
  }

  function settle(): Promise<void> {
    busy ??= readDue().catch(failed).finally(() => {
      busy = null
    })
    return busy
  }

  return {
    /** Wants the pages that rows of these offsets lie in; the first where there are none, as rows may come. */
    want(offsets: Iterable<number>): Promise<void> {
      const asked = new Set([...offsets].map(offset => Math.floor(offset / pageSize)))
      wanted = asked.size > 0 ? [...asked] : [0]
      return settle()
    },
    /** Everything may have changed: reads again what is wanted, and the rest when it comes into sight. */
    invalidate(): Promise<void> {
      for (const [page, { rows }] of pages)
        pages.set(page, { rows, isFresh: false })
      return settle()
    },
    /** Something else is asked for now: nothing of what is there counts. */
    reset(): Promise<void> {
      generation += 1
      pages.clear()
      wanted = [0]
      return settle()
    },
    rowAt: (offset: number): T | undefined => pages.get(Math.floor(offset / pageSize))?.rows[offset % pageSize],
    /** Offset of a row among those that are there; -1 where it is not. */
    offsetOf(id: string): number {
      for (const [page, { rows }] of pages) {
        const at = rows.findIndex(row => row.id === id)
        if (at >= 0)
          return page * pageSize + at
      }
      return -1
    },
  }
}
