import type { GpuModel, MigProfile, MigTable } from '../../src-main/slicing/gpuModel'
import type { ListedLayout } from '../../src-main/slicing/layouts/layouts'
import { describe, expect, it } from 'vitest'
import { readGpuTables } from '../../src-main/inventory/gpuTables'
import { resourcesDir } from '../../src-main/resources'
import { listLayouts } from '../../src-main/slicing/layouts/layouts'
import { rulesOf, tryLayout } from '../../src-main/slicing/rules'

const gpus = readGpuTables(resourcesDir())
const models = [...gpus.values()]
const everything = { maximal: false, limit: 1_000_000 }

function rulesFor(gpu: GpuModel, mode: 'mig' | 'vgpu' | 'shared', vgpuMode?: 'equal' | 'mixed') {
  return rulesOf({ model: gpu.model, mode, memoryMiB: gpu.memoryMiB, settings: { vgpuMode } }, gpus)
}

function modelOf(name: string): GpuModel {
  const gpu = gpus.get(name)
  if (!gpu)
    throw new Error(`the table of ${name} is missing`)
  return gpu
}

const placed = ({ slices }: ListedLayout): string => slices.map(({ profile, start }) => `${profile}@${start}`).sort().join(' ')
const profilesOf = ({ slices }: ListedLayout): string => slices.map(({ profile }) => profile).sort().join(' ')
const sortedUnique = (words: Iterable<string>): string[] => [...new Set(words)].sort()

/** Every way to turn the wheels of an odometer: wheel i has `sizes[i]` positions. */
function* odometer(sizes: readonly number[]): Generator<readonly number[]> {
  const wheels = sizes.map(() => 0)
  for (;;) {
    yield [...wheels]
    const next = wheels.findIndex((wheel, i) => wheel + 1 < sizes[i])
    if (next < 0)
      return
    wheels[next]++
    wheels.fill(0, 0, next)
  }
}

/** What begins at each slot, or nothing: every word of that kind that does not paint a slot twice. */
function* paintings<T extends { readonly starts: readonly number[], readonly size: number }>(slots: number, kinds: readonly T[]): Generator<{ kind: T, start: number }[]> {
  const beginning = Array.from({ length: slots }, (_, slot) => kinds.filter(({ starts }) => starts.includes(slot)))
  for (const wheels of odometer(beginning.map(({ length }) => length + 1))) {
    const chosen = wheels.flatMap((wheel, slot) => wheel === 0 ? [] : [{ kind: beginning[slot][wheel - 1], start: slot }])
    const painted = chosen.flatMap(({ kind, start }) => Array.from({ length: kind.size }, (_, offset) => start + offset))
    if (new Set(painted).size === painted.length)
      yield chosen
  }
}

const engineNames = ['nvdec', 'nvenc', 'nvjpg', 'ofa'] as const

/** Counted from the table alone. */
function isWithinCounts(mig: MigTable, profiles: readonly MigProfile[]): boolean {
  const whole = mig.profiles.find(({ size, name }) => size === mig.slots && !name.includes('+'))
  return profiles.reduce((sum, { computeSlices }) => sum + computeSlices, 0) <= mig.computeSlices
    && mig.profiles.every(({ name, maxInstances }) => profiles.filter(profile => profile.name === name).length <= maxInstances)
    && engineNames.every(engine => profiles.reduce((sum, { engines }) => sum + (engines[engine] ?? 0), 0) <= (whole?.engines[engine] ?? Infinity))
}

/** Those of a family of sets, closed under taking away, to which no member can be added: `add` tells the bigger sets. */
function maximalOf(family: ReadonlySet<string>, kinds: readonly string[]): string[] {
  return sortedUnique([...family].filter(set => !kinds.some(kind => family.has([...set.split(' ').filter(Boolean), kind].sort().join(' ')))))
}

