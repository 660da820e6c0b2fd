import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layoutOf, layoutText, parseLayout, parseLayoutJson } from '../../src-main/doors/cli/layoutText'
import { durationMs, list, memoryMiB, share, wholeNumber } from '../../src-main/doors/cli/quantities'
import { contractDevice, contractSlice } from '../helpers/contractJob'

describe('a layout in words', () => {
  it('is profiles, with a start and compute instances where they matter', () => {
    expect(parseLayout('3g.40gb@4/1c+2c, 2g.20gb @ 0,1g.10gb+me')).toEqual([
      { profile: '3g.40gb', start: 4, compute: [1, 2] },
      { profile: '2g.20gb', start: 0 },
      { profile: '1g.10gb+me' },
    ])
    expect(parseLayout('3g.40gb / 1c + 2c')).toEqual([{ profile: '3g.40gb', compute: [1, 2] }])
    expect(parseLayout('A100DX-20C,4096MiB,0.37,vf')).toEqual([{ profile: 'A100DX-20C' }, { profile: '4096MiB' }, { profile: '0.37' }, { profile: 'vf' }])
  })

  it('can say how many', () => {
    for (const text of ['3x1g.10gb', '3 x 1g.10gb', '1g.10gb x3', '1g.10gb x 3', ' 1g.10gb   ×3 '])
      expect(parseLayout(text), text).toEqual(Array.from({ length: 3 }, () => ({ profile: '1g.10gb' })))
    expect(parseLayout('2x3g.40gb/1c+2c')).toEqual([{ profile: '3g.40gb', compute: [1, 2] }, { profile: '3g.40gb', compute: [1, 2] }])
  })

  it('can be the one without slices, but never by what was left out', () => {
    expect(parseLayout('none')).toEqual([])
    expect(() => parseLayout('')).toThrow(/"none" is the layout without slices/)
    expect(() => parseLayout('1g.10gb,')).toThrow(/is no slice of a layout/)
  })

  it.each([
    ['1g.10gb@x', /Write a profile, and where it starts/],
    ['1g.10gb 2g.20gb', /is no slice/],
    ['@3', /is no slice/],
    ['1g.10gb@1 x2', /puts 2 slices at one place/],
    ['2x1g.10gb x2', /is no slice/],
    ['1g.10gb x0', /asks for 0 slices/],
    ['9999x1g.10gb', /asks for 9999 slices/],
    ['200x1g.10gb,200x1g.10gb', /has 400 slices; a device takes at most 256/],
    ['3g.40gb/8c', /Each is 1c to 7c/],
    ['3g.40gb/1+2', /Each is 1c to 7c/],
    [`${'x'.repeat(65)}`, /is no slice of a layout/],
  ])('%s is refused with what to write', (text, message) => {
    expect(() => parseLayout(text)).toThrow(message)
  })

  it('is read back as it was written', () => {
    const name = fc.stringMatching(/^[1-7]g\.\d{1,3}gb(?:\+me|-me)?$/)
    const cut = fc.record({ profile: name, start: fc.nat({ max: 159 }), compute: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }) }, { requiredKeys: ['profile'] })
    fc.assert(fc.property(fc.array(cut, { maxLength: 20 }), (cuts) => {
      expect(parseLayout(layoutText(cuts))).toEqual(cuts)
    }))
  })

  it('is refused or read, whatever is typed', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => {
      try {
        parseLayout(text)
      }
      catch (thrown) {
        expect(thrown).toMatchObject({ code: 'invalid_input' })
      }
    }))
  })
})

describe('a layout as JSON', () => {
  it('is an array, as `layouts --json` prints one too', () => {
    expect(parseLayoutJson('[{"profile":"3g.40gb","start":4,"size":4,"compute":[1,2]},{"profile":"1g.10gb"}]', 'a.json')).toEqual([{ profile: '3g.40gb', start: 4, compute: [1, 2] }, { profile: '1g.10gb' }])
    expect(parseLayoutJson('\uFEFF[]'.slice(1), 'a.json')).toEqual([])
  })

  it.each([
    ['{', /^a\.json is not JSON \(.*It holds an array/s],
    ['{"slices":[]}', /^a\.json is no layout: .*JSON array/],
    ['[{"start":1}]', /at 0\.profile/],
    ['[{"profile":"1g.10gb","start":-1}]', /at 0\.start/],
    ['[{"profile":"1g.10gb","begin":1}]', /at 0, Unrecognized key/],
  ])('%s is refused with what it should be', (text, message) => {
    expect(() => parseLayoutJson(text, 'a.json')).toThrow(message)
  })
})

describe('the layout of a device', () => {
  it('names the compute instances within each GPU instance', () => {
    const slices = [
      contractSlice({ id: 'a', profile: '3g.40gb', start: 4, size: 4 }),
      contractSlice({ id: 'b', parentId: 'a', profile: '1c.3g.40gb' }),
      contractSlice({ id: 'c', parentId: 'a', profile: '2c.3g.40gb', start: 1, size: 2 }),
      contractSlice({ id: 'd' }),
    ]
    expect(layoutText(layoutOf(contractDevice({ slices })))).toBe('3g.40gb@4/1c+2c,1g.10gb@0')
    expect(layoutText(layoutOf(contractDevice()))).toBe('none')
  })
})

describe('what is typed for a number', () => {
  it('is a size in MiB', () => {
    expect(['4096', '4096MiB', '4GiB', '1.5 gib', '0.5GiB'].map(memoryMiB)).toEqual([4096, 4096, 4096, 1536, 512])
    for (const bad of ['', '0', '4GB', '-1', '4 G', '1e3', 'GiB', '0.1'])
      expect(() => memoryMiB(bad), bad).toThrow(/It is a size from 1 MiB/)
  })

  it('is a time in ms', () => {
    expect(['30s', '10m', '2h', '1d', '1500ms', '1.5m'].map(durationMs)).toEqual([30_000, 600_000, 7_200_000, 86_400_000, 1500, 90_000])
    for (const bad of ['', '30', '0s', '10ms', '5 minutes', '-1m', 'm'])
      expect(() => durationMs(bad), bad).toThrow(/at least a second/)
  })

  it('is a part, a count or a list', () => {
    expect(['0.25', '25%', '1', '100%'].map(share)).toEqual([0.25, 0.25, 1, 1])
    for (const bad of ['0', '1.1', '101%', '', 'half'])
      expect(() => share(bad), bad).toThrow(/part over 0/)
    expect(wholeNumber('12')).toBe(12)
    expect(() => wholeNumber('0')).toThrow(/whole number from 1/)
    expect(list('a, b,,c')).toEqual(['a', 'b', 'c'])
    expect(() => list(' , ')).toThrow(/It is a name/)
  })
})
