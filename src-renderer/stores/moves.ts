import type { ErrorShape } from '@contract/errors'
import type { JobSummary, MoveReport, MoveTarget } from '@contract/model'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { call, shapeOf } from '../bridge'
import { pause } from '../format'
import { useToasts } from './toasts'

/** A move that was asked for in this window: under way until it has a report or an error. */
export interface Move {
  readonly target: MoveTarget
  readonly report: MoveReport | null
  readonly error: ErrorShape | null
}

/** Moves of jobs, and the dialog that asks for one. It may be closed while a move goes on: the outcome is told all the same. */
export const useMoves = defineStore('moves', () => {
  const toasts = useToasts()
  /** The job that the dialog is open for. */
  const asked = shallowRef<Pick<JobSummary, 'id' | 'title'> | null>(null)
  const byJob = shallowRef<ReadonlyMap<string, Move>>(new Map())
  const current = computed(() => asked.value ? byJob.value.get(asked.value.id) ?? null : null)

  function put(job: string, move: Move | null) {
    const moves = new Map(byJob.value)
    if (move)
      moves.set(job, move)
    else
      moves.delete(job)
    byJob.value = moves
  }

  function open(job: Pick<JobSummary, 'id' | 'title'>) {
    forget(job.id)
    asked.value = job
  }

  /** Goes back to the choice of a place, unless the move is under way. */
  function forget(job: string) {
    const move = byJob.value.get(job)
    if (move?.report || move?.error)
      put(job, null)
  }

  function close() {
    if (asked.value)
      forget(asked.value.id)
    asked.value = null
  }

  async function start(job: Pick<JobSummary, 'id' | 'title'>, target: MoveTarget) {
    put(job.id, { target, report: null, error: null })
    try {
      const report = await call('jobs.move', { id: job.id, slice: target.slice })
      end(job, { target, report, error: null }, () => toasts.notice(`${job.title} runs on ${target.profile} of ${target.deviceName}. It stood still for ${pause(report.pauseMs)}.`))
    }
    catch (thrown) {
      end(job, { target, report: null, error: shapeOf(thrown) }, () => toasts.fail(thrown))
    }
  }

  /** Shows the outcome where someone looks, else tells it. */
  function end({ id }: Pick<JobSummary, 'id'>, move: Move, tell: () => void) {
    const isLookedAt = asked.value?.id === id
    put(id, isLookedAt ? move : null)
    if (!isLookedAt)
      tell()
  }

  return { asked, current, open, forget, close, start }
})
