import type { Command } from 'commander'
import type { Act } from '../context'
import { estimateLines } from '../estimateLines'
import { modelReference } from '../modelReference'
import { dimension, wholeNumber } from '../quantities'

interface EstimateOptions { readonly batch: number, readonly dim?: Readonly<Record<string, number>> }

export function addEstimate(program: Command, act: Act): void {
  program.command('estimate <model>')
    .description('say how much memory a model needs before it is loaded, and which profiles would hold it')
    .option('--batch <n>', 'inputs that run as one', wholeNumber, 1)
    .option('--dim <name=n>', 'size of a symbolic dimension (default: 1); may be said again', dimension)
    .action((given: string, { batch, dim = {} }: EstimateOptions, command: Command) => act(command, async ({ output, withLab, cwd }) => {
      const model = modelReference(given, cwd)
      const estimated = await withLab('ask', lab => lab.call('models.estimate', { model, batch, dims: { ...dim } }))
      output.answer(estimated, () => estimateLines(estimated, output.style))
    }))
}
