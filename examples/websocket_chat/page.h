// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

inline constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A chat by WebSocket</title>
<style>
  body { font: 16px sans-serif; max-width: 32em; margin: 1.5em auto; padding: 0 1em }
  #heard { list-style: none; padding: 0; height: 20em; overflow: auto; border-bottom: 1px solid }
  #heard b::after { content: ": " }
  form { display: flex; gap: .5em }
  #text { flex: 1 }
  #state[data-open=false] { color: #b00020 }
</style>
</head>
<body>
<ul id="heard" aria-live="polite" aria-label="What was said"></ul>
<form>
  <input id="text" autocomplete="off" maxlength="400" aria-label="Your message">
  <button>Say it</button>
</form>
<p id="state" data-open="false">not connected</p>
<script>
  const element = id => document.getElementById(id)
  const name = new URLSearchParams(location.search).get('name') || 'guest'
  // What has been said here and nobody has heard yet, as far as is known: it is said again.
  const unheard = new Map()
  let last = 0
  let patience = 100
  let socket

  function show(open) {
    element('state').dataset.open = open
    element('state').textContent = open ? 'connected as ' + name : 'not connected'
  }

  function connect() {
    const url = new URL('/chat', location.href.replace(/^http/, 'ws'))
    url.search = new URLSearchParams({name, since: last})
    socket = new WebSocket(url)
    socket.onopen = () => {
      patience = 100
      show(true)
      for (const [key, text] of unheard) socket.send(key + ' ' + text)
    }
    socket.onmessage = event => {
      const message = JSON.parse(event.data)
      last = message.id
      unheard.delete(message.key)
      const item = document.createElement('li')
      const who = document.createElement('b')
      who.textContent = message.name
      item.append(who, message.text)
      element('heard').append(item)
      item.scrollIntoView()
    }
    socket.onclose = () => {
      show(false)
      setTimeout(connect, patience)
      patience = Math.min(2 * patience, 5000)
    }
  }

  document.querySelector('form').onsubmit = event => {
    event.preventDefault()
    const text = element('text').value.trim()
    if (!text) return
    const key = crypto.randomUUID()
    unheard.set(key, text)
    if (socket.readyState === WebSocket.OPEN) socket.send(key + ' ' + text)
    element('text').value = ''
  }

  connect()
</script>
</body>
</html>
)html";
