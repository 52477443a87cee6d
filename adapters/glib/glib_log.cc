// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/glib/glib_log.h>

#include <glib.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy::inline v0::internal {

namespace {

constexpr char kLogDomain[] = "Eddy";

/// A level with its syslog priority, as GLib maps them itself.
struct GlibLevel {
  GLogLevelFlags flag;
  const char* priority;
};

GlibLevel to_glib(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return {G_LOG_LEVEL_DEBUG, "7"};
    case LogLevel::info:
      return {G_LOG_LEVEL_INFO, "6"};
    case LogLevel::warning:
      return {G_LOG_LEVEL_WARNING, "4"};
    case LogLevel::error:
      break;
  }
  // GLib ends the program at G_LOG_LEVEL_ERROR.
  return {G_LOG_LEVEL_CRITICAL, "4"};
}

/// "peer" becomes EDDY_PEER, by the rules of the journal's field names.
std::string field_name(std::string_view name) {
  std::string result("EDDY_");
  for (const char c : name) result += g_ascii_isalnum(c) ? g_ascii_toupper(c) : '_';
  return result;
}

}  // namespace

void log_to_glib(const LogRecord& record) {
  std::string message(record.message);
  std::vector<std::pair<std::string, std::string>> values;
  values.emplace_back("EDDY_CATEGORY", record.category);
  for (const LogField& field : record.fields) {
    values.emplace_back(field_name(field.name), field.value);
    message.append(" ").append(field.name).append("=").append(field.value);
  }
  const GlibLevel level = to_glib(record.level);
  std::vector<GLogField> fields = {{"MESSAGE", message.c_str(), -1},
                                   {"PRIORITY", level.priority, -1},
                                   {"GLIB_DOMAIN", kLogDomain, -1}};
  for (const auto& [name, value] : values) fields.push_back({name.c_str(), value.c_str(), -1});
  g_log_structured_array(level.flag, fields.data(), fields.size());
}

}  // namespace eddy::inline v0::internal
