import type { LayoutStep, Placement } from '../../src-main/contract/model'
import type { PlacedSlice } from '../../src-main/slicing/placedSlice'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { planChange } from '../../src-main/slicing/change/changePlan'
import { compact } from '../../src-main/slicing/change/compact'
import { explain } from '../../src-main/slicing/explain/explain'
import { openPlaces } from '../../src-main/slicing/placement/openPlaces'
import { openness } from '../../src-main/slicing/placement/placement'
import { rulesOf } from '../../src-main/slicing/rules'
import { faultOf } from '../helpers/legalLayout'

/** The plans and the smallest changes of small MIG layouts against every other way there is, tried one by one. */

const gpus = readGpuTables(resourcesDir())

describe.each(['A100-80GB', 'A30-24GB', 'H200-141GB', 'RTX-PRO-6000-Blackwell-96GB'])('every other way on %s', (model) => {
  const gpu = gpus.get(model)
  const device = { model, mode: 'mig', memoryMiB: gpu?.memoryMiB ?? 0, settings: {} } as const
  const rules = rulesOf(device, gpus)
  const isLegal = (layout: readonly Placement[]) => faultOf(device, gpu, rules.slots, layout) === null
  const places = rules.offers.flatMap(({ name, starts, size }) => starts.map(start => ({ profile: name, start, size })))
  const placesOf = (profile: string) => places.filter(place => place.profile === profile)

  const layouts = (most: number) => fc.array(fc.tuple(fc.constantFrom(...places), fc.boolean()), { maxLength: 12, size: 'max' }).map((tries) => {
    const slices: PlacedSlice[] = []
    for (const [place, isHeld] of tries) {
      if (slices.length < most && isLegal([...slices, place]))
        slices.push({ ...place, id: `slice_${slices.length}`, holder: isHeld ? `job_${slices.length}` : null })
    }
    return slices
  })

  /** Every layout that these profiles can lie in. */
  function laid(profiles: readonly string[], before: readonly Placement[] = []): Placement[][] {
    const [profile, ...others] = profiles
    if (profile === undefined)
      return [[...before]]
    return placesOf(profile).filter(place => isLegal([...before, place])).flatMap(place => laid(others, [...before, place]))
  }

  /** [slices removed, slices moved] of the smallest change that lets the wanted in, over every fate of every slice. */
  function smallest(existing: readonly PlacedSlice[], profile: string, count: number): number[] | null {
    let best: number[] | null = null
    const visit = (index: number, layout: readonly Placement[], removed: number, moved: number): void => {
      if (best && (removed > best[0] || (removed === best[0] && moved >= best[1])))
        return
      if (index === existing.length) {
        if (laid(Array.from<string>({ length: count }).fill(profile), layout).length > 0)
          best = [removed, moved]
        return
      }
      for (const place of placesOf(existing[index].profile))
        visit(index + 1, [...layout, place], removed, moved + Number(place.start !== existing[index].start))
      visit(index + 1, layout, removed + 1, moved)
    }
    visit(0, [], 0, 0)
    return best
  }

  it('lets a request in by no smaller change than the one that is told', () => {
    fc.assert(fc.property(layouts(4), fc.constantFrom(...rules.offers), fc.integer({ min: 1, max: 2 }), (existing, { name }, count) => {
      const { fits, smallestChange } = explain(rules, existing, name, count)
      const told = [smallestChange.filter(({ to }) => to === null).length, smallestChange.filter(({ to }) => to !== null).length]
      expect(fits || smallestChange.length > 0 ? told : null).toEqual(smallest(existing, name, count))
    }), { numRuns: 150 })
  })

  const heldOf = (slices: readonly PlacedSlice[]) => slices.filter(({ holder }) => holder !== null)
  const isIn = (layout: readonly Placement[]) => ({ profile, start }: Placement) => layout.some(other => other.profile === profile && other.start === start)

  /** [held slices lost, held slices moved], over every way to give each a place in the layout. */
  function fates(held: readonly PlacedSlice[], target: readonly Placement[]): number[] {
    const [slice, ...others] = held
    if (!slice)
      return [0, 0]
    const options = target.filter(({ profile }) => profile === slice.profile).map((place) => {
      const [lost, moved] = fates(others, target.filter(other => other !== place))
      return [lost, moved + Number(place.start !== slice.start)]
    })
    const [lost, moved] = fates(others, target)
    return [...options, [lost + 1, moved]].reduce((best, option) => option[0] < best[0] || (option[0] === best[0] && option[1] < best[1]) ? option : best)
  }

  /** The fewest interruptions with which these can go to these places, one at a time: every state, cheapest first. */
  function fewestInterruptions(staying: readonly Placement[], movers: readonly Placement[], free: readonly Placement[]): number {
    const keyOf = (state: readonly (Placement | null)[]) => state.map(place => place ? place.start : 'x').join()
    let level: (readonly (Placement | null)[])[] = [movers]
    const visited = new Set<string>()
    for (let interruptions = 0; level.length > 0; interruptions++) {
      const next: (Placement | null)[][] = []
      const queue = [...level]
      for (let state = queue.pop(); state; state = queue.pop()) {
        if (visited.has(keyOf(state)))
          continue
        visited.add(keyOf(state))
        if (state.every(place => place && !movers.includes(place)))
          return interruptions
        for (const [index, place] of state.entries()) {
          if (place && !movers.includes(place))
            continue
          const standing = [...staying, ...state.filter(other => other !== null)]
          for (const target of free) {
            if (target.profile === movers[index].profile && !state.includes(target) && isLegal([...standing, target]))
              queue.push(state.with(index, target))
          }
          if (place)
            next.push(state.with(index, null))
        }
      }
      level = next
    }
    return Infinity
  }

  function interruptionsOf(steps: readonly LayoutStep[]): number {
    return steps.filter(({ op, interrupts }) => interrupts && op !== 'create').length
  }

  it('changes a layout with the fewest moves, and among these with the fewest interruptions', () => {
    fc.assert(fc.property(layouts(6), layouts(6), (existing, target) => {
      const plan = planChange(rules, existing, target.map(({ profile, start }) => ({ profile, start })))
      const held = heldOf(existing)
      const lost = plan.steps.filter(({ op, holder, interrupts }) => op === 'destroy' && holder !== null && !interrupts)
      expect([lost.length, plan.moves]).toEqual(fates(held, target))
      const gone = new Set(lost.map(({ slice }) => slice))
      const movers = held.filter(slice => !gone.has(slice.id) && !isIn(target)(slice))
      const destroyed = new Set(plan.steps.filter(({ op, interrupts }) => op === 'destroy' && !interrupts).map(({ slice }) => slice))
      const staying = existing.filter(slice => isIn(target)(slice) && !destroyed.has(slice.id))
      expect(interruptionsOf(plan.steps)).toBe(fewestInterruptions(staying, movers, target.filter(place => !isIn(staying)(place))))
    }), { numRuns: 300 })
  })

  it('places cuts without a start so that the fewest held slices move', () => {
    fc.assert(fc.property(layouts(4), layouts(3), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), (existing, target, isOpen) => {
      const wanted = target.map(({ profile, start }, index) => isOpen[index] ? { profile } : { profile, start })
      const fixed = target.filter((_, index) => !isOpen[index])
      const ways = laid(target.filter((_, index) => isOpen[index]).map(({ profile }) => profile), fixed)
      const plan = planChange(rules, existing, wanted)
      expect(plan.refusal).toBeNull()
      expect(plan.moves).toBe(Math.min(...ways.map(way => fates(heldOf(existing), way)[1])))
    }), { numRuns: 150 })
  })

  it('compacts to the layout that leaves most open, by the fewest moves of held slices', () => {
    fc.assert(fc.property(layouts(4), (existing) => {
      const open = (layout: readonly Placement[]) => openness(openPlaces(rules, layout))
      const ways = laid(existing.map(({ profile }) => profile))
      const most = Math.max(...ways.map(open))
      const plan = planChange(rules, existing, compact(rules, existing))
      expect(open(plan.after)).toBe(most)
      expect(plan.moves).toBe(Math.min(...ways.filter(way => open(way) === most).map(way => fates(heldOf(existing), way)[1])))
    }), { numRuns: 100 })
  })
})
