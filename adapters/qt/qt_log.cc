// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/qt/qt_log.h>

#include <QLoggingCategory>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace eddy::inline v0::internal {

namespace {

/// Qt's filter of one category.
struct Category {
  explicit Category(std::string_view text) : name(text), qt(name.c_str(), QtInfoMsg) {}
  std::string name;
  QLoggingCategory qt;
};

/// The one of that name, kept for the rest of the program, as Q_LOGGING_CATEGORY keeps it. Making
/// it calls the program's filter, which may log, so not under the lock.
const QLoggingCategory& category_of(std::string_view name) {
  static std::mutex mutex;
  static auto& categories = *new std::map<std::string, std::unique_ptr<Category>, std::less<>>;
  {
    const std::lock_guard lock(mutex);
    const auto found = categories.find(name);
    if (found != categories.end()) return found->second->qt;
  }
  auto made = std::make_unique<Category>(name);
  const std::lock_guard lock(mutex);
  return categories.try_emplace(made->name, std::move(made)).first->second->qt;
}

}  // namespace

void log_to_qt(const LogRecord& record) {
  const QLoggingCategory& category = category_of(record.category);
  std::string text(record.message);
  for (const LogField& field : record.fields) {
    text.append(" ").append(field.name).append("=").append(field.value);
  }
  const QMessageLogger logger;
  switch (record.level) {
    case LogLevel::debug:
      return logger.debug(category, "%s", text.c_str());
    case LogLevel::info:
      return logger.info(category, "%s", text.c_str());
    case LogLevel::warning:
      return logger.warning(category, "%s", text.c_str());
    case LogLevel::error:
      return logger.critical(category, "%s", text.c_str());
  }
}

}  // namespace eddy::inline v0::internal
