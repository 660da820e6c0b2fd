/**
 * A placement on one GPU that is told what no real lab knows, the mix of profiles and how long they stay, and looks ahead:
 * it takes the start of highest value, where a layout's value is how many requests it will accept from now on (value
 * iteration over every layout, slices leaving at random). What the exact search accepts beyond it is mostly foresight.
 *
 * @param {object} rules of the GPU
 * @param {readonly { slices: readonly object[] }[]} layouts every layout of the profiles
 * @param {Record<string, number>} weights by profile
 * @param {number} meanStay in units of time, of which each brings one request
 * @returns {{ fresh: () => object }} makes an empty GPU
 */
export function lookAhead(rules, layouts, weights, meanStay) {
  const keyOf = slices => slices.map(({ profile, start }) => `${profile}@${start}`).sort().join(' ')
  const numbers = new Map(layouts.map(({ slices }, number) => [keyOf(slices), number]))
  const numberOf = slices => numbers.get(keyOf(slices))
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  const states = layouts.map(({ slices }) => ({
    arrivals: Object.entries(weights).map(([profile, weight]) => ({ chance: weight / total, next: placesIn(rules, slices, profile).map(slice => numberOf([...slices, slice])) })),
    departures: slices.map(slice => numberOf(slices.filter(other => other !== slice))),
  }))
  const values = valuesOf(states, 1 / meanStay, rules.slots)
  return {
    fresh() {
      let held = []
      return {
        choose(profile) {
          const places = placesIn(rules, held, profile).map(slice => ({ slice, value: values[numberOf([...held, slice])] }))
          return places.reduce((best, place) => !best || place.value > best.value ? place : best, null)?.slice ?? null
        },
        cut(slice) {
          held = [...held, slice]
        },
        free(slice) {
          held = held.filter(other => other !== slice)
        },
      }
    },
  }
}

function placesIn(rules, slices, profile) {
  return rules.offer(profile).starts.map(start => rules.cut(slices, profile, start)).filter(({ ok }) => ok).map(({ cut }) => cut)
}

/** What is further away counts less, 3 % an event, so that it settles. */
function valuesOf(states, leaveRate, mostSlices) {
  const rate = 1 + mostSlices * leaveRate
  let values = states.map(() => 0)
  for (let round = 0; round < 2000; round++) {
    const next = states.map(({ arrivals, departures }, number) => {
      const come = arrivals.reduce((sum, { chance, next }) => sum + chance * (next.length > 0 ? 1 + Math.max(...next.map(state => values[state])) : values[number]), 0)
      const leave = departures.reduce((sum, state) => sum + values[state], 0) + (mostSlices - departures.length) * values[number]
      return 0.97 * (come + leaveRate * leave) / rate
    })
    const change = Math.max(...next.map((value, number) => Math.abs(value - values[number])))
    values = next
    if (change < 1e-3)
      break
  }
  return values
}
