/** Readers of what `jobs.result` gives: one shape a recipe, null if the value does not have it. */
export type Point = readonly [x: number, y: number]

export interface OcrLine {
  readonly text: string
  /** 0 to 1. */
  readonly score: number
  /** Four corners in pixels of the upright picture, clockwise from the top left of the text as it is read. */
  readonly box: readonly Point[]
}

export interface OcrResult { readonly lines: readonly OcrLine[] }

export interface Segment { readonly startMs: number, readonly endMs: number }

export interface VadResult { readonly durationMs: number, readonly segments: readonly Segment[] }

export interface TensorOutput {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly statistics: Readonly<Record<string, number | string>>
}

export function readOcr(value: unknown): OcrResult | null {
  if (!isRecord(value) || !Array.isArray(value.lines))
    return null
  return { lines: value.lines.filter(isRecord).map(readLine) }
}

export function readVad(value: unknown): VadResult | null {
  if (!isRecord(value) || !Array.isArray(value.segments))
    return null
  const segments = value.segments.filter(isRecord).map(each => ({ startMs: number(each.startMs), endMs: number(each.endMs) }))
  return { durationMs: number(value.durationMs), segments }
}

export function readTensor(value: unknown): readonly TensorOutput[] | null {
  if (!isRecord(value) || !Array.isArray(value.outputs))
    return null
  return value.outputs.filter(isRecord).map(({ name, dtype, dims, shape, ...rest }) => ({
    name: String(name ?? ''),
    dtype: String(dtype ?? ''),
    shape: numbers(shape ?? dims),
    statistics: flatStatistics(rest),
  }))
}

function readLine(line: Record<string, unknown>): OcrLine {
  return { text: String(line.text ?? ''), score: number(line.score), box: points(line.box) }
}

function points(value: unknown): Point[] {
  return Array.isArray(value) ? value.filter(each => Array.isArray(each)).map(([x, y]): Point => [number(x), number(y)]) : []
}

function flatStatistics(rest: Record<string, unknown>): Record<string, number | string> {
  const entries = Object.entries(rest).flatMap(([key, value]): [string, unknown][] => isRecord(value) ? Object.entries(value) : [[key, value]])
  return Object.fromEntries(entries.filter((entry): entry is [string, number | string] => typeof entry[1] === 'number' || typeof entry[1] === 'string'))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(number) : []
}
