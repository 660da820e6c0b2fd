import type { LayoutStep } from '../../src-main/contract/model'
import type { KnownInstances } from '../../src-main/slicing/change/migCommands'
import { expect, it } from 'vitest'
import { migCommands } from '../../src-main/slicing/change/migCommands'
import { gpus } from '../helpers/fakeLab'

const table = gpus.get('A100-80GB')?.mig
if (!table)
  throw new Error('there is no table of the A100 80GB')
const mig = table

function step(op: LayoutStep['op'], profile: string, start: number, more: Partial<LayoutStep> = {}): LayoutStep {
  return { op, profile, start, size: 1, slice: null, from: null, holder: null, interrupts: false, ...more }
}

it('turns MIG on and off, and makes instances at their places by profile id', () => {
  expect(migCommands(0, [step('configure', 'mig', 0), step('create', '3g.40gb', 4), step('create', '7g.80gb', 0), step('configure', 'passthrough', 0)], mig)).toEqual([
    'nvidia-smi -i 0 -mig 1',
    'nvidia-smi mig -i 0 -cgi 9:4 -C',
    'nvidia-smi mig -i 0 -cgi 0:0 -C',
    'nvidia-smi -i 0 -mig 0',
  ])
})

it('makes compute instances of the sizes asked for, or none', () => {
  expect(migCommands(1, [step('create', '3g.40gb', 4, { compute: [1, 2] }), step('create', '3g.40gb', 0, { compute: [3] }), step('create', '7g.80gb', 0, { compute: [4, 3] }), step('create', '1g.10gb', 0, { compute: [] })], mig)).toEqual([
    'nvidia-smi mig -i 1 -cgi 9:4',
    '# <GI id>: the 3g.40gb at slot 4 that was just made',
    'nvidia-smi mig -i 1 -gi <GI id> -cci 0,1',
    'nvidia-smi mig -i 1 -cgi 9:0 -C',
    'nvidia-smi mig -i 1 -cgi 0:0',
    '# <GI id>: the 7g.80gb at slot 0 that was just made',
    'nvidia-smi mig -i 1 -gi <GI id> -cci 3,2',
    'nvidia-smi mig -i 1 -cgi 19:0',
  ])
})

it('destroys compute instances before their GPU instance, by their ids where they are known', () => {
  const known: KnownInstances = new Map<number, { instanceId: number, computeIds: number[] | null }>([[4, { instanceId: 2, computeIds: [0, 1] }], [6, { instanceId: 9, computeIds: [] }], [2, { instanceId: 5, computeIds: null }]])
  expect(migCommands(0, [step('destroy', '2g.20gb', 4), step('destroy', '1g.10gb', 6), step('destroy', '1g.10gb', 2), step('destroy', '1g.10gb', 0)], mig, known)).toEqual([
    'nvidia-smi mig -i 0 -gi 2 -ci 0,1 -dci',
    'nvidia-smi mig -i 0 -gi 2 -dgi',
    'nvidia-smi mig -i 0 -gi 9 -dgi',
    'nvidia-smi mig -i 0 -gi 5 -dci',
    'nvidia-smi mig -i 0 -gi 5 -dgi',
    '# <GI id>: the 1g.10gb at slot 0, in the list of: nvidia-smi mig -i 0 -lgi',
    'nvidia-smi mig -i 0 -gi <GI id> -dci',
    'nvidia-smi mig -i 0 -gi <GI id> -dgi',
  ])
})

it('moves by making the new instance first, unless its place has to be freed before', () => {
  const known = new Map([[0, { instanceId: 1, computeIds: [0] }]])
  const made = 'nvidia-smi mig -i GPU-1 -cgi 19:6 -C'
  const gone = ['nvidia-smi mig -i GPU-1 -gi 1 -ci 0 -dci', 'nvidia-smi mig -i GPU-1 -gi 1 -dgi']
  expect(migCommands('GPU-1', [step('move', '1g.10gb', 6, { from: 0 })], mig, known)).toEqual([made, ...gone])
  expect(migCommands('GPU-1', [step('move', '1g.10gb', 6, { from: 0, interrupts: true })], mig, known)).toEqual([...gone, made])
})

it('says so where the table has no such profile', () => {
  expect(migCommands(0, [step('create', '1g.5gb', 0)], mig)).toEqual(['# 1g.5gb is not in the table of this GPU: it has no profile id'])
})
