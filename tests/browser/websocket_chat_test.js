// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// websocket_chat_test.js PROGRAM: two pages talk; a third is loaded anew while messages come; the program is ended and
// begun anew, and the pages go on, without a message lost or told twice.

'use strict'

const assert = require('node:assert/strict')
const {startBrowser, startProgram} = require('./browser.js')

const said = page => page.locator('#heard li').allTextContents()

async function say(page, text) {
  await page.locator('#text').fill(text)
  await page.getByRole('button').click()
}

async function hears(page, texts) {
  await page.locator('#heard li').nth(texts.length - 1).waitFor()
  assert.deepEqual(await said(page), texts)
}

async function connected(page, yes = 'true') {
  await page.locator(`#state[data-open=${yes}]`).waitFor()
}

async function open(context, url, name) {
  const page = await context.newPage()
  page.on('pageerror', error => { throw error })
  await page.goto(`${url}/?name=${name}`)
  await connected(page)
  return page
}

async function main() {
  const command = process.argv[2]
  let program = await startProgram(command)
  const browser = await startBrowser()
  try {
    const url = program.url.replace(/\/$/, '')
    const ada = await open(browser.context, url, 'Ada')
    const bob = await open(browser.context, url, 'Bob')
    await say(ada, 'Hello, Bob <b>!</b>')
    await hears(bob, ['AdaHello, Bob <b>!</b>'])
    await say(bob, 'Hello, Ada')
    const all = ['AdaHello, Bob <b>!</b>', 'BobHello, Ada']
    await hears(ada, all)

    // A third, in the middle of a stream of messages.
    const eve = await open(browser.context, url, 'Eve')
    for (let i = 0; i < 20; ++i) {
      await say(bob, `${i}`)
      all.push(`Bob${i}`)
      if (i === 10) await eve.reload()
    }
    await connected(eve)
    for (const page of [ada, bob, eve]) await hears(page, all)

    // The program ends, and begins anew at the same port; what was said meanwhile is told then.
    const port = new URL(url).port
    await program.stop()
    for (const page of [ada, bob, eve]) await connected(page, 'false')
    await say(ada, 'said to nobody')
    program = await startProgram(command, [`--port=${port}`])
    for (const page of [ada, bob, eve]) await connected(page)
    await say(bob, 'back again')
    await eve.locator('#heard li').nth(all.length + 1).waitFor()
    const last = (await said(eve)).slice(all.length).sort()
    assert.deepEqual(last, ['Adasaid to nobody', 'Bobback again'])
    for (const page of [ada, bob]) {
      await page.locator('#heard li').nth(all.length + 1).waitFor()
      assert.deepEqual((await said(page)).slice(0, all.length), all)
      assert.deepEqual((await said(page)).slice(all.length).sort(), last)
    }
    await eve.screenshot({path: 'websocket_chat.png'})
  } finally {
    await browser.stop()
    await program.stop()
  }
}

main().catch(error => { console.error(error); process.exitCode = 1 })
