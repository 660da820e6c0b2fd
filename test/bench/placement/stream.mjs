import { randomFrom } from './random.mjs'

/**
 * A random stream of requests: profiles by weight, one request a unit of time.
 *
 * @param {object} rules of the GPUs
 * @param {Record<string, number>} weights by profile
 * @param {{ seed: number, gpus: number, demand?: number, load?: number, requests?: number }} options
 * `demand`: nothing leaves, and requests come until they ask for that part of the fleet's slots; or `load`: each leaves
 * after a random time (exponential), so that all together would take that part of the slots, and there are `requests`
 * @returns {{ arrives?: number, leaves?: number, profile?: string }[]} what happens, in order
 */
export function streamOf(rules, weights, { seed, gpus, demand, load, requests }) {
  const random = randomFrom(seed)
  const profiles = Object.keys(weights)
  const total = totalOf(weights)
  const meanStay = load === undefined ? Infinity : meanStayOf(rules, weights, { gpus, load })
  const stream = []
  const leaving = []
  let asked = 0
  for (let request = 0; requests === undefined ? asked < demand * gpus * rules.slots : request < requests; request++) {
    leaving.sort((a, b) => a.at - b.at)
    while (leaving.length > 0 && leaving[0].at <= request)
      stream.push({ leaves: leaving.shift().request })
    let point = random() * total
    const profile = profiles.find(name => (point -= weights[name]) < 0) ?? profiles[0]
    asked += rules.offer(profile).size
    stream.push({ arrives: request, profile })
    const at = request - Math.log(1 - random()) * meanStay
    if (load !== undefined)
      leaving.push({ at, request })
  }
  return stream
}

/** How long a request stays on average, where one comes each unit of time and `load` of the fleet's slots are to be taken. */
export function meanStayOf(rules, weights, { gpus, load }) {
  const meanSize = Object.entries(weights).reduce((sum, [profile, weight]) => sum + weight * rules.offer(profile).size, 0) / totalOf(weights)
  return load * gpus * rules.slots / meanSize
}

function totalOf(weights) {
  return Object.values(weights).reduce((sum, weight) => sum + weight, 0)
}
