import type { Scenario } from '../test/helpers/mockJobs'
import { createMockBridge } from '../test/helpers/mockBridge'

/** Shows the window in a browser on an in-memory lab: `mock.html?scenario=many#/jobs`. No part of the product. */
const pictures = import.meta.glob<string>('../resources/samples/*.{png,wav}', { query: '?url', import: 'default', eager: true })
const files = ['receipt.png', 'rack-label.png', 'dashboard.png', 'delivery-note.png', 'landscape.png']

const scenario = (new URLSearchParams(window.location.search).get('scenario') ?? 'usual') as Scenario
Object.defineProperty(window, 'tranche', { value: createMockBridge(scenario) })
serveInputs(HTMLImageElement.prototype, index => files[index % files.length])
serveInputs(HTMLMediaElement.prototype, () => 'speech.wav')
void import('./main')

/** A browser does not know the app's own protocol: addresses of inputs become those of the samples. */
function serveInputs(prototype: HTMLImageElement | HTMLMediaElement, fileOf: (index: number) => string) {
  const property = Object.getOwnPropertyDescriptor(prototype, 'src')
  Object.defineProperty(prototype, 'src', {
    configurable: true,
    get: property?.get,
    set(url: string) {
      const index = /^tranche:\/\/input\/.*\/(\d+)$/.exec(url)?.[1]
      property?.set?.call(this, index === undefined ? url : pictures[`../resources/samples/${fileOf(Number(index))}`])
    },
  })
}
