import { z } from 'zod'
import { errorShape } from '../../contract/errors'
import { nvmlInstance, nvmlReading } from './reading'

/** What the lab and the process that holds NVML say to each other: one request at a time, and its answer. */

const place = { uuid: z.string(), start: z.number().int().nonnegative(), size: z.number().int().positive() }

export const nvmlRequest = z.discriminatedUnion('call', [
  /** `alone`: to act upon, so that no other process of the lab may be changing what is read. */
  z.object({ call: z.literal('read'), alone: z.literal(true).optional() }),
  z.object({ call: z.literal('createInstance'), ...place, profileId: z.number().int().nonnegative(), compute: z.array(z.number().int().positive()) }),
  z.object({ call: z.literal('destroyInstance'), ...place }),
  z.object({ call: z.literal('setMigMode'), uuid: z.string(), enabled: z.boolean() }),
])

export const nvmlMigMode = z.object({
  enabled: z.boolean(),
  /** The mode after the next reset of the GPU. */
  pending: z.boolean(),
  /** Why the mode is not yet what was asked for, or null. */
  detail: z.string().nullable(),
})

/** The value that answers each call. */
export const nvmlValues = {
  read: nvmlReading,
  createInstance: nvmlInstance,
  destroyInstance: z.null(),
  setMigMode: nvmlMigMode,
} as const satisfies Record<NvmlCall, z.ZodType>

export const fromNvml = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('answer'), value: z.unknown() }),
  z.object({ type: z.literal('failed'), error: errorShape }),
])

export type NvmlRequest = z.infer<typeof nvmlRequest>
export type NvmlCall = NvmlRequest['call']
export type NvmlMigMode = z.infer<typeof nvmlMigMode>
export type NvmlValue<C extends NvmlCall> = z.infer<typeof nvmlValues[C]>
export type FromNvml = z.infer<typeof fromNvml>
