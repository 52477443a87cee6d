// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

inline constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A chat by long polling</title>
<link rel="stylesheet" href="/chat.css">
<script src="/chat.js" defer></script>
</head>
<body>
<ul id="heard" aria-live="polite" aria-label="What was said"></ul>
<form>
  <input id="text" autocomplete="off" maxlength="400" aria-label="Your message">
  <button>Say it</button>
</form>
<p id="state" data-open="false">not connected</p>
</body>
</html>
)html";

inline constexpr const char* kStyle = R"css(
body { font: 16px sans-serif; max-width: 32em; margin: 1.5em auto; padding: 0 1em }
#heard { list-style: none; padding: 0; height: 20em; overflow: auto; border-bottom: 1px solid }
#heard b::after { content: ": " }
form { display: flex; gap: .5em }
#text { flex: 1 }
#state[data-open=false] { color: #b00020 }
)css";

inline constexpr const char* kScript = R"js(
const element = id => document.getElementById(id)
const name = new URLSearchParams(location.search).get('name') || 'guest'
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))
// What has been said here and nobody has heard yet, as far as is known: it is said again.
const unheard = new Map()
let cursor = 0
let connected = false

function show(open) {
  connected = open
  element('state').dataset.open = open
  element('state').textContent = open ? 'connected as ' + name : 'not connected'
}

async function tell(key, text) {
  const body = new URLSearchParams({name, key, text})
  const answer = await fetch('/messages', {method: 'POST', body})
  if (answer.status === 400) unheard.delete(key)  // it never will be
}

function hear(message) {
  unheard.delete(message.key)
  const item = document.createElement('li')
  const who = document.createElement('b')
  who.textContent = message.name
  item.append(who, message.text)
  element('heard').append(item)
  item.scrollIntoView()
}

async function ask() {
  // The first question is answered at once: somebody is there.
  const wait = connected ? 25 : 0
  const answer = await fetch('/messages?' + new URLSearchParams({since: cursor, wait}),
                             {cache: 'no-store'})
  if (!answer.ok) throw new Error(answer.status)
  const news = await answer.json()
  if (news.missed) element('heard').replaceChildren()  // all there is comes with this answer
  news.messages.forEach(hear)
  cursor = news.cursor
  if (connected) return
  show(true)
  for (const [key, text] of unheard) tell(key, text).catch(() => {})
}

async function listen() {
  for (let patience = 100;; patience = Math.min(2 * patience, 5000)) {
    try {
      for (;;) {
        await ask()
        patience = 100
      }
    } catch {
      show(false)
      await pause(patience)
    }
  }
}

document.querySelector('form').onsubmit = event => {
  event.preventDefault()
  const text = element('text').value.trim()
  if (!text) return
  const key = crypto.randomUUID()
  unheard.set(key, text)
  tell(key, text).catch(() => {})
  element('text').value = ''
}

listen()
)js";
