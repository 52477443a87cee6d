/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the D-Bus service and the page both show and change. */
/* NOLINTNEXTLINE(modernize-use-using): read by C too */
typedef struct {
  gboolean playing;
  char* title;
  double volume;
} Player;

/* main.c: changes the player and tells everybody who follows it. */
void player_set_playing(Player* player, gboolean playing);
void player_set_title(Player* player, const char* title);
void player_set_volume(Player* player, double volume);

/* web.cc: the page. Serves in the thread-default main context; prints its URL. */
gboolean web_start(Player* player, int port, GError** error);
void web_changed(void);
void web_stop(void);

G_END_DECLS
