/**
 * `npm run bench -- fleet`: where to cut the next slice in fleets of 8, 1,000 and 10,000 GPUs with half their slots taken:
 * the fleet's index against a scan that asks about every device, by the same rule of choice.
 *
 * Fleets are of four models, half in MIG mode, a quarter each in equal and in mixed-size vGPU mode; slices lie at random
 * places. A decision is one choice, then the cut, then a random slice leaves, so that half stays taken: the choice, and the
 * whole of it, are timed. The scan makes the same decisions on the same fleet and must name the same place.
 */
import process from 'node:process'
import { inRepo } from '../../resources/setup/lib/paths.mjs'
import { load } from './lib/bundle.mjs'
import { median, quantile, table } from './lib/figures.mjs'
import { pick, randomFrom } from './placement/random.mjs'

const decisions = Number(process.argv[2] ?? 20_000)
const seed = Number(process.argv[3] ?? 1)
const { bestCut, createFleet, openPlaces, readGpuTables, rulesOf } = await load('placement/bundle.ts')
const gpus = readGpuTables(inRepo('resources'))
const models = ['H100-80GB', 'A100-80GB', 'H200-141GB', 'A30-24GB']
const modes = [['mig', {}], ['vgpu', {}], ['mig', {}], ['vgpu', { vgpuMode: 'mixed' }]]

function halfTaken(count, random) {
  const fleet = createFleet(gpus)
  const kinds = new Map()
  const devices = Array.from({ length: count }, (_, index) => {
    const model = models[index % 4]
    const [mode, settings] = modes[Math.floor(index / 4) % 4]
    const device = { id: `gpu_${String(index).padStart(5, '0')}`, model, mode, settings, label: null, memoryMiB: gpus.get(model).memoryMiB, slices: [] }
    const kind = `${model} ${Math.floor(index / 4) % 4}`
    const rules = kinds.get(kind) ?? rulesOf(device, gpus)
    kinds.set(kind, rules)
    for (let taken = 0; taken < rules.slots / 2;) {
      const open = openPlaces(rules, device.slices).filter(({ size }) => taken + size <= rules.slots / 2)
      if (open.length === 0)
        break
      const cut = pick(random, open)
      device.slices.push(cut)
      taken += cut.size
    }
    fleet.add(device)
    return { ...device, rules }
  })
  return { fleet, devices, profiles: [...new Set([...kinds.values()].flatMap(({ offers }) => offers.map(({ name }) => name)))] }
}

function scan(devices, profile) {
  let best = null
  for (const { id, rules, slices } of devices) {
    const cut = bestCut(rules, slices, profile)
    if (!cut)
      continue
    const fullness = slices.reduce((sum, { size }) => sum + size, 0) / rules.slots
    if (!best || cut.loss < best.loss || (cut.loss === best.loss && fullness > best.fullness))
      best = { device: id, start: cut.start, loss: cut.loss, fullness }
  }
  return best
}

function measure(count, withScan, rounds) {
  const random = randomFrom(seed)
  const { fleet, devices, profiles } = halfTaken(count, random)
  const byId = new Map(devices.map(device => [device.id, device]))
  const held = devices.flatMap(({ id, slices }) => slices.map(slice => ({ id, slice })))
  const ms = { choice: [], whole: [], scan: [] }
  for (let round = 0; round < rounds; round++) {
    const profile = pick(random, profiles)
    const startedAt = performance.now()
    const choice = fleet.choose({ profile })
    const chosenAt = performance.now()
    if (withScan) {
      const scanned = scan(devices, profile)
      ms.scan.push(performance.now() - chosenAt)
      if (scanned?.device !== choice?.device || scanned?.start !== choice?.start)
        throw new Error(`${profile}: the index says ${choice?.device}, the scan ${scanned?.device}`)
    }
    ms.choice.push(chosenAt - startedAt)
    if (!choice)
      continue
    const device = byId.get(choice.device)
    const slice = { profile: choice.profile, start: choice.start, size: device.rules.offer(profile).size }
    const leaves = held.splice(Math.floor(random() * held.length), 1)[0]
    const cutAt = performance.now()
    fleet.cut(device.id, slice)
    fleet.remove(leaves.id, leaves.slice)
    ms.whole.push(chosenAt - startedAt + performance.now() - cutAt)
    device.slices = [...device.slices, slice]
    const left = byId.get(leaves.id)
    left.slices = left.slices.filter(({ start }) => start !== leaves.slice.start)
    held.push({ id: device.id, slice })
  }
  return ms
}

measure(8, true, 2000)
const rows = [[8, true, decisions], [1000, true, Math.min(decisions, 300)], [1000, false, decisions], [10_000, false, decisions]].map(([count, withScan, rounds]) => ({ count, withScan, rounds, ms: measure(count, withScan, rounds) }))
const us = value => (value * 1000).toFixed(1)
const perSecond = values => (values.length * 1000 / values.reduce((sum, value) => sum + value, 0)).toFixed(0)
console.log(`seed ${seed}; times in microseconds, over all decisions from the first`)
console.log(table([
  ['GPUs', 'decisions', 'choices/s', 'choice p50', 'p99', 'max', 'choice + cut + leave p50', 'p99', 'scans/s', 'scan p50', 'p99', 'scan/choice'],
  ...rows.map(({ count, rounds, withScan, ms }) => [count, rounds, perSecond(ms.choice), us(median(ms.choice)), us(quantile(ms.choice, 0.99)), us(Math.max(...ms.choice)), us(median(ms.whole)), us(quantile(ms.whole, 0.99)), ...withScan ? [perSecond(ms.scan), us(median(ms.scan)), us(quantile(ms.scan, 0.99)), `${(median(ms.scan) / median(ms.choice)).toFixed(0)}x`] : ['-', '-', '-', '-']]),
]))
