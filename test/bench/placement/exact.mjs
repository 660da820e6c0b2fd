/**
 * The exact search: every set of places that could have been chosen so far is kept, and a request is accepted if any of
 * them has room for it. No placement that has to be decided at once can do better request by request: this one decides when
 * it knows what came later. GPUs are alike, so histories that differ in their order only are one.
 *
 * @param {object} rules of the GPUs
 * @param {number} count of them
 * @param {{ arrives?: number, leaves?: number, profile?: string }[]} stream
 * @param {number} maxHistories
 * @returns {number | null} requests accepted; null where there are too many histories to keep
 */
export function acceptedExactly(rules, count, stream, maxHistories) {
  const departures = stream.some(({ leaves }) => leaves !== undefined)
  const device = deviceStates(rules, departures)
  let histories = new Map([['', Array.from({ length: count }, () => device.empty)]])
  let accepted = 0
  for (const { arrives, leaves, profile } of stream) {
    const next = new Map()
    for (const history of histories.values()) {
      for (const [place, state] of history.entries()) {
        if (place > 0 && history[place - 1] === state)
          continue
        for (const after of leaves === undefined ? device.cut(state, profile, arrives) : device.without(state, leaves)) {
          const states = history.with(place, after).sort((a, b) => a.id - b.id)
          next.set(states.map(({ id }) => id).join(), states)
        }
      }
    }
    if (leaves === undefined && next.size > 0)
      accepted++
    // A request that was refused is in no history, and then nothing changes when it leaves.
    if (next.size > 0)
      histories = next
    if (histories.size > maxHistories)
      return null
  }
  return accepted
}

/** States of one GPU, each made once. Where nothing ever leaves, all that counts is what is taken. */
function deviceStates(rules, departures) {
  const states = new Map()
  const stateOf = (slices) => {
    const sorted = slices.toSorted((a, b) => a.start - b.start)
    const key = departures ? sorted.map(({ request, start }) => `${request}@${start}`).join(' ') : takenBy(rules, sorted)
    const state = states.get(key) ?? { id: states.size, slices: sorted, next: new Map() }
    states.set(key, state)
    return state
  }
  return {
    empty: stateOf([]),
    cut(state, profile, request) {
      const known = departures ? undefined : state.next.get(profile)
      const next = known ?? rules.offer(profile).starts.flatMap((start) => {
        const answer = rules.cut(state.slices, profile, start)
        return answer.ok ? [stateOf([...state.slices, { ...answer.cut, request }])] : []
      })
      state.next.set(profile, next)
      return next
    },
    without(state, request) {
      const slices = state.slices.filter(slice => slice.request !== request)
      return slices.length < state.slices.length ? [stateOf(slices)] : []
    },
  }
}

function takenBy(rules, slices) {
  const slots = slices.flatMap(({ start, size }) => Array.from({ length: size }, (_, offset) => start + offset))
  return `${slots.join()}/${slices.reduce((sum, { profile }) => sum + rules.offer(profile).computeSlices, 0)}`
}
