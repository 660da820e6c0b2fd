import type { Command } from 'commander'
import type { Act } from '../context'
import { Option } from 'commander'
import { runAndShow } from '../waitVerb'

export function addSample(program: Command, act: Act): void {
  program.command('sample')
    .description('run a job on the samples that come with Tranche, and show its results')
    .addOption(new Option('--sample <which>', 'text in pictures, or speech in recordings').choices(['ocr', 'vad']).default('ocr'))
    .action(({ sample }: { sample: 'ocr' | 'vad' }, command: Command) => act(command, context =>
      runAndShow(context, lab => lab.call('jobs.submitSample', { sample }))))
}
