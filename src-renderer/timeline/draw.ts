import type { Bar } from './items'

/** How a bar looks: one of these, each drawn in one go. */
export type BarStyle = 'past' | 'ill' | 'running' | 'planned' | 'window' | 'outside'

export type TimelineColours = Readonly<Record<BarStyle | 'text' | 'line' | 'now' | 'accent' | 'onRunning', string>>

const order: readonly BarStyle[] = ['window', 'past', 'ill', 'outside', 'planned', 'running']
const barInset = 4
const faint = 0.3
const leastLabelPx = 56
const labelInset = 5

export function styleOf({ item: { kind, ended } }: Bar): BarStyle {
  if (kind !== 'past')
    return kind
  return ended === 'failed' || ended === 'preempted' || ended === 'requeued' ? 'ill' : 'past'
}

/**
 * Draws bars in batches of one colour each: 20,000 of them cost a handful of fills. `top` is how far the rows are scrolled. What nothing says the
 * end of is solid up to `nowX` only.
 */
export function drawBars(context: CanvasRenderingContext2D, bars: readonly Bar[], rowHeight: number, top: number, nowX: number, colours: TimelineColours): void {
  const byStyle = new Map<BarStyle, Bar[]>()
  for (const bar of bars) {
    const style = styleOf(bar)
    const known = byStyle.get(style)
    if (known)
      known.push(bar)
    else
      byStyle.set(style, [bar])
  }
  for (const style of order) {
    const same = byStyle.get(style)
    if (!same)
      continue
    context.beginPath()
    const inset = style === 'window' ? 0 : barInset
    for (const { item, row, x, width } of same) {
      const known = item.toMs === null ? Math.max(1, Math.min(width, nowX - x)) : width
      context.rect(x, row * rowHeight - top + inset, known > 3 ? known - 1 : known, rowHeight - 2 * inset)
    }
    context.fillStyle = colours[style]
    context.fill()
    fade(context, same, rowHeight, top, nowX)
    if (style === 'planned') {
      context.strokeStyle = colours.accent
      context.setLineDash([3, 2])
      context.stroke()
      context.setLineDash([])
    }
    label(context, same, rowHeight, top, nowX, style === 'running' || style === 'outside' ? colours.onRunning : colours.text)
  }
}

/** What may go on for ever, faintly. */
function fade(context: CanvasRenderingContext2D, bars: readonly Bar[], rowHeight: number, top: number, nowX: number) {
  context.globalAlpha = faint
  for (const { item, row, x, width } of bars) {
    const from = Math.max(x, nowX)
    if (item.toMs === null && x + width > from)
      context.fillRect(from, row * rowHeight - top + barInset, x + width - from, rowHeight - 2 * barInset)
  }
  context.globalAlpha = 1
}

function label(context: CanvasRenderingContext2D, bars: readonly Bar[], rowHeight: number, top: number, nowX: number, colour: string) {
  context.fillStyle = colour
  for (const { item, row, x, width } of bars) {
    const left = Math.max(0, x) + labelInset
    const right = item.toMs === null ? Math.min(x + width, nowX) : x + width
    const room = right - left - labelInset
    if (width < leastLabelPx || room < leastLabelPx - 2 * labelInset)
      continue
    context.fillText(fitted(item.label, room), left, row * rowHeight - top + rowHeight / 2)
  }
}

/** Letters are about this wide on average; measuring each label would cost more than drawing it. */
const letterPx = 6

function fitted(text: string, room: number): string {
  const most = Math.floor(room / letterPx)
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`
}
