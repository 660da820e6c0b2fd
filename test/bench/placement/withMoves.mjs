/**
 * The fleet's choice, and where it finds no place, the smallest change that `explain` names, if that only moves slices and
 * ends none. Answers as the other ways of choosing do, and counts the moves.
 */
export function withMoves({ createFleet, explain, gpus, rules, device }, count) {
  const fleet = createFleet(gpus)
  const places = new Map()
  let moves = 0
  for (let number = 0; number < count; number++) {
    fleet.add({ ...device, id: `gpu_${number}` })
    places.set(`gpu_${number}`, [])
  }
  const placement = ({ profile, start }) => ({ profile, start, size: rules.offer(profile).size })

  function makeRoom(profile) {
    const changes = [...places].flatMap(([id, held]) => {
      const { smallestChange } = explain(rules, held.map((place, index) => ({ ...placement(place), id: String(index), holder: 'someone' })), profile, 1)
      return smallestChange.length > 0 && smallestChange.every(({ to }) => to !== null) ? [{ id, smallestChange }] : []
    })
    const [best] = changes.sort((a, b) => a.smallestChange.length - b.smallestChange.length)
    if (!best)
      return null
    const moved = best.smallestChange.map(({ move, to }) => ({ place: places.get(best.id)[Number(move)], to }))
    moved.forEach(({ place }) => fleet.remove(best.id, place))
    for (const { place, to } of moved) {
      place.start = to
      fleet.cut(best.id, placement(place))
    }
    moves += moved.length
    return fleet.choose({ profile })
  }

  return {
    moves: () => moves,
    choose: (profile) => {
      const place = fleet.choose({ profile }) ?? makeRoom(profile)
      return place && { ...place }
    },
    cut(place) {
      fleet.cut(place.device, placement(place))
      places.get(place.device).push(place)
    },
    free(place) {
      fleet.remove(place.device, place)
      places.get(place.device).splice(places.get(place.device).indexOf(place), 1)
    },
  }
}
