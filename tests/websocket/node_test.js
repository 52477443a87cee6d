// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Eddy's WebSockets beside those of npm's ws, which others have written.
//
//     node node_test.js ECHO_SERVER ECHO_CLIENT
'use strict'
const assert = require('node:assert')
const {spawn} = require('node:child_process')
const {randomBytes} = require('node:crypto')
const {once} = require('node:events')
const readline = require('node:readline')
const {WebSocket, WebSocketServer} = require('ws')

const [, , echoServer, echoClient] = process.argv
const SIZES = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20]

function* contents(most) {
  for (const size of SIZES.filter(size => size <= most)) {
    yield 'aäb€c🐋'.repeat(size / 6 + 1).slice(0, size).replace(/[\ud800-\udbff]$/, 'x')
    yield Buffer.alloc(size)
    yield randomBytes(size)
  }
}

// What comes by a socket, one at a time.
class Inbox {
  constructor(socket) {
    this.messages = []
    this.wake = () => {}
    socket.on('message', (data, binary) => {
      this.messages.push(binary ? data : data.toString())
      this.wake()
    })
  }
  async next() {
    while (this.messages.length === 0) await new Promise(resolve => (this.wake = resolve))
    return this.messages.shift()
  }
}

async function echoes(socket, most) {
  const inbox = new Inbox(socket)
  for (const content of contents(most)) {
    socket.send(content)
    assert.deepStrictEqual(await inbox.next(), content)
  }
  const many = Array.from({length: 500}, (_, i) => `${i}: ${'x'.repeat(i % 300)}`)
  for (const content of many) socket.send(content)
  for (const content of many) assert.strictEqual(await inbox.next(), content)
  for (const piece of ['a', 'b', 'c']) socket.send(piece, {fin: piece === 'c'})
  assert.strictEqual(await inbox.next(), 'abc')
  socket.ping('are you there')
  assert.strictEqual(String((await once(socket, 'pong'))[0]), 'are you there')
}

const DEFLATES = []
// Where it is not asked for, ours may still say so: by false ws would refuse that.
for (const serverNoContextTakeover of [undefined, true]) {
  for (const clientNoContextTakeover of [undefined, true]) {
    for (const bits of [9, 12, 15]) {
      DEFLATES.push({serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits: bits,
                     clientMaxWindowBits: bits, threshold: 0})
    }
  }
}

async function clientsOfOurServer() {
  const server = spawn(echoServer, {stdio: ['pipe', 'pipe', 'inherit']})
  const exit = once(server, 'close')
  const lines = readline.createInterface({input: server.stdout})
  const [port] = await once(lines, 'line')
  const talk = async (way, options, talks) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${way}`, options)
    await once(socket, 'open')
    await talks(socket)
    socket.close(4001, 'mine')
    assert.strictEqual((await once(socket, 'close'))[0], 4001)
  }
  for (const way of ['echo', 'function']) await talk(way, {perMessageDeflate: false}, socket => echoes(socket, 1 << 20))
  for (const way of ['deflate', 'takeover']) {
    for (const perMessageDeflate of DEFLATES) {
      await talk(way, {perMessageDeflate}, async socket => {
        assert.strictEqual(socket.extensions, 'permessage-deflate')
        await echoes(socket, 65536)
      })
    }
  }
  const closed = new WebSocket(`ws://127.0.0.1:${port}/echo`)
  await once(closed, 'open')
  closed.send('close, please')
  const [code, reason] = await once(closed, 'close')
  assert.deepStrictEqual([code, String(reason)], [4321, 'as you like'])
  server.stdin.end()
  assert.strictEqual((await exit)[0], 0)
}

async function serverOfOurClients(perMessageDeflate, args, closes) {
  const server = new WebSocketServer({
    host: '127.0.0.1', port: 0, perMessageDeflate,
    handleProtocols: offered => [...offered].pop()
  })
  await once(server, 'listening')
  const client = spawn(echoClient, [`--url=ws://127.0.0.1:${server.address().port}/a?b`, ...args],
                       {stdio: ['ignore', 'pipe', 'inherit']})
  const exit = once(client, 'close')
  const lines = []
  readline.createInterface({input: client.stdout}).on('line', line => lines.push(line))
  const opened = await Promise.race([once(server, 'connection'), exit.then(() => null)])
  assert(opened, 'the client has ended without a connection')
  const [socket, request] = opened
  assert.strictEqual(request.url, '/a?b')
  assert.strictEqual(socket.extensions, perMessageDeflate ? 'permessage-deflate' : '')
  await echoes(socket, perMessageDeflate ? 65536 : 1 << 20)
  await closes(socket)
  assert.strictEqual((await exit)[0], 0)
  server.close()
  return lines
}

async function main() {
  await clientsOfOurServer()
  const weClose = async socket => {
    socket.close(4002, 'yours')
    await once(socket, 'close')
  }
  const theyClose = async socket => {
    socket.send('close, please')
    const [code, reason] = await once(socket, 'close')
    assert.deepStrictEqual([code, String(reason)], [4321, 'as you like'])
  }
  assert.deepStrictEqual(await serverOfOurClients(false, ['--subprotocol=chat'], weClose),
                         ['open chat', 'closed 4002 yours'])
  assert.deepStrictEqual(await serverOfOurClients(false, [], theyClose), ['open ', 'closed 4321 as you like'])
  for (const perMessageDeflate of DEFLATES) {
    for (const args of [['--deflate=15'], ['--deflate=15', '--takeover=1'], ['--deflate=10', '--takeover=1']]) {
      // ws answers by 400 where it can't have a window as large as it would like.
      if (args[0] === '--deflate=10' && perMessageDeflate.serverMaxWindowBits > 10) continue
      await serverOfOurClients(perMessageDeflate, args, weClose)
    }
  }
}

const limit = setTimeout(() => { console.error('too slow'); process.exit(1) }, 150000)
main().then(() => clearTimeout(limit), error => {
  console.error(error)
  process.exit(1)
})
