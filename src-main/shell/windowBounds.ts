import type { BrowserWindow, Rectangle } from 'electron'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

export interface WindowBounds extends Rectangle {
  readonly maximised: boolean
}

/** Enough of the title bar to take hold of the window by. */
const graspablePx = 80

/**
 * Where the window last was, or null: never written, damaged, or on a display that is gone.
 *
 * @param file where `rememberBounds` writes it
 * @param workAreas of all displays
 */
export function readBounds(file: string, workAreas: readonly Rectangle[]): WindowBounds | null {
  try {
    const bounds: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isBounds(bounds) && workAreas.some(area => isGraspable(bounds, area)) ? bounds : null
  }
  catch {
    return null
  }
}

/** By hand: this runs before the window is there, and the schema library would delay it. */
function isBounds(value: unknown): value is WindowBounds {
  if (typeof value !== 'object' || value === null || !('maximised' in value) || typeof value.maximised !== 'boolean')
    return false
  const { x, y, width, height } = value as Partial<Rectangle>
  return [x, y, width, height].every(Number.isInteger)
}

function isGraspable({ x, y, width }: WindowBounds, area: Rectangle): boolean {
  const shown = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return shown >= graspablePx && y >= area.y && y < area.y + area.height - graspablePx / 2
}

/** Writes down where the window is each time it closes. */
export function rememberBounds(window: BrowserWindow, file: string): void {
  window.on('close', () => {
    const bounds: WindowBounds = { ...window.getNormalBounds(), maximised: window.isMaximized() }
    try {
      writeFileSync(`${file}.new`, JSON.stringify(bounds))
      renameSync(`${file}.new`, file)
    }
    catch {
      // A full disk must not keep the window open; it comes back at its default place.
    }
  })
}
