const names = { ours: 'Tranche', peer: '@gutenye/ocr-node' }

/** The table: speed as median and range of the turns, errors of the last turn (they do not vary), and the ratio of each pair of turns. */
export function report(turns, { rounds, threads, pictures }) {
  const speed = side => turns[side].map(({ ms }) => pictures * 1000 / ms)
  const rows = ['ours', 'peer'].map((side) => {
    const { errors, characters } = turns[side].at(-1)
    const cpu = turns[side].map(({ cpuMs }) => cpuMs / 1000 / pictures)
    return [names[side], spread(speed(side)), spread(cpu), `${(100 * errors / characters).toFixed(2)} % (${errors} of ${characters})`]
  })
  const ratios = speed('ours').map((value, i) => value / speed('peer')[i])
  const table = [['', 'pictures/s: median (range)', 'processor s/picture', 'character errors'], ...rows]
  const widths = [0, 1, 2, 3].map(column => Math.max(...table.map(row => row[column].length)))
  return [
    `${pictures} documents, ${rounds} rounds in turn, ${threads} threads`,
    ...table.map(row => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()),
    `ratio of speeds, round by round: ${spread(ratios)}`,
  ].join('\n')
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return `${median.toFixed(2)} (${sorted[0].toFixed(2)} to ${sorted.at(-1).toFixed(2)})`
}
