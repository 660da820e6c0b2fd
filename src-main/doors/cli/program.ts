import type { Act } from './context'
import { Command, InvalidArgumentError } from 'commander'
import { version } from '../../../package.json'
import { addBackends } from './verbs/backends'
import { addBackup } from './verbs/backup'
import { addBenchModel } from './verbs/benchModel'
import { addBulk } from './verbs/bulk'
import { addCancel } from './verbs/cancel'
import { addCatalog } from './verbs/catalog'
import { addClone } from './verbs/clone'
import { addCordon } from './verbs/cordon'
import { addDevices } from './verbs/devices'
import { addDoctor } from './verbs/doctor'
import { addEstimate } from './verbs/estimate'
import { addEvacuate } from './verbs/evacuate'
import { addEvents } from './verbs/events'
import { addExport } from './verbs/export'
import { addHold } from './verbs/hold'
import { addImportSmi } from './verbs/importSmi'
import { addInfer } from './verbs/infer'
import { addIsolation } from './verbs/isolation'
import { addJobs } from './verbs/jobs'
import { addLab } from './verbs/lab'
import { addLayouts } from './verbs/layouts'
import { addLease } from './verbs/lease'
import { addMove } from './verbs/move'
import { addProfiles } from './verbs/profiles'
import { addPull } from './verbs/pull'
import { addQueue } from './verbs/queue'
import { addReorder } from './verbs/reorder'
import { addRestore } from './verbs/restore'
import { addResults } from './verbs/results'
import { addResume } from './verbs/resume'
import { addRetry } from './verbs/retry'
import { addSample } from './verbs/sample'
import { addScheduler } from './verbs/scheduler'
import { addServe } from './verbs/serve'
import { addSlice } from './verbs/slice'
import { addSubmit } from './verbs/submit'
import { addSuspend } from './verbs/suspend'
import { addTemplate } from './verbs/template'
import { addTenant } from './verbs/tenant'
import { addTimeline } from './verbs/timeline'
import { addTop } from './verbs/top'
import { addVerify } from './verbs/verify'
import { addWhy } from './verbs/why'
import { addWindow } from './verbs/window'

/** The whole command line, with each verb's work handed to `act`. */
export function createProgram(act: Act, write: { readonly out: (text: string) => void, readonly err: (text: string) => void }): Command {
  const program = new Command('tranche')
    .description('A lab that cuts GPUs into slices, leases them to jobs and runs real inference on them.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [verb]', 'show help for a verb')
    .option('--json', 'answer with JSON on stdout, and nothing else there')
    .option('--state <dir>', 'state folder of the lab (default: the one of the app)', nonEmpty)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeOut: write.out, writeErr: write.err, outputError: () => undefined })
    .exitOverride()
  for (const add of [addDoctor, addDevices, addLab, addProfiles, addLayouts, addSlice, addLease, addImportSmi, addExport, addCatalog, addPull, addEstimate, addBackends, addSubmit, addJobs, addResults, addWhy, addTop, addTimeline, addCancel, addRetry, addHold, addReorder, addBulk, addSuspend, addResume, addTenant, addQueue, addWindow, addCordon, addScheduler, addTemplate, addMove, addEvacuate, addInfer, addSample, addVerify, addBenchModel, addIsolation, addBackup, addRestore, addClone, addServe, addEvents])
    add(program, act)
  program.addHelpText('after', `
Exit status: 0 done, 1 the job or the check failed, 2 wrong use.

  tranche sample                                       a first job on pictures that come with Tranche
  tranche submit --recipe ocr --input *.png --wait     read the text of pictures
  tranche layouts A100-80GB --maximal                  every way to cut a GPU to the full
  tranche slice explain --device ID --profile 2g.20gb  whether it fits, or what is in the way
  tranche move JOB --profile 3g.40gb                   move a running job to another slice
  tranche bench-model model.onnx --out model.svg       what each way of slicing costs and gives it
  tranche serve                                        own the lab and run its jobs until Ctrl-C`)
  return program
}

function nonEmpty(value: string): string {
  if (value === '')
    throw new InvalidArgumentError('It is the path of a folder.')
  return value
}
