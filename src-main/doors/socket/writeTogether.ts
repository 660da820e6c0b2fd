import type { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import process from 'node:process'

/** Writes a line; those that are written one right after the other go to the system as one. */
export function writeTogether(socket: Socket, line: Buffer): void {
  if (socket.writableCorked === 0) {
    socket.cork()
    process.nextTick(() => socket.uncork())
  }
  socket.write(line)
}
