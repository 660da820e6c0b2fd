import type { Command } from 'commander'
import type { Act } from '../context'
import { TrancheError } from '../../../contract/errors'
import { printable, table } from '../text'
import { momentText } from '../times'

export function addTemplate(program: Command, act: Act): void {
  const template = program.command('template').description('submissions kept under a name, for `submit --template`')
  template.command('ls')
    .description('list the templates')
    .action((_options, command: Command) => act(command, async ({ output, withLab }) => {
      const templates = await withLab('ask', lab => lab.call('templates.list', {}))
      output.answer(templates, () => templates.length === 0 ? ['No templates. `tranche template save NAME JOB` keeps what a job was submitted with.'] : table(templates.map(({ name, submission, savedAtMs }) => [name, String(submission.recipe ?? ''), momentText(savedAtMs), JSON.stringify(submission)])))
    }))
  template.command('save <name> <job>')
    .description('keep what a job was submitted with, without its inputs')
    .option('--with-inputs', 'with its inputs')
    .action((name: string, id: string, { withInputs }: { withInputs?: true }, command: Command) => act(command, async ({ output, withLab }) => {
      const saved = await withLab('ask', async (lab) => {
        const { inputs, ...submission } = await lab.call('jobs.submission', { id })
        return lab.call('templates.save', { name, submission: { ...submission, ...withInputs && { inputs } } })
      })
      output.answer(saved, () => [`Kept as ${printable(saved.name)}.`])
    }))
  template.command('rm <name>')
    .description('remove a template')
    .action((name: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const removed = await withLab('ask', lab => lab.call('templates.remove', { name }))
      output.answer(removed, () => [`Removed ${printable(name)}.`])
    }))
  template.command('show <name>')
    .description('print a template as the JSON that `submit --from` takes')
    .action((name: string, _options, command: Command) => act(command, async ({ output, withLab }) => {
      const found = (await withLab('ask', lab => lab.call('templates.list', {}))).find(each => each.name === name)
      if (!found)
        throw new TrancheError('not_found', `There is no template ${name}. \`tranche template ls\` lists them.`)
      output.answer(found.submission, () => [JSON.stringify(found.submission)])
    }))
}
