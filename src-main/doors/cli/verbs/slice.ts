import type { Command } from 'commander'
import type { Act } from '../context'
import { addDestroy } from '../slice/destroy'
import { addExplain } from '../slice/explain'
import { addApply, addPlan } from '../slice/plan'
import { addUndo } from '../slice/undo'

export function addSlice(program: Command, act: Act): void {
  const slice = program.command('slice').description('plan and change how a device is cut')
  for (const add of [addPlan, addApply, addExplain, addDestroy, addUndo])
    add(slice, act)
}
