import type { InferenceSession } from 'onnxruntime-node'
import type { RecipeContext } from '../recipe'
import type { Alphabet } from './ctc'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { TrancheError } from '../../contract/errors'
import { parseDictionary } from './ctc'
import { checkSignature } from './models'

/** The loaded models and what the recogniser's classes stand for. */
export interface OcrModels {
  readonly detector: InferenceSession
  readonly recogniser: InferenceSession
  readonly classifier: InferenceSession
  readonly alphabet: Alphabet
}

/** Loads the files of all roles. Throws `bad_model` where one is missing or does not fit its role. */
export async function openModels({ files, session }: Pick<RecipeContext, 'files' | 'session'>): Promise<OcrModels> {
  const load = async (role: 'detector' | 'recogniser' | 'classifier') => {
    const path = fileOf(files, role)
    const loaded = await session(path)
    checkSignature(role, path, loaded)
    return loaded
  }
  const dictionary = fileOf(files, 'dictionary')
  const detector = await load('detector')
  const recogniser = await load('recogniser')
  const classifier = await load('classifier')
  const alphabet = await readDictionary(dictionary)
  checkDictionary(dictionary, alphabet, recogniser)
  return { detector, recogniser, classifier, alphabet }
}

function fileOf(files: Readonly<Record<string, string>>, role: string): string {
  const path = files[role]
  if (path === undefined)
    throw new TrancheError('bad_model', `The model has no ${role}. Text recognition needs a detector, a recogniser, a classifier and a dictionary.`)
  return path
}

async function readDictionary(path: string): Promise<Alphabet> {
  try {
    return parseDictionary(await readFile(path, 'utf8'))
  }
  catch (cause) {
    throw new TrancheError('bad_model', `The dictionary ${basename(path)} cannot be read. Fetch the model again.`, { cause })
  }
}

function checkDictionary(path: string, { characters }: Alphabet, recogniser: InferenceSession): void {
  const [output] = recogniser.outputMetadata
  const classes = output.isTensor ? output.shape[2] : undefined
  if (typeof classes === 'number' && classes !== characters.length)
    throw new TrancheError('bad_model', `The dictionary ${basename(path)} holds ${characters.length - 2} characters, but the recogniser knows ${classes - 2}. Use the dictionary that came with it.`)
}
