// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

/// As much of SQLite as the blog needs. What fails throws std::runtime_error with SQLite's own
/// words.
namespace blog {

/// A database; used by one thread at a time.
class Connection {
 public:
  explicit Connection(const std::string& file);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { sqlite3_close(database_); }

  /// Statements without parameters and rows.
  void execute(const char* sql);
  [[nodiscard]] sqlite3* get() const { return database_; }

 private:
  sqlite3* database_ = nullptr;
};

/// `for (Statement rows(connection, "SELECT a FROM t WHERE b = ?", b); rows.next();)
/// use(rows.text(0));`
class Statement {
 public:
  template <class... Values>
  Statement(Connection& connection, std::string_view sql, const Values&... values)
      : Statement(connection, sql, nullptr) {
    int place = 0;
    (bind(++place, values), ...);
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  /// Goes to the next row; false where there is none.
  bool next();
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

 private:
  Statement(Connection& connection, std::string_view sql, std::nullptr_t);
  void bind(int place, std::string_view text);
  void bind(int place, std::int64_t number);

  Connection& connection_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace blog