describe.each(models.filter(({ mig }) => mig))('mIG layouts of $model', (gpu) => {
  it('are those, and maximal are those, that turning an odometer over the table finds', () => {
    const { mig } = gpu
    if (!mig)
      throw new Error('no MIG table')
    const legal = new Set<string>()
    for (const chosen of paintings(mig.slots, mig.profiles)) {
      if (isWithinCounts(mig, chosen.map(({ kind }) => kind)))
        legal.add(chosen.map(({ kind, start }) => `${kind.name}@${start}`).sort().join(' '))
    }
    const places = mig.profiles.flatMap(({ name, starts }) => starts.map(start => `${name}@${start}`))
    const { layouts, truncated, distinct } = listLayouts(rulesFor(gpu, 'mig'), everything)
    expect({ truncated, distinct }).toEqual({ truncated: false, distinct: false })
    expect(layouts.map(placed).sort()).toEqual([...legal].sort())
    expect(layouts.filter(({ maximal }) => maximal).map(placed).sort()).toEqual(maximalOf(legal, places))
    expect(listLayouts(rulesFor(gpu, 'mig'), { ...everything, maximal: true }).layouts).toEqual(layouts.filter(({ maximal }) => maximal))
  })
})

it.each(models.filter(({ mig }) => mig?.slots === 8))('finds the 19 placed and 14 distinct maximal layouts of the five classic profiles on $model', (gpu) => {
  const classic = [0, 5, 9, 14, 19].flatMap(id => gpu.mig?.profiles.filter(({ profileId }) => profileId === id).map(({ name }) => name) ?? [])
  const { layouts } = listLayouts(rulesFor(gpu, 'mig'), { profiles: classic, maximal: true, limit: 1000 })
  expect(layouts).toHaveLength(19)
  expect(sortedUnique(layouts.map(profilesOf))).toHaveLength(14)
})

describe.each(models.filter(({ vgpu }) => vgpu))('equal-size vGPU layouts of $model', (gpu) => {
  it('are every count of types of one frame buffer that the table and the memory allow', () => {
    const table = gpu.vgpu
    if (!table)
      throw new Error('no vGPU table')
    const legal = new Set<string>([''])
    for (const size of new Set(table.types.map(({ frameBufferMiB }) => frameBufferMiB))) {
      const types = table.types.filter(({ frameBufferMiB }) => frameBufferMiB === size)
      const most = Math.min(Math.floor(table.frameBufferMiB / size), ...types.map(({ maxEqual }) => maxEqual))
      for (const counts of odometer(types.map(() => most + 1))) {
        if (counts.reduce((sum, count) => sum + count, 0) <= most)
          legal.add(types.flatMap(({ name }, i) => Array.from({ length: counts[i] }, () => name)).sort().join(' '))
      }
    }
    const { layouts, distinct } = listLayouts(rulesFor(gpu, 'vgpu', 'equal'), everything)
    expect(distinct).toBe(true)
    expect(layouts.map(profilesOf).sort()).toEqual([...legal].sort())
    expect(layouts.filter(({ maximal }) => maximal).map(profilesOf).sort()).toEqual(maximalOf(legal, table.types.map(({ name }) => name)))
  })
})

it.each(['A30-24GB', 'A40-48GB', 'A100-40GB'])('lists each combination of mixed-size vGPUs of %s once, and misses none', (name) => {
  const gpu = modelOf(name)
  const rules = rulesFor(gpu, 'vgpu', 'mixed')
  const legal = new Set<string>()
  for (const chosen of paintings(rules.slots, rules.offers)) {
    if (chosen.reduce((sum, { kind }) => sum + kind.memoryMiB, 0) <= (gpu.vgpu?.frameBufferMiB ?? 0))
      legal.add(chosen.map(({ kind }) => kind.name).sort().join(' '))
  }
  const { layouts } = listLayouts(rules, everything)
  expect(layouts.map(profilesOf).sort()).toEqual([...legal].sort())
  expect(layouts.filter(({ maximal }) => maximal).map(profilesOf).sort()).toEqual(maximalOf(legal, rules.offers.map(offer => offer.name)))
})

