// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <stdexcept>

#include <examples/blog/sqlite.h>

namespace blog {

namespace {

void check(sqlite3* database, int result) {
  if (result == SQLITE_OK) return;
  throw std::runtime_error(std::string("SQLite: ") + (database != nullptr
                                                          ? sqlite3_errmsg(database)
                                                          : sqlite3_errstr(result)));
}

}  // namespace

Connection::Connection(const std::string& file) {
  const int result = sqlite3_open(file.c_str(), &database_);
  if (result == SQLITE_OK) return;
  const std::string reason = sqlite3_errstr(result);
  sqlite3_close(database_);  // there is one also where it could not be opened
  throw std::runtime_error("SQLite: " + file + ": " + reason);
}

void Connection::execute(const char* sql) {
  check(database_, sqlite3_exec(database_, sql, nullptr, nullptr, nullptr));
}

Statement::Statement(Connection& connection, std::string_view sql, std::nullptr_t)
    : connection_(connection) {
  check(connection.get(), sqlite3_prepare_v2(connection.get(), sql.data(),
                                             static_cast<int>(sql.size()), &statement_, nullptr));
}

void Statement::bind(int place, std::string_view text) {
  check(connection_.get(), sqlite3_bind_text(statement_, place, text.data(),
                                             static_cast<int>(text.size()), SQLITE_TRANSIENT));
}

void Statement::bind(int place, std::int64_t number) {
  check(connection_.get(), sqlite3_bind_int64(statement_, place, number));
}

bool Statement::next() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) check(connection_.get(), result);
  return false;
}

std::string Statement::text(int column) const {
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes,
                           static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

}  // namespace blog
