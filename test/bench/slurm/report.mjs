import { median, quantile, spread, table } from '../lib/figures.mjs'

/** Rows of `[what, Slurm's figures, ours]`; the ratio says how many times ours is the better one, from the medians. */
export function compare(unit, rows, { moreIsBetter, digits = 0 }) {
  return table([
    ['', `Slurm, ${unit}`, `Tranche, ${unit}`, 'Tranche is better by'],
    ...rows.filter(([, slurm]) => slurm.every(figure => figure !== null)).map(([what, slurm, tranche]) => {
      const ratio = median(tranche) / median(slurm)
      return [what, spread(slurm, digits), spread(tranche, digits), `${(moreIsBetter ? ratio : 1 / ratio).toPrecision(3)} x`]
    }),
  ])
}

/** Rows of `[what, Slurm's times, ours]`, all rounds together. */
export function compareTimes(rows) {
  const cell = (values, share) => quantile(values, share).toFixed(1)
  return table([
    ['', 'Slurm, ms: median', 'p99', '(range)', 'Tranche, ms: median', 'p99', '(range)', 'median better by', 'p99 better by'],
    ...rows.filter(([, slurm]) => slurm.length > 0).map(([what, slurm, tranche]) => {
      const side = values => [cell(values, 0.5), cell(values, 0.99), `(${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`]
      const ratio = share => `${(quantile(slurm, share) / quantile(tranche, share)).toPrecision(3)} x`
      return [what, ...side(slurm), ...side(tranche), ratio(0.5), ratio(0.99)]
    }),
  ])
}
