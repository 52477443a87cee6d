// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <eddy/core/base/export.h>
#include <eddy/core/base/log.h>

namespace eddy::inline v0::testing {

/// Keeps what Eddy logs, and fails the test for what it did not expect: a warning or error that
/// expect() has not taken when this is destroyed.
///
///     CapturedLog log;
///     loop.set_log_sink(log.sink());
///     ...
///     log.expect(LogLevel::error, "exception in timer: disk full");
///
/// Thread-safe; the sinks may outlive it. Source: tornado.testing.ExpectLog.
class EDDY_API CapturedLog {
 public:
  struct Record {
    LogLevel level;
    std::string category;
    std::string message;
    std::vector<std::pair<std::string, std::string>> fields;
  };

  CapturedLog();
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog();

  /// For LoopOptions::log or Loop::set_log_sink, any number of times.
  [[nodiscard]] LogSink sink();

  /// Takes the first record of this level whose message contains `text`; fails the test when there
  /// is none.
  void expect(LogLevel level, std::string_view text);
  /// Whether there is one, without taking it.
  [[nodiscard]] bool contains(LogLevel level, std::string_view text) const;
  /// All that has not been taken.
  [[nodiscard]] std::vector<Record> records() const;
  /// Forgets everything.
  void clear();

 private:
  struct Store {
    mutable std::mutex mutex;
    std::vector<Record> records;
  };
  std::shared_ptr<Store> store_;
};

}  // namespace eddy::inline v0::testing
