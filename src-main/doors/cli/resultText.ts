import { z } from 'zod'
import { printable } from './text'

/** The parts of each recipe's result that a person reads. */
const ocrResult = z.object({ lines: z.array(z.object({ text: z.string() })) })
const vadResult = z.object({ segments: z.array(z.object({ startMs: z.number(), endMs: z.number() })) })
const tensorResult = z.object({
  outputs: z.array(z.object({
    name: z.string(),
    dtype: z.string(),
    shape: z.array(z.number()),
    file: z.string(),
    stats: z.object({ min: z.union([z.number(), z.string()]), max: z.union([z.number(), z.string()]), mean: z.number() }).nullable().catch(null),
  })),
  notes: z.array(z.string()).default([]),
})

const maxRawLength = 200

/** The result of one input as lines: the text of a picture, the speech of a recording, the outputs of a model. */
export function resultText(result: unknown): string[] {
  return textOf(result).map(printable)
}

function textOf(result: unknown): string[] {
  const ocr = ocrResult.safeParse(result)
  if (ocr.success)
    return ocr.data.lines.length === 0 ? ['(no text)'] : ocr.data.lines.map(({ text }) => text)
  const vad = vadResult.safeParse(result)
  if (vad.success)
    return vad.data.segments.length === 0 ? ['(no speech)'] : vad.data.segments.map(({ startMs, endMs }) => `${clock(startMs)} - ${clock(endMs)}`)
  const tensor = tensorResult.safeParse(result)
  if (tensor.success)
    return [...tensor.data.outputs.map(outputLine), ...tensor.data.notes]
  const raw = JSON.stringify(result) ?? ''
  return [raw.length > maxRawLength ? `${raw.slice(0, maxRawLength)}...` : raw]
}

function outputLine({ name, dtype, shape, file, stats }: z.infer<typeof tensorResult>['outputs'][number]): string {
  const values = stats ? `  ${stats.min} to ${stats.max}, mean ${Number(stats.mean.toPrecision(4))}` : ''
  return `${name}  ${dtype}[${shape.join(', ')}]${values}  ${file}`
}

/** `0:07.250`, `1:02:03.000`. */
function clock(ms: number): string {
  const whole = Math.round(ms)
  const seconds = `${String(Math.floor(whole / 1000) % 60).padStart(2, '0')}.${String(whole % 1000).padStart(3, '0')}`
  const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60]
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`
}
