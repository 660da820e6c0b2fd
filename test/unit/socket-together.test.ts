import type { Socket } from 'node:net'
import { Buffer } from 'node:buffer'
import { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { writeTogether } from '../../src-main/doors/socket/writeTogether'

/** What a socket hands to the system, each time. */
function listening() {
  const handed: string[] = []
  const socket = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      handed.push(chunk.toString())
      done()
    },
    writev: (chunks, done) => {
      handed.push(chunks.map(({ chunk }) => (chunk as Buffer).toString()).join(''))
      done()
    },
  })
  return { handed, socket: socket as unknown as Socket, write: (line: string) => writeTogether(socket as unknown as Socket, Buffer.from(line)) }
}

it('hands what is written one after the other to the system at once, in order', async () => {
  const { handed, write } = listening()
  write('a\n')
  write('b\n')
  await Promise.resolve()
  write('c\n')
  expect(handed).toEqual([])
  await setImmediate()
  write('d\n')
  await setImmediate()
  expect(handed).toEqual(['a\nb\nc\n', 'd\n'])
})

it('loses nothing where the socket is ended right after', async () => {
  const { handed, socket, write } = listening()
  write('a\n')
  write('b\n')
  socket.end()
  await setImmediate()
  expect(handed).toEqual(['a\nb\n'])
})
