import type { Look } from './chart'

/** Told apart by people who see few colours, and in grey: https://jfly.uni-koeln.de/color/ */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#B8860B', '#000000', '#56B4E9']
const dashes = ['', '7 4', '2 3', '9 3 2 3']
const shiftBy = 5

const markers: readonly Look['marker'][] = [
  (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`,
  (x, y) => `M${x - 4} ${y - 4}h8v8h-8z`,
  (x, y) => `M${x} ${y - 5}l5 9h-10z`,
  (x, y) => `M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z`,
  (x, y) => `M${x} ${y + 5}l5 -9h-10z`,
]

/** A profile by colour and marker, its neighbours by dashes. `at` is the line's place among `of` lines. */
export function lookOf(profile: number, neighbours: number, at: number, of: number): Look {
  return {
    colour: colours[profile % colours.length],
    marker: markers[profile % markers.length],
    dashes: dashes[neighbours % dashes.length],
    shift: (at - (of - 1) / 2) * Math.min(shiftBy, 40 / Math.max(1, of)),
  }
}
