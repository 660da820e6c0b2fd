import type { Line, LineTerms, LineUnit } from './plan/snapshot'
import { compareIds } from '../broker/planRequest'

interface OpenLine {
  readonly terms: LineTerms
  readonly units: LineUnit[]
}

/** Units of jobs that may start, in lines of those that ask for the same; each line in the order in which they go. */
export function createLines() {
  const lines = new Map<string, OpenLine>()
  const lineOf = new Map<string, { readonly line: string, readonly unit: LineUnit }>()

  function remove(unitId: string): void {
    const place = lineOf.get(unitId)
    const line = place && lines.get(place.line)
    if (!place || !line)
      return
    lineOf.delete(unitId)
    line.units.splice(positionOf(line.units, place.unit), 1)
    if (line.units.length === 0)
      lines.delete(place.line)
  }

  return {
    /** Puts a unit where it belongs, in place of itself. */
    put(unitId: string, terms: LineTerms, unit: LineUnit): void {
      remove(unitId)
      const id = lineId(terms)
      const line = lines.get(id) ?? { terms, units: [] }
      lines.set(id, line)
      line.units.splice(positionOf(line.units, unit), 0, unit)
      lineOf.set(unitId, { line: id, unit })
    },
    remove,
    all: (): Line[] => [...lines].map(([id, { terms, units }]) => ({ ...terms, id, units })),
  }
}

/** What two jobs have in common that stand in one line. */
function lineId({ tenant, queue, profile, device, need, leastMiB, count, leftMs }: LineTerms): string {
  return JSON.stringify([tenant, queue, profile, device, need, leastMiB, count, leftMs])
}

/** Where a unit is, or where it belongs: by halving. */
function positionOf(units: readonly LineUnit[], unit: LineUnit): number {
  let low = 0
  let high = units.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareUnits(units[middle], unit) < 0)
      low = middle + 1
    else
      high = middle
  }
  return low
}

function compareUnits(a: LineUnit, b: LineUnit): number {
  return a.key - b.key || compareIds(a.jobs[0], b.jobs[0])
}
