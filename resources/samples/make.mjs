/**
 * Makes the samples of this folder: five pictures with their true text beside them and one recording with its true
 * segments. The results are committed; run this again only to change them:
 *
 *     node resources/samples/make.mjs
 *
 * It needs the fonts DejaVu and Liberation and the program `espeak-ng` (Debian: fonts-dejavu, fonts-liberation,
 * espeak-ng). The same versions of these give the same files.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writePage } from './page.mjs'
import { dashboard, deliveryNote, landscape, rackLabel, receipt } from './pictures.mjs'
import { writeSpeech } from './speech.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))

const pictures = [
  { name: 'receipt', title: 'Receipt of a coffee shop', drawing: receipt(), colours: 48 },
  { name: 'rack-label', title: 'Label of a server rack', drawing: rackLabel(), colours: 48 },
  { name: 'dashboard', title: 'Monitoring dashboard', drawing: dashboard(), colours: 64 },
  { name: 'delivery-note', title: 'Delivery note, upside down', drawing: deliveryNote(), colours: 32 },
  { name: 'landscape', title: 'Landscape without text', drawing: landscape(), colours: 96 },
]

for (const { name, drawing, colours } of pictures)
  await writePage(folder, name, drawing.page, { svg: drawing.svg, colours })
await writeFile(join(folder, 'landscape.txt'), '')
await writeSpeech(folder)
await writeFile(join(folder, 'index.json'), `${JSON.stringify(index(), null, 2)}\n`)

/** What the first run offers: a job over the pictures, and one over the recording. */
function index() {
  return {
    job: { recipe: 'ocr', model: 'ppocr-v4', inputs: pictures.map(({ name }) => `${name}.png`) },
    pictures: pictures.map(({ name, title }) => ({ title, file: `${name}.png`, text: `${name}.txt` })),
    speech: { recipe: 'vad', model: 'silero-vad-v5', title: 'Three spoken sentences', file: 'speech.wav', segments: 'speech.json' },
  }
}
