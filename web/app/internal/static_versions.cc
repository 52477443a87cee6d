// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/app/internal/static_versions.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <new>
#include <span>
#include <system_error>
#include <utility>

#include <eddy/core/base/digest.h>
#include <eddy/core/base/hex.h>
#include <eddy/core/base/unique_function.h>
#include <eddy/core/net/page_cache.h>

namespace eddy::inline v0::web::internal {

namespace {

constexpr std::size_t kPiece = 64 * 1024;

/// "" where the file can't be read or is no longer what was opened.
std::string hash(const File& file) {
  Sha256 digest;
  std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), kPiece)), '\0');
  for (std::uint64_t at = 0; at < file.size();) {
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(file.size() - at, kPiece));
    const IoResult result = file.read(at, {piece.data(), bytes});
    if (result.error || result.bytes == 0) return {};
    digest.update({piece.data(), result.bytes});
    at += result.bytes;
  }
  if (file.changed()) return {};
  const Sha256::Digest whole = digest.finish();
  return hex_encode(std::span(whole).first(StaticVersions::kDigits / 2));
}

}  // namespace

/// Outlives the pool's owner as long as a thread of it is at work.
class StaticVersions::Known {
 public:
  struct Found {
    std::string version;
    bool pending = false;
    /// It is to be computed, by whoever asked; `pending` is set.
    bool wanted = false;
  };

  explicit Known(std::size_t most_files) noexcept : most_files_(most_files) {}

  Found find(const File& file, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entry_of(file);
    const bool good = !entry.version.empty() && (entry.settled || !is_settled(file, now));
    Found found{.version = entry.version, .wanted = !good && !entry.pending};
    if (found.wanted) entry.pending = true;
    found.pending = entry.pending;
    return found;
  }

  /// Computes the version of a file and keeps it.
  std::string compute(const File& file, Clock::time_point now) {
    ++hashed_;
    std::string version = hash(file);
    const std::lock_guard lock(mutex_);
    Entry& entry = entry_of(file);
    entry.version = version;
    entry.settled = is_settled(file, now);
    entry.pending = false;
    return version;
  }

  /// If it is not computed yet, nobody is about to.
  void give_up(const File& file) noexcept {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(key_of(file));
    if (entry != entries_.end()) entry->second.pending = false;
  }

  /// No write can come any more that leaves the file's time as it is.
  static bool is_settled(const File& file, Clock::time_point now) noexcept {
    return now - file.modified() > kGrain;
  }

  [[nodiscard]] std::uint64_t hashed() const noexcept { return hashed_; }

 private:
  struct Entry {
    std::string version;
    /// Computed later than any write that left the file's time as it is.
    bool settled = false;
    bool pending = false;
  };
  /// Device, inode, size and time.
  using Key = std::array<std::uint64_t, 4>;

  static Key key_of(const File& file) noexcept {
    return {file.device(), file.inode(), file.size(),
            static_cast<std::uint64_t>(file.modified().time_since_epoch().count())};
  }

  Entry& entry_of(const File& file) {
    const Key key = key_of(file);
    const auto place = entries_.lower_bound(key);
    if (place != entries_.end() && place->first == key) return place->second;
    // What the same file was before is not asked for again.
    entries_.erase(entries_.lower_bound({key[0], key[1], 0, 0}),
                   entries_.upper_bound({key[0], key[1], UINT64_MAX, UINT64_MAX}));
    if (entries_.size() >= most_files_) entries_.erase(entries_.begin());
    return entries_[key];
  }

  const std::size_t most_files_;
  std::mutex mutex_;
  std::map<Key, Entry> entries_;
  std::atomic<std::uint64_t> hashed_{0};
};

/// An attempt at a version, to be called once. A pool may drop it uncalled, and a call may fail:
/// when it is gone another may begin.
class StaticVersions::Computation {
 public:
  Computation(std::shared_ptr<Known> known, File file, Clock::time_point now) noexcept
      : known_(std::move(known)), file_(std::move(file)), now_(now) {}
  Computation(Computation&&) noexcept = default;
  Computation& operator=(Computation&&) = delete;
  ~Computation() {
    if (known_) known_->give_up(file_);
  }
  std::string operator()() { return known_->compute(file_, now_); }

 private:
  std::shared_ptr<Known> known_;
  File file_;
  Clock::time_point now_;
};

StaticVersions::StaticVersions(Executor& pool, std::size_t most_files)
    : known_(std::make_shared<Known>(most_files)), pool_(pool) {}

StaticVersions::~StaticVersions() = default;

std::string StaticVersions::find(const File& file, Clock::time_point now) {
  const Known::Found found = known_->find(file, now);
  if (!found.wanted) return found.version;
  Computation compute(known_, file, now);
  const auto bytes = static_cast<std::size_t>(std::min(file.size(), kAtOnceBytes));
  if (file.size() <= kAtOnceBytes && eddy::internal::in_page_cache(file.fd(), 0, bytes)) {
    return compute();
  }
  // Not one that is still being written to, which would be read from its beginning again and again.
  if (!Known::is_settled(file, now)) return found.version;
  UniqueFunction<void()> job = [compute = std::move(compute)]() mutable {
    try {
      (void)compute();
    } catch (const std::bad_alloc&) {
      // Whoever asks next tries again.
    }
  };
  (void)pool_.try_submit(job);
  return found.version;
}

Task<std::string> StaticVersions::wait(File file) {
  const Clock::time_point now = Clock::now();
  const Known::Found found = known_->find(file, now);
  if (!found.wanted && !found.pending) co_return found.version;
  // Where another is at it already this is done twice, which is cheaper than to keep book of who
  // waits.
  Computation compute(known_, std::move(file), now);
  try {
    co_return co_await run_in_executor(pool_, std::move(compute));
  } catch (const std::system_error&) {  // the queue is full
    co_return std::string();
  }
}

std::uint64_t StaticVersions::hashed() const noexcept { return known_->hashed(); }

}  // namespace eddy::inline v0::web::internal
