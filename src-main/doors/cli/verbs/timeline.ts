import type { Command } from 'commander'
import type { Act } from '../context'
import { durationMs } from '../quantities'
import { table } from '../text'
import { momentText } from '../times'

export function addTimeline(program: Command, act: Act): void {
  program.command('timeline')
    .description('slices over time: what ran, runs and is planned')
    .option('--past <time>', 'how far back (default: 1h)', durationMs, 3_600_000)
    .option('--ahead <time>', 'how far ahead (default: 1h)', durationMs, 3_600_000)
    .action(({ past, ahead }: { past: number, ahead: number }, command: Command) => act(command, async ({ output, withLab }) => {
      const nowMs = Date.now()
      const timeline = await withLab('ask', lab => lab.call('schedule.timeline', { fromMs: nowMs - past, toMs: nowMs + ahead }))
      const rows = new Map(timeline.rows.map(row => [row.slice, row]))
      output.answer(timeline, () => timeline.items.length === 0
        ? ['Nothing ran, runs or is planned in that time.']
        : table([['from', 'to', 'what', 'slice', 'device', 'holder', 'name'], ...[...timeline.items].sort((a, b) => a.fromMs - b.fromMs).map(item => [momentText(item.fromMs), item.toMs === null ? '' : momentText(item.toMs), item.ended ?? item.kind, rows.get(item.slice)?.profile ?? item.slice, rows.get(item.slice)?.deviceName ?? '', item.holder, item.label])]))
    }))
}
