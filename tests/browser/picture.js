// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// picture.js EXAMPLES_RUN FILE: host_demo_qt's window, on a display of its own, beside its page in Chromium, as one PNG.

'use strict'

const {spawn} = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const {startBrowser, startProgram} = require('./browser.js')

const [command, file] = process.argv.slice(2)
const BUILD_LIMIT_MS = 900000
const WIDTH = 340, HEIGHT = 260, SCALE = 2

/** An X server with nothing but the window on it. */
async function startDisplay(folder) {
  const server = spawn('Xvfb', [
    '-displayfd', '3', '-nolisten', 'tcp', '-fbdir', folder, '-screen', '0', `${WIDTH * SCALE}x${HEIGHT * SCALE}x24`,
  ], {stdio: ['ignore', 'ignore', 'ignore', 'pipe']})
  const number = await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', status => reject(new Error(`Xvfb ended with ${status}`)))
    server.stdio[3].once('data', data => resolve(String(data).trim()))
  })
  return {name: `:${number}`, stop: () => server.kill()}
}

/** The screen of Xvfb as it lies in memory (the XWD format: a big-endian header, then BGRX pixels). */
function readScreen(folder) {
  const xwd = fs.readFileSync(path.join(folder, 'Xvfb_screen0'))
  const [headerSize, width, height, lineBytes, colours] =
    [0, 4, 5, 12, 19].map(index => xwd.readUInt32BE(4 * index))
  const start = headerSize + 12 * colours
  const pixels = Buffer.alloc(4 * width * height, 255)
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) {
      const from = start + y * lineBytes + 4 * x
      for (const colour of [0, 1, 2]) pixels[4 * (y * width + x) + colour] = xwd[from + 2 - colour]
    }
  }
  return {width, height, base64: pixels.toString('base64')}
}

/** Both pictures in frames, side by side; runs in the browser. */
async function compose({screen, page, width}) {
  const bytes = Uint8ClampedArray.from(atob(screen.base64), c => c.charCodeAt(0))
  const canvas = document.createElement('canvas')
  canvas.width = screen.width
  canvas.height = screen.height
  canvas.getContext('2d').putImageData(new ImageData(bytes, screen.width, screen.height), 0, 0)
  const image = new Image()
  image.src = 'data:image/png;base64,' + page.base64
  await image.decode()
  document.body.style.cssText = 'margin: 0; padding: 24px; display: inline-flex; gap: 24px; font: 13px sans-serif'
  for (const [title, picture] of [['Eddy in Qt', canvas], [page.address, image]]) {
    const frame = document.createElement('div')
    frame.style.cssText = 'border: 1px solid #888; border-radius: 8px; overflow: hidden; box-shadow: 0 3px 10px #0004'
    const bar = document.createElement('div')
    bar.textContent = title
    bar.style.cssText = 'padding: 7px; text-align: center; background: #ddd; border-bottom: 1px solid #888'
    picture.style.cssText = `display: block; width: ${width}px`
    frame.append(bar, picture)
    document.body.append(frame)
  }
}

async function takePicture(program, browser, folder) {
  const {context} = browser
  await fetch(`${program.url}/slider/64`, {method: 'PUT'})
  const page = await context.newPage()
  await page.goto(program.url)
  await page.waitForFunction(() => document.getElementById('value').textContent === '64')
  await page.waitForFunction(() => Number(document.getElementById('work').textContent) >= 3)
  const shot = await page.screenshot()
  const screen = readScreen(folder)

  const sheet = await context.newPage()
  await sheet.setViewportSize({width: 3 * WIDTH, height: 2 * HEIGHT})
  await sheet.evaluate(compose, {
    screen, width: WIDTH, page: {base64: shot.toString('base64'), address: 'http://127.0.0.1:8888'},
  })
  await sheet.locator('body').screenshot({path: file})
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eddy-picture-'))
  const started = []
  const start = async promise => {
    started.unshift(await promise)
    return started[0]
  }
  try {
    const display = await start(startDisplay(folder))
    const program = await start(startProgram(
      command, ['host_demo_qt', '-qwindowgeometry', `${WIDTH}x${HEIGHT}+0+0`],
      {DISPLAY: display.name, QT_QPA_PLATFORM: 'xcb', QT_SCALE_FACTOR: String(SCALE)}, BUILD_LIMIT_MS))
    const browser = await start(
      startBrowser({viewport: {width: WIDTH, height: HEIGHT}, deviceScaleFactor: SCALE}))
    await takePicture(program, browser, folder)
  } finally {
    for (const thing of started) await thing.stop()
    fs.rmSync(folder, {recursive: true, force: true})
  }
}

main().catch(error => { console.error(error); process.exitCode = 1 })
