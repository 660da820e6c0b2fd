import { describe, expect, it } from 'vitest'
import { faded } from '../../src-main/scheduler/plan/fade'
import { createUseBook, dominantShare } from '../../src-main/scheduler/useBook'
import { prepareStateDir } from '../../src-main/store/stateDir'
import { openStore } from '../../src-main/store/store'
import { tempDir } from '../helpers/tempDir'

const whole = { compute: 2, memoryMiB: 1000 }

function wire(dir = tempDir()) {
  const store = openStore(prepareStateDir(dir))
  const lab = { now: 600_000_000, held: new Map([['ann', { compute: 1, memoryMiB: 100 }]]) }
  const uses = createUseBook({ store, nowMs: () => lab.now, halfLifeMs: () => 600_000, held: () => ({ byTenant: lab.held, whole }) })
  return { store, lab, uses, dir }
}

describe('what tenants have used', () => {
  it('is their dominant share: the larger part of what there is', () => {
    expect(dominantShare({ compute: 1, memoryMiB: 100 }, whole)).toBe(0.5)
    expect(dominantShare({ compute: 0.1, memoryMiB: 900 }, whole)).toBe(0.9)
    expect(dominantShare({ compute: 1, memoryMiB: 1 }, { compute: 0, memoryMiB: 0 })).toBe(0)
  })

  it('counts half after a half-life, however often one looked in between', () => {
    const { lab, uses, store } = wire()
    uses.look()
    for (let second = 0; second < 600; second++) {
      lab.now += 1000
      uses.look()
    }
    expect(uses.fadedOf('ann')).toBeCloseTo(0.25, 9)
    lab.held = new Map()
    uses.look()
    lab.now += 600_000
    uses.look()
    expect(uses.fadedOf('ann')).toBeCloseTo(0.125, 9)
    expect(faded(0, 0.5, 600_000, 600_000)).toBe(0.25)
    store.close()
  })

  it('is written minute by minute and known again at the next start', () => {
    const { lab, uses, store, dir } = wire()
    uses.look()
    lab.now += 90_000
    uses.look()
    lab.now += 30_000
    uses.close()
    expect(store.uses.between(0, 1e9).map(({ minute, share }) => [minute - 10_000, share])).toEqual([[0, 30_000], [1, 30_000]])
    store.close()
    const again = wire(dir)
    expect(again.store.uses.between(0, 1e9)).toHaveLength(2)
    again.lab.now += 120_000
    const reread = createUseBook({ store: again.store, nowMs: () => again.lab.now, halfLifeMs: () => 600_000, held: () => ({ byTenant: new Map(), whole }) })
    expect(reread.fadedOf('ann')).toBeCloseTo(uses.fadedOf('ann'), 2)
    again.store.close()
  })

  it('counts nothing for a clock that was set back', () => {
    const { lab, uses, store } = wire()
    uses.look()
    lab.now -= 3_600_000
    uses.look()
    expect(uses.fadedOf('ann')).toBe(0)
    store.close()
  })
})
