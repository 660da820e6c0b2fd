import { describe, expect, it } from 'vitest'
import { termsOf, threadsFor } from '../../src-main/broker/terms'
import { enforcementWords } from '../../src-main/runtime/keeper/words'

const slice = { computeShare: 0.25 }
const virtual = { kind: 'virtual-gpu', settings: {} } as const

describe('terms', () => {
  it.each([
    ['passthrough', {}, { policy: 'whole', spatial: false }],
    ['sriov', {}, { policy: 'fixed-share', spatial: false }],
    ['mig', {}, { policy: 'fixed-share', spatial: true }],
    ['vgpu', {}, { policy: 'best-effort', timeSliceMs: null, spatial: false }],
    ['vgpu', { policy: 'equal-share', timeSliceMs: 3 }, { policy: 'equal-share', timeSliceMs: 3 }],
    ['vgpu', { policy: 'fixed-share' }, { policy: 'fixed-share' }],
  ] as const)('of a virtual GPU in mode %s with %o', (mode, settings, expected) => {
    expect(termsOf({ ...virtual, mode, settings }, slice)).toMatchObject({ share: 0.25, byDriver: false, ...expected })
  })

  it('give every holder of a shared device all of its compute', () => {
    expect(termsOf({ ...virtual, mode: 'shared', settings: {} }, slice)).toMatchObject({ policy: 'whole', share: 1 })
  })

  it('leave a real GPU to its driver and the host\'s CPU to whoever has it', () => {
    expect(termsOf({ kind: 'gpu', mode: 'mig', settings: {} }, slice)).toMatchObject({ policy: 'whole', byDriver: true })
    expect(termsOf({ kind: 'cpu', mode: 'passthrough', settings: {} }, { computeShare: 1 })).toMatchObject({ policy: 'whole', share: 1 })
  })

  it('give one in turns all threads, and others their part of the cores and one at least', () => {
    expect(['turns', 'batch-ends', 'quota', 'none'].map(means => threadsFor({ share: 0.25 }, means as 'turns', 8))).toEqual([8, 8, 2, 2])
    expect(threadsFor({ share: 0.01 }, 'quota', 8)).toBe(1)
  })
})

describe('what is said of a slice', () => {
  it('leaves what a driver does to the driver', () => {
    const terms = termsOf({ kind: 'gpu', mode: 'mig', settings: {} }, slice)
    expect(enforcementWords(terms, 4864, { compute: 'none', noQuotaBecause: null, cores: 8, memory: 'watched' })).toMatchObject({ compute: { means: 'driver', share: 0.25 }, memory: { means: 'driver', limitMiB: 4864 } })
  })

  const host = { compute: 'turns', noQuotaBecause: null, cores: 8, memory: 'watched' } as const
  const fixed = { policy: 'fixed-share', share: 1 / 7, timeSliceMs: null, spatial: false, byDriver: false } as const

  it('names turns, their length and the share', () => {
    expect(enforcementWords(fixed, 9000, host)).toEqual({
      compute: { means: 'turns', share: 1 / 7, timeSliceMs: 10, detail: 'Turns of 10 ms: its process is stopped and continued, also in the middle of a model. It gets 14.3 % of the time and no more, also where others are away.' },
      memory: { means: 'watched', limitMiB: 9000, detail: 'Its process is measured 50 times a second, and ended at once if it uses more.' },
    })
  })

  it('tells no share where it depends on others', () => {
    for (const policy of ['best-effort', 'equal-share'] as const)
      expect(enforcementWords({ ...fixed, policy }, 1, host).compute.share).toBeNull()
    expect(enforcementWords({ ...fixed, policy: 'whole', share: 1 }, 1, { ...host, compute: 'none' }).compute).toMatchObject({ share: 1, timeSliceMs: null, detail: 'It has the whole device.' })
  })

  it('says why a slice of its own cores gets turns', () => {
    const { detail } = enforcementWords({ ...fixed, spatial: true, byDriver: false, timeSliceMs: 2 }, 1, { ...host, noQuotaBecause: 'this system has no control groups' }).compute
    expect(detail).toMatch(/^Turns of 2 ms.*No limit of processor time, because this system has no control groups\.$/)
  })

  it('says how much of the processor a limit leaves', () => {
    expect(enforcementWords({ ...fixed, share: 0.5, spatial: true, byDriver: false }, 1, { ...host, compute: 'quota' }).compute).toMatchObject({ timeSliceMs: null, share: 0.5, detail: 'The system (a control group) gives it 50 % of the processor: the time of 4 of 8 cores, whether others compute or not.' })
  })
})
