import type { Command } from 'commander'
import type { Job } from '../../../contract/model'
import type { Act, VerbContext } from '../context'
import type { Session } from '../session'
import type { SubmitOptions } from '../submitInput'
import { Option } from 'commander'
import { recipeIds } from '../../../contract/model'
import { deviceOf } from '../chooseDevice'
import { describeJob } from '../jobReport'
import { addNeedOptions } from '../needOptions'
import { wholeNumber } from '../quantities'
import { addRunOptions } from '../runOptions'
import { toSubmitInput } from '../submitInput'
import { printable } from '../text'
import { runAndShow } from '../waitVerb'

export function addSubmit(program: Command, act: Act): void {
  addRunOptions(addNeedOptions(program.command('submit')
    .description('queue a job')
    .addOption(new Option('--recipe <recipe>', 'how inputs become results').choices(recipeIds).makeOptionMandatory())
    .option('--model <id|file>', 'model of the catalog, or an ONNX file (default: the one of the recipe)')
    .option('--input <file...>', 'pictures, recordings or tensors')
    .option('--slice <profile>', 'profile of the slice it runs on, e.g. 3g.40gb (default: any)')
    .option('--device <device>', 'device it runs on: id, the beginning of one, name or label (default: any)')))
    .option('--out <dir>', 'folder that gets a copy of each result')
    .option('--wait', 'wait for its end, show the results, and run it here if no app or server does')
    .option('--param <name=value...>', 'setting of the recipe')
    .option('--synthetic <n>', 'let the recipe tensor make up n inputs', wholeNumber)
    .action((options: SubmitOptions & { wait?: true }, command: Command) => act(command, async (context) => {
      const input = toSubmitInput(options, context.cwd)
      if (options.wait)
        return runAndShow(context, lab => submit(lab, input))
      await submitOnly(context, input)
    }))
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
