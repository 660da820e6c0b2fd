import type { ModelHeader } from '../onnx/header'
import type { Control, RecipeContext } from '../recipe'
import type { CaseFiles } from './caseFiles'
import type { Difference } from './compare'
import type { Tolerance } from './params'
import type { CaseResult } from './verdict'
import { basename, relative, sep } from 'node:path'
import { checkModelFile } from '../onnx/checkModel'
import { printable } from '../onnx/printable'
import { findCaseFiles } from './caseFiles'
import { checkPassable, runDataSet } from './dataSet'
import { whyNot } from './verdict'

/** A case whose model was looked at and can be loaded. */
export interface ReadyCase {
  readonly name: string
  readonly files: CaseFiles
  readonly header: ModelHeader
}

/** Looks at a case without loading its model. Never throws: what is wrong with it is its result. */
export async function prepareCase(folder: string, root: string): Promise<ReadyCase | CaseResult> {
  const name = nameOf(folder, root)
  try {
    const files = await findCaseFiles(folder)
    const header = await checkModelFile(files.model)
    checkPassable(header)
    return { name, files, header }
  }
  catch (thrown) {
    return { name, ...whyNot(thrown), dataSets: 0 }
  }
}

/** Runs a case in a session of its own. Never throws: what goes wrong is its result. */
export async function runCase({ name, files, header }: ReadyCase, context: RecipeContext, tolerance: Tolerance, control: Control): Promise<CaseResult> {
  const differences: Difference[] = []
  let dataSets = 0
  try {
    const session = await (context.transient ?? context.session)(files.model)
    try {
      for (const dataSet of files.dataSets) {
        differences.push(...await runDataSet(session, header, dataSet, tolerance))
        dataSets += 1
        control.progress()
      }
    }
    finally {
      if (context.transient)
        await session.release()
    }
  }
  catch (thrown) {
    return { name, ...whyNot(thrown), ...largest(differences), dataSets }
  }
  const mismatches = differences.flatMap(({ mismatch }) => mismatch ?? [])
  const others = mismatches.length - 1
  return {
    name,
    status: mismatches.length === 0 ? 'pass' : 'mismatch',
    detail: mismatches.length === 0 ? '' : `${mismatches[0]}${others > 0 ? ` ${others} more output${others === 1 ? ' does' : 's do'} not match.` : ''}`,
    ...largest(differences),
    dataSets,
  }
}

/** A case's folder below the one that was asked for; its own name where it is that one. */
function nameOf(folder: string, root: string): string {
  const below = relative(root, folder)
  return printable(below === '' || below.startsWith('..') ? basename(folder) : below.split(sep).join('/'))
}

function largest(differences: readonly Difference[]): Pick<CaseResult, 'maxAbsoluteDifference' | 'maxRelativeDifference'> {
  const most = (key: 'absolute' | 'relative') => {
    const found = differences.flatMap(difference => difference[key] ?? [])
    return found.length === 0 ? undefined : found.reduce((one, other) => Math.max(one, other))
  }
  const [absolute, relativeTo] = [most('absolute'), most('relative')]
  // JSON has no infinity: two numbers that lie further apart than a double can tell have no difference to show.
  return {
    ...absolute !== undefined && Number.isFinite(absolute) && { maxAbsoluteDifference: absolute },
    ...relativeTo !== undefined && Number.isFinite(relativeTo) && { maxRelativeDifference: relativeTo },
  }
}
