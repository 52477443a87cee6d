// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <eddy/core/core.h>

namespace blog {

class Connection;

struct Author {
  std::int64_t id = 0;
  std::string email;
  std::string name;
  std::string password_hash;
};

struct Entry {
  std::int64_t id = 0;
  std::string author;
  std::string slug;
  std::string title;
  std::string markdown;
  /// UTC, as 2026-11-27T16:20:09Z.
  std::string published;
};

/// What the blog keeps. Every call is made on a thread of its own, since SQLite waits for the disk:
/// the loop, and with it the host's window, goes on meanwhile.
class Database {
 public:
  /// A file, or ":memory:".
  explicit Database(const std::string& file);

  eddy::Task<bool> has_authors();
  eddy::Task<std::optional<Author>> find_author(std::int64_t id);
  eddy::Task<std::optional<Author>> find_author(std::string email);
  /// Nothing where there is one already.
  eddy::Task<std::optional<Author>> add_first_author(Author author);

  /// The newest first.
  eddy::Task<std::vector<Entry>> newest_entries(std::int64_t count);
  eddy::Task<std::optional<Entry>> find_entry(std::string slug);
  eddy::Task<std::optional<Entry>> find_entry(std::int64_t id);
  /// Gives the slug: that of the title, with a number where another entry has it.
  eddy::Task<std::string> add_entry(std::int64_t author, Entry entry);
  eddy::Task<void> change_entry(Entry entry);

 private:
  // A call that runs when this is destroyed keeps the connection until it is through.
  std::shared_ptr<Connection> connection_;
  eddy::Executor thread_{{.threads = 1}};
};

}  // namespace blog
