// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
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
  /// How many there are, without taking them.
  [[nodiscard]] std::size_t count(LogLevel level, std::string_view text) const;
  /// All that has not been taken.
  [[nodiscard]] std::vector<Record> records() const;
  /// Forgets everything.
  void clear();

 private:
  friend class ExpectLog;

  struct Store {
    mutable std::mutex mutex;
    std::vector<Record> records;
  };

  /// Takes the records of this level whose messages contain `text`, but the first `left`; whether
  /// there was one.
  bool take_all(LogLevel level, std::string_view text, std::size_t left);
  [[nodiscard]] std::string all() const;

  std::shared_ptr<Store> store_;
};

/// Fails the test unless something is logged while this exists, and takes that, however often it
/// comes. What else is logged stays where it is, for another one or for the log to complain of.
///
///     const ExpectLog expected(log(), LogLevel::error, "no luck");
///     EXPECT_EQ(fetch("/throws").status, 500);
///
/// Thread: the test's. The log must live as long. Source: tornado.testing.ExpectLog, with a part of
/// the message in the place of a regular expression.
class EDDY_API ExpectLog {
 public:
  ExpectLog(CapturedLog& log, LogLevel level, std::string_view text);
  ExpectLog(const ExpectLog&) = delete;
  ExpectLog& operator=(const ExpectLog&) = delete;
  ~ExpectLog();

 private:
  CapturedLog& log_;
  LogLevel level_;
  std::string text_;
  /// Records that match and were there before.
  std::size_t before_;
};

}  // namespace eddy::inline v0::testing