it('misses no combination of mixed-size vGPUs of H200-141GB, whose places do not nest', () => {
  const gpu = modelOf('H200-141GB')
  const rules = rulesFor(gpu, 'vgpu', 'mixed')
  const digits = rules.offers.map((_, kind) => rules.offers.slice(0, kind).reduce((product, { maxInstances }) => product * (maxInstances + 1), 1))
  // What fits before each slot, as counts in one number: what fitted before the slot before, or that and a slice that ends here.
  const before: ReadonlySet<number>[] = [new Set([0])]
  for (let slot = 1; slot <= rules.slots; slot++) {
    const ending = rules.offers.flatMap(({ starts, size }, kind) => starts.includes(slot - size) ? [{ start: slot - size, digit: digits[kind] }] : [])
    before.push(ending.length === 0 ? before[slot - 1] : new Set([...before[slot - 1], ...ending.flatMap(({ start, digit }) => [...before[start]].map(counts => counts + digit))]))
  }
  const countsOf = (word: number) => rules.offers.map(({ maxInstances }, kind) => Math.floor(word / digits[kind]) % (maxInstances + 1))
  const fitting = [...before[rules.slots]].filter(word => countsOf(word).reduce((sum, count, kind) => sum + count * rules.offers[kind].memoryMiB, 0) <= gpu.memoryMiB)
  const { layouts } = listLayouts(rules, everything)
  const listed = layouts.map(({ slices }) => slices.reduce((word, { profile }) => word + digits[rules.offers.findIndex(({ name }) => name === profile)], 0))
  expect(listed.sort((a, b) => a - b)).toEqual(fitting.sort((a, b) => a - b))
})

it('gives each combination a placement that can be cut', () => {
  const rules = rulesFor(modelOf('H100-80GB'), 'vgpu', 'mixed')
  for (const { slices } of listLayouts(rules, everything).layouts)
    expect(tryLayout(rules, slices)).toEqual({ cuts: slices.map(slice => expect.objectContaining(slice)) })
})

it('stops at the limit and says so, and the first layouts stay the same', () => {
  const rules = rulesFor(modelOf('H200-141GB'), 'vgpu', 'mixed')
  const few = listLayouts(rules, { maximal: true, limit: 10 })
  expect(few.truncated).toBe(true)
  expect(few.layouts).toEqual(listLayouts(rules, { maximal: true, limit: 20 }).layouts.slice(0, 10))
  expect(listLayouts(rulesFor(modelOf('A30-24GB'), 'mig'), { maximal: false, limit: 76 })).toMatchObject({ truncated: false, layouts: { length: 76 } })
})

it('combines only the profiles that are asked for, by any of their names, and calls maximal what they cannot grow', () => {
  const { layouts } = listLayouts(rulesFor(modelOf('H100-80GB'), 'mig'), { profiles: ['3g.40gb', 'H100XM-3-40C'], maximal: true, limit: 10 })
  expect(layouts).toEqual([{ slices: [{ profile: '3g.40gb', start: 0, size: 4 }, { profile: '3g.40gb', start: 4, size: 4 }], maximal: true }])
})

it('refuses a profile that does not exist and names those that do', () => {
  expect(() => listLayouts(rulesFor(modelOf('A30-24GB'), 'mig'), { profiles: ['1g.6gb', '9g.9gb'], maximal: false, limit: 1 }))
    .toThrow(/no profile 9g\.9gb here\. Choose from 4g\.24gb, 2g\.12gb/)
})

it('combines fractions of a shared device, and asks for their sizes', () => {
  const rules = rulesFor(modelOf('A100-80GB'), 'shared')
  expect(() => listLayouts(rules, everything)).toThrow('Name the sizes to combine')
  expect(() => listLayouts(rules, { ...everything, profiles: ['7.5'] })).toThrow('Name a part of the device')
  const combined = listLayouts(rules, { ...everything, profiles: ['20480MiB', '0.5'], maximal: true }).layouts.map(profilesOf)
  expect(combined.sort()).toEqual(['20480MiB 20480MiB 20480MiB 20480MiB', '20480MiB 20480MiB 40960MiB', '40960MiB 40960MiB'])
})
