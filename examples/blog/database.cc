// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <utility>

#include <examples/blog/database.h>
#include <examples/blog/slug.h>
#include <examples/blog/sqlite.h>

namespace blog {
namespace {

using Shared = std::shared_ptr<Connection>;
using eddy::Task;

constexpr char kTables[] =
    "CREATE TABLE IF NOT EXISTS authors (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, password_hash TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL"
    " REFERENCES authors, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL, markdown TEXT NOT NULL,"
    " published TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ')));";
constexpr std::string_view kAuthor = "SELECT id, email, name, password_hash FROM authors WHERE ";
constexpr std::string_view kEntry =
    "SELECT e.id, a.name, slug, title, markdown, published FROM entries e JOIN authors a"
    " ON a.id = author_id ";

// The functions below run on the database's thread.

template <class Key>
std::optional<Author> author_by(const Shared& db, const std::string& where, const Key& key) {
  Statement rows(*db, std::string(kAuthor) + where, key);
  if (!rows.next()) return std::nullopt;
  return Author{rows.number(0), rows.text(1), rows.text(2), rows.text(3)};
}

std::optional<Author> insert_first_author(const Shared& db, const Author& author) {
  Statement(*db,
            "INSERT INTO authors (email, name, password_hash) SELECT ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM authors)",
            author.email, author.name, author.password_hash)
      .next();
  if (sqlite3_changes(db->get()) == 0) return std::nullopt;
  return author_by(db, "email = ?", author.email);
}

template <class Key>
std::vector<Entry> entries_by(const Shared& db, const std::string& which, const Key& key) {
  std::vector<Entry> entries;
  for (Statement rows(*db, std::string(kEntry) + which, key); rows.next();) {
    entries.push_back(
        {rows.number(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5)});
  }
  return entries;
}

template <class Key>
std::optional<Entry> entry_by(const Shared& db, const std::string& where, const Key& key) {
  std::vector<Entry> entries = entries_by(db, where, key);
  if (entries.empty()) return std::nullopt;
  return std::move(entries.front());
}

std::string insert_entry(const Shared& db, std::int64_t author, const Entry& entry) {
  const std::string base = slug_of(entry.title);
  std::string slug = base;
  for (int number = 2; Statement(*db, "SELECT 1 FROM entries WHERE slug = ?", slug).next();
       ++number) {
    slug = base + "-" + std::to_string(number);
  }
  Statement(*db, "INSERT INTO entries (author_id, slug, title, markdown) VALUES (?, ?, ?, ?)",
            author, slug, entry.title, entry.markdown)
      .next();
  return slug;
}

}  // namespace

Database::Database(const std::string& file) : connection_(std::make_shared<Connection>(file)) {
  connection_->execute(kTables);
}

Task<bool> Database::has_authors() {
  const auto first = co_await find_author(std::int64_t{1});
  co_return first.has_value();
}
Task<std::optional<Author>> Database::find_author(std::int64_t id) {
  co_return co_await run_in_executor(thread_, author_by<std::int64_t>, connection_,
                                     std::string("id = ?"), id);
}
Task<std::optional<Author>> Database::find_author(std::string email) {
  co_return co_await run_in_executor(thread_, author_by<std::string>, connection_,
                                     std::string("email = ?"), email);
}
Task<std::optional<Author>> Database::add_first_author(Author author) {
  co_return co_await run_in_executor(thread_, insert_first_author, connection_, author);
}
Task<std::vector<Entry>> Database::newest_entries(std::int64_t count) {
  co_return co_await run_in_executor(thread_, entries_by<std::int64_t>, connection_,
                                     std::string("ORDER BY e.id DESC LIMIT ?"), count);
}
Task<std::optional<Entry>> Database::find_entry(std::string slug) {
  co_return co_await run_in_executor(thread_, entry_by<std::string>, connection_,
                                     std::string("WHERE slug = ?"), slug);
}
Task<std::optional<Entry>> Database::find_entry(std::int64_t id) {
  co_return co_await run_in_executor(thread_, entry_by<std::int64_t>, connection_,
                                     std::string("WHERE e.id = ?"), id);
}
Task<std::string> Database::add_entry(std::int64_t author, Entry entry) {
  co_return co_await run_in_executor(thread_, insert_entry, connection_, author, entry);
}
Task<void> Database::change_entry(Entry entry) {
  const auto update = [](const Shared& db, const Entry& to) {
    Statement(*db, "UPDATE entries SET title = ?, markdown = ? WHERE id = ?", to.title, to.markdown,
              to.id)
        .next();
  };
  co_await run_in_executor(thread_, update, connection_, entry);
}

}  // namespace blog
