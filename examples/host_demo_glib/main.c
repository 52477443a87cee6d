/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A player as a D-Bus service, in C, with a page in one C++ file (web.cc). Both show and change the
 * same state:
 *
 *     gdbus call --session --dest org.example.Player --object-path /org/example/Player \
 *         --method org.example.Player.Play "A title"
 */

#include <glib-unix.h>

#include <examples/host_demo_glib/player.h>

static const char kInterface[] =
    "<node><interface name='org.example.Player'>"
    "  <method name='Play'><arg name='title' type='s' direction='in'/></method>"
    "  <method name='Pause'/>"
    "  <property name='Playing' type='b' access='read'/>"
    "  <property name='Title' type='s' access='read'/>"
    "  <property name='Volume' type='d' access='readwrite'/>"
    "</interface></node>";

static GDBusConnection* bus;

static GVariant* property(const Player* player, const char* name) {
  if (g_str_equal(name, "Playing")) return g_variant_new_boolean(player->playing);
  if (g_str_equal(name, "Title")) return g_variant_new_string(player->title);
  return g_variant_new_double(player->volume);
}

static void changed(const Player* player, const char* name) {
  web_changed();
  if (bus == NULL) return;
  GVariantBuilder properties;
  g_variant_builder_init(&properties, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add(&properties, "{sv}", name, property(player, name));
  g_dbus_connection_emit_signal(
      bus, NULL, "/org/example/Player", "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new("(sa{sv}as)", "org.example.Player", &properties, NULL), NULL);
}

void player_set_playing(Player* player, gboolean playing) {
  player->playing = playing;
  changed(player, "Playing");
}

void player_set_title(Player* player, const char* title) {
  g_free(player->title);
  player->title = g_strdup(title);
  changed(player, "Title");
}

void player_set_volume(Player* player, double volume) {
  player->volume = CLAMP(volume, 0.0, 1.0);
  changed(player, "Volume");
}

static void on_call(GDBusConnection* c, const char* sender, const char* path, const char* interface,
                    const char* method, GVariant* arguments, GDBusMethodInvocation* call,
                    gpointer player) {
  (void)c, (void)sender, (void)path, (void)interface;
  if (g_str_equal(method, "Play")) {
    const char* title = NULL;
    g_variant_get(arguments, "(&s)", &title);
    player_set_title(player, title);
  }
  player_set_playing(player, g_str_equal(method, "Play"));
  g_dbus_method_invocation_return_value(call, NULL);
}

static GVariant* on_get(GDBusConnection* c, const char* sender, const char* path,
                        const char* interface, const char* name, GError** error, gpointer player) {
  (void)c, (void)sender, (void)path, (void)interface, (void)error;
  return property(player, name);
}

static gboolean on_set(GDBusConnection* c, const char* sender, const char* path,
                       const char* interface, const char* name, GVariant* value, GError** error,
                       gpointer player) {
  (void)c, (void)sender, (void)path, (void)interface, (void)name, (void)error;
  player_set_volume(player, g_variant_get_double(value));
  return TRUE;
}

static void on_bus(GDBusConnection* connection, const char* name, gpointer player) {
  static const GDBusInterfaceVTable vtable = {on_call, on_get, on_set, {NULL}};
  GDBusNodeInfo* node = g_dbus_node_info_new_for_xml(kInterface, NULL);
  (void)name;
  bus = connection;
  g_dbus_connection_register_object(connection, "/org/example/Player", node->interfaces[0], &vtable,
                                    player, NULL, NULL);
  g_dbus_node_info_unref(node);
}

int main(int argc, char** argv) {
  int port = 8888;
  const GOptionEntry entries[] = {{"port", 0, 0, G_OPTION_ARG_INT, &port, "0: any", "N"},
                                  G_OPTION_ENTRY_NULL};
  g_autoptr(GOptionContext) options = g_option_context_new(NULL);
  g_option_context_add_main_entries(options, entries, NULL);
  Player player = {FALSE, NULL, 0.5};
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(options, &argc, &argv, &error) || !web_start(&player, port, &error)) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  player.title = g_strdup("Silence");
  const guint name = g_bus_own_name(G_BUS_TYPE_SESSION, "org.example.Player", 0, on_bus, NULL, NULL,
                                    &player, NULL);
  g_autoptr(GMainLoop) main_loop = g_main_loop_new(NULL, FALSE);
  g_unix_signal_add(SIGINT, G_SOURCE_FUNC(g_main_loop_quit), main_loop);
  g_unix_signal_add(SIGTERM, G_SOURCE_FUNC(g_main_loop_quit), main_loop);
  g_main_loop_run(main_loop);
  g_bus_unown_name(name);
  web_stop();
  g_free(player.title);
  return 0;
}
