import type { Submission } from './submission'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { recipeIds } from '../contract/model'

const fileName = z.string().regex(/^[\w.-]+$/)
const sampleIndex = z.object({
  job: z.object({ recipe: z.enum(recipeIds), model: z.string(), inputs: z.array(fileName).nonempty() }),
  speech: z.object({ recipe: z.enum(recipeIds), model: z.string(), file: fileName }),
})

/** The slice that shows best what the lab does: the largest of the virtual A100 of a first start. */
const preferredProfile = '3g.40gb'

/** The submission of a sample that came with the app. `profiles` are those the lab has now. */
export function sampleSubmission(resources: string, sample: 'ocr' | 'vad', profiles: readonly string[]): Submission {
  const folder = join(resources, 'samples')
  const { job, speech } = sampleIndex.parse(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')))
  const { recipe, model, inputs } = sample === 'ocr' ? job : { ...speech, inputs: [speech.file] }
  return {
    recipe,
    model,
    inputs: inputs.map(file => join(folder, file)),
    ...(profiles.includes(preferredProfile) && { profile: preferredProfile }),
  }
}
