import type { Command } from 'commander'
import type { Job } from '../../../contract/model'
import type { Act, VerbContext } from '../context'
import type { Session } from '../session'
import type { SubmitOptions } from '../submitInput'
import { Option } from 'commander'
import { TrancheError } from '../../../contract/errors'
import { recipeIds } from '../../../contract/model'
import { deviceOf } from '../chooseDevice'
import { describeJob } from '../jobReport'
import { addLineOptions } from '../lineOptions'
import { addNeedOptions } from '../needOptions'
import { parseSubmissions } from '../parseSubmissions'
import { wholeNumber } from '../quantities'
import { readText, sourceName } from '../readText'
import { addRunOptions } from '../runOptions'
import { toSubmitInput } from '../submitInput'
import { printable } from '../text'
import { runAndShow } from '../waitVerb'

export function addSubmit(program: Command, act: Act): void {
  addLineOptions(addRunOptions(addNeedOptions(program.command('submit')
    .description('queue a job')
    .addOption(new Option('--recipe <recipe>', 'how inputs become results').choices(recipeIds))
    .option('--model <id|file>', 'model of the catalog, or an ONNX file (default: the one of the recipe)')
    .option('--input <file...>', 'pictures, recordings or tensors')
    .option('--slice <profile>', 'profile of the slice it runs on, e.g. 3g.40gb (default: any)')
    .option('--device <device>', 'device it runs on: id, the beginning of one, name or label (default: any)'))))
    .option('--out <dir>', 'folder that gets a copy of each result')
    .option('--wait', 'wait for its end, show the results, and run it here if no app or server does')
    .option('--param <name=value...>', 'setting of the recipe')
    .option('--synthetic <n>', 'let the recipe tensor make up n inputs', wholeNumber)
    .option('--from <file>', 'submit many at once, all or none: a file with a submission as JSON on each line, - for stdin')
    .option('--template <name>', 'begin with a template; what is said beside it counts more')
    .action((options: Typed, command: Command) => act(command, async (context) => {
      if (options.from !== undefined)
        return submitMany(context, options)
      if (options.template !== undefined)
        return fromTemplate(context, options)
      const input = toSubmitInput(withRecipe(options), context.cwd)
      if (options.wait)
        return runAndShow(context, lab => submit(lab, input))
      await submitOnly(context, input)
    }))
}

type Typed = Partial<Pick<SubmitOptions, 'recipe'>> & Omit<SubmitOptions, 'recipe'> & { readonly wait?: true, readonly from?: string, readonly template?: string }

function withRecipe({ recipe, ...options }: Typed): SubmitOptions {
  if (recipe === undefined)
    throw new TrancheError('invalid_input', `Say how inputs become results: --recipe ${recipeIds.join('|')}.`)
  return { ...options, recipe }
}

/** What a template says, and over it what was typed. */
async function fromTemplate({ output, withLab, cwd }: VerbContext, { template, ...options }: Typed): Promise<void> {
  await withLab('ask', async (lab) => {
    const kept = (await lab.call('templates.list', {})).find(({ name }) => name === template)?.submission
    if (!kept)
      throw new TrancheError('not_found', `There is no template ${template}. \`tranche template ls\` lists them.`)
    const recipe = recipeIds.find(id => id === kept.recipe)
    const named = Array.isArray(kept.inputs) && !options.input ? { input: kept.inputs.map(String) } : {}
    const typed = toSubmitInput(withRecipe({ ...recipe && { recipe }, ...options, ...named }), cwd)
    const job = await submit(lab, { ...kept, ...typed })
    output.answer(describeJob(job), () => [`${printable(job.id)}  ${job.state}`])
  })
}

async function submitMany(context: VerbContext, { from = '-' }: Typed): Promise<void> {
  const { output, withLab } = context
  const submissions = parseSubmissions(await readText(context, from), sourceName(from))
  const { ids } = await withLab('ask', lab => lab.call('jobs.submitMany', { submissions }))
  output.answer({ ids }, () => ids.map(printable))
}

async function submitOnly({ output, withLab }: VerbContext, input: ReturnType<typeof toSubmitInput>): Promise<void> {
  await withLab('ask', async (lab) => {
    const job = await submit(lab, input)
    output.answer(describeJob(job), () => [`${printable(job.id)}  ${job.state}`])
    const owner = await lab.owner()
    if (owner.kind === 'cli')
      output.talk(`No app or server has this state folder open. The job waits for one, for \`tranche serve\`, or for \`tranche jobs ${job.id} --wait\`.`)
  })
}

async function submit(lab: Session, input: ReturnType<typeof toSubmitInput>): Promise<Job> {
  const { device } = input
  return lab.call('jobs.submit', device === undefined ? input : { ...input, device: (await deviceOf(lab, device)).id })
}
