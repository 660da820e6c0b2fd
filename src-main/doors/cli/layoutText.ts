import type { Device, WantedCut } from '../../contract/model'
import { z } from 'zod'
import { TrancheError } from '../../contract/errors'
import { wantedCut } from '../../contract/model'

/** As many as one call takes. */
const maxCuts = 256
const example = 'for example "3g.40gb@4,2g.20gb@0,1g.10gb x2"'

/** `[N x] PROFILE [@START] [/ Ac+Bc] [x N]`, blanks made single. In a profile's own name no x follows a leading number or a blank. */
const leadingCount = /^(\d{1,4}) ?[x×] ?/
const trailingCount = / [x×] ?(\d{1,4})$/
const cutForm = /^([^\s@/]+)(?: ?@ ?(\d{1,6}))?(?: ?\/ ?([\dc+ ]+))?$/

/**
 * `3g.40gb@4,2g.20gb@0,1g.10gb x2` as cuts. A start is optional; `3g.40gb@4/1c+2c` names the compute instances of a GPU
 * instance; `3x1g.10gb` or `1g.10gb x3` means three. `none` is the layout without slices.
 *
 * @throws TrancheError `invalid_input`
 */
export function parseLayout(text: string): WantedCut[] {
  if (text.trim() === 'none')
    return []
  return limited(text.split(',').flatMap(parseEntry))
}

function parseEntry(given: string): WantedCut[] {
  const text = given.trim().split(/\s+/).join(' ')
  const counts = [leadingCount.exec(text)?.[1], trailingCount.exec(text)?.[1]].filter(part => part !== undefined)
  const [, profile, start, compute] = cutForm.exec(text.replace(leadingCount, '').replace(trailingCount, '')) ?? []
  if (profile === undefined || counts.length > 1)
    throw wrong(`${JSON.stringify(text)} is no slice of a layout. Write a profile, and where it starts if that matters: ${example}; "none" is the layout without slices.`)
  const times = Number(counts[0] ?? 1)
  if (times < 1 || times > maxCuts)
    throw wrong(`${JSON.stringify(text)} asks for ${times} slices. A layout has 1 to ${maxCuts} of a profile.`)
  if (start !== undefined && times > 1)
    throw wrong(`${JSON.stringify(text)} puts ${times} slices at one place. Leave the start away, or write each with its own.`)
  const cut = checked({
    profile,
    ...start !== undefined && { start: Number(start) },
    ...compute !== undefined && { compute: compute.split('+').map(part => computeSlices(part, text)) },
  }, text)
  return Array.from({ length: times }, () => cut)
}

function computeSlices(part: string, text: string): number {
  const [, slices] = /^([1-7])c$/.exec(part.trim()) ?? []
  if (slices === undefined)
    throw wrong(`${JSON.stringify(text)} names compute instances as ${JSON.stringify(part.trim())}. Each is 1c to 7c, joined by +: 3g.40gb@4/1c+2c.`)
  return Number(slices)
}

/** A layout as `layouts --json` prints one has sizes too; they follow from the profile. */
const jsonLayout = z.array(wantedCut.extend({ size: z.number().int().positive().optional() }).strict())

/**
 * A JSON array of `{profile, start?, compute?}` as cuts. `from` is where it was read, for the sentence that refuses it.
 *
 * @throws TrancheError `invalid_input`
 */
export function parseLayoutJson(text: string, from: string): WantedCut[] {
  const read = jsonLayout.safeParse(asJson(text, from))
  if (!read.success) {
    const { path, message } = read.error.issues[0]
    throw wrong(`${from} is no layout: ${path.length === 0 ? '' : `at ${path.join('.')}, `}${message}. It holds a JSON array: [{"profile": "3g.40gb", "start": 4}, {"profile": "1g.10gb"}].`)
  }
  return limited(read.data.map(({ size: _size, ...cut }) => cut))
}

function asJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch (thrown) {
    throw wrong(`${from} is not JSON (${thrown instanceof Error ? thrown.message : String(thrown)}). It holds an array: [{"profile": "3g.40gb", "start": 4}, {"profile": "1g.10gb"}].`)
  }
}

/** Cuts in the words that `parseLayout` reads: `3g.40gb@4/1c+2c,1g.10gb@0`. */
export function layoutText(cuts: readonly WantedCut[]): string {
  return cuts.length === 0
    ? 'none'
    : cuts.map(({ profile, start, compute }) => `${profile}${start === undefined ? '' : `@${start}`}${compute ? `/${compute.map(slices => `${slices}c`).join('+')}` : ''}`).join(',')
}

/** The layout that a device has, with the id of each slice. */
export function layoutOf({ slices }: Device): (WantedCut & { readonly id: string })[] {
  return slices.filter(({ parentId }) => parentId === null).map(({ id, profile, start }) => {
    const within = slices.filter(({ parentId }) => parentId === id).sort((a, b) => a.start - b.start)
    return { id, profile, start, ...within.length > 0 && { compute: within.map(({ size }) => size) } }
  })
}

function checked(cut: WantedCut, text: string): WantedCut {
  const read = wantedCut.safeParse(cut)
  if (!read.success)
    throw wrong(`${JSON.stringify(text)} is no slice of a layout: ${read.error.issues[0].message}. Write ${example}.`)
  return read.data
}

function limited(cuts: readonly WantedCut[]): WantedCut[] {
  if (cuts.length > maxCuts)
    throw wrong(`The layout has ${cuts.length} slices; a device takes at most ${maxCuts}.`)
  return [...cuts]
}

function wrong(message: string): TrancheError {
  return new TrancheError('invalid_input', message)
}
