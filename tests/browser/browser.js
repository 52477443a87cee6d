// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the browser tests share: a program that prints its URL, and a Chromium of their own.
// EDDY_CHROMIUM is the browser's path; playwright-core is found by NODE_PATH.

'use strict'

const {spawn} = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const readline = require('node:readline')
const {chromium} = require('playwright-core')

// Nothing waits that long when all is well.
const LIMIT_MS = 30000

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

/** Starts a program, on a free port unless `args` name one; gives its URL and what ends it, which fails if it does not end well. */
async function startProgram(command, args = [], environment = {}, limit = LIMIT_MS) {
  const port = args.some(arg => arg.startsWith('--port=')) ? [] : ['--port=0']
  const program = spawn(command, [...port, ...args], {
    env: {...process.env, QT_QPA_PLATFORM: 'offscreen', ...environment},
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve, reject) => {
    program.once('error', reject)
    program.once('exit', (status, signal) => resolve(status ?? signal))
  })
  ended.catch(() => {})
  const lines = readline.createInterface({input: program.stdout})
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${command} printed no URL`)), limit)
    lines.once('line', line => { clearTimeout(timer); resolve(line) })
    ended.then(status => reject(new Error(`${command} ended with ${status}`)), reject)
  })
  lines.resume()
  return {
    url,
    async stop() {
      program.kill('SIGTERM')
      const timer = setTimeout(() => program.kill('SIGKILL'), LIMIT_MS)
      const status = await ended
      clearTimeout(timer)
      if (status !== 0) throw new Error(`${command} ended with ${status}`)
    },
  }
}

/** A browser with a profile of its own, which goes with it. */
async function startBrowser(options = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'eddy-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.EDDY_CHROMIUM || '/usr/bin/chromium',
    args: FLAGS, timeout: 2 * LIMIT_MS, ...options,
  })
  context.setDefaultTimeout(LIMIT_MS)
  return {
    context,
    async stop() {
      await context.close()
      fs.rmSync(profile, {recursive: true, force: true, maxRetries: 5})
    },
  }
}

/** The whole of a test: `body(context, program)` with a browser's context and the program, which both end with it. */
async function runTest(command, body) {
  try {
    const program = await startProgram(command)
    try {
      const browser = await startBrowser()
      try {
        await body(browser.context, program)
      } finally {
        await browser.stop()
      }
    } finally {
      await program.stop()
    }
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
}

module.exports = {LIMIT_MS, runTest, startBrowser, startProgram}
