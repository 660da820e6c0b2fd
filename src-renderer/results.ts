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
  /** File beside the result that holds the values. */
  readonly file: string
  /** `min`, `mean`, ...; a null one has no finite value. */
  readonly stats: Readonly<Record<string, number | string | null>>
}

export interface TensorResult { readonly outputs: readonly TensorOutput[], readonly runMs: number, readonly notes: readonly string[] }

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

export function readTensor(value: unknown): TensorResult | null {
  if (!isRecord(value) || !Array.isArray(value.outputs))
    return null
  const outputs = value.outputs.filter(isRecord).map(({ name, dtype, shape, file, stats }) => ({
    name: String(name),
    dtype: String(dtype),
    shape: Array.isArray(shape) ? shape.map(number) : [],
    file: String(file ?? ''),
    stats: isRecord(stats) ? Object.fromEntries(Object.entries(stats).map(([key, each]) => [key, figure(each)])) : {},
  }))
  return { outputs, runMs: number(value.runMs), notes: Array.isArray(value.notes) ? value.notes.map(String) : [] }
}

function readLine(line: Record<string, unknown>): OcrLine {
  return { text: String(line.text ?? ''), score: number(line.score), box: points(line.box) }
}

function points(value: unknown): Point[] {
  return Array.isArray(value) ? value.filter(each => Array.isArray(each)).map(([x, y]): Point => [number(x), number(y)]) : []
}

function figure(value: unknown): number | string | null {
  return typeof value === 'number' || typeof value === 'string' ? value : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
