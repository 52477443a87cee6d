// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/testing/captured_log.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace eddy::inline v0::testing {

namespace {

bool matches(const CapturedLog::Record& record, LogLevel level, std::string_view text) {
  return record.level == level && record.message.find(text) != std::string::npos;
}

std::string to_line(const CapturedLog::Record& record) {
  std::string line = record.category + " ";
  line.append(to_string(record.level)).append(": ").append(record.message);
  for (const auto& [name, value] : record.fields) line += " " + name + "=" + value;
  return line;
}

}  // namespace

CapturedLog::CapturedLog() : store_(std::make_shared<Store>()) {}

CapturedLog::~CapturedLog() {
  for (const Record& record : records()) {
    if (record.level >= LogLevel::warning) ADD_FAILURE() << "logged: " << to_line(record);
  }
}

LogSink CapturedLog::sink() {
  return [store = store_](const LogRecord& record) {
    Record copy{record.level, std::string(record.category), std::string(record.message), {}};
    for (const LogField& field : record.fields) copy.fields.emplace_back(field.name, field.value);
    const std::lock_guard lock(store->mutex);
    store->records.push_back(std::move(copy));
  };
}

void CapturedLog::expect(LogLevel level, std::string_view text) {
  const std::lock_guard lock(store_->mutex);
  auto& records = store_->records;
  const auto found = std::find_if(records.begin(), records.end(), [&](const Record& record) {
    return matches(record, level, text);
  });
  if (found != records.end()) {
    records.erase(found);
    return;
  }
  ADD_FAILURE() << "not logged: " << to_string(level) << " " << text << "; but:" << all();
}

bool CapturedLog::contains(LogLevel level, std::string_view text) const {
  const std::lock_guard lock(store_->mutex);
  return std::any_of(store_->records.begin(), store_->records.end(),
                     [&](const Record& record) { return matches(record, level, text); });
}

std::size_t CapturedLog::count(LogLevel level, std::string_view text) const {
  const std::lock_guard lock(store_->mutex);
  return static_cast<std::size_t>(
      std::count_if(store_->records.begin(), store_->records.end(),
                    [&](const Record& record) { return matches(record, level, text); }));
}

bool CapturedLog::take_all(LogLevel level, std::string_view text, std::size_t left) {
  const std::lock_guard lock(store_->mutex);
  std::size_t seen = 0;
  return std::erase_if(store_->records, [&](const Record& record) {
           return matches(record, level, text) && ++seen > left;
         }) > 0;
}

/// The mutex is held.
std::string CapturedLog::all() const {
  std::string lines;
  for (const Record& record : store_->records) lines += "\n  " + to_line(record);
  return lines;
}

std::vector<CapturedLog::Record> CapturedLog::records() const {
  const std::lock_guard lock(store_->mutex);
  return store_->records;
}

void CapturedLog::clear() {
  const std::lock_guard lock(store_->mutex);
  store_->records.clear();
}

ExpectLog::ExpectLog(CapturedLog& log, LogLevel level, std::string_view text)
    : log_(log), level_(level), text_(text), before_(log.count(level, text)) {}

ExpectLog::~ExpectLog() {
  if (log_.take_all(level_, text_, before_)) return;
  const std::lock_guard lock(log_.store_->mutex);
  ADD_FAILURE() << "not logged: " << to_string(level_) << " " << text_ << "; but:" << log_.all();
}

}  // namespace eddy::inline v0::testing
