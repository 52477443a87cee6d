// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/net/resolver.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>

#include <eddy/core/base/error.h>
#include <eddy/core/base/signal_mask.h>
#include <eddy/core/loop/fork_generation.h>
#include <eddy/core/net/name_lookup.h>
#include <eddy/core/task/completion.h>

namespace eddy::inline v0 {

namespace {

/// What a thread has found. Errors are thrown on the Loop's thread.
struct Answer {
  std::error_code error;
  std::exception_ptr thrown;
  std::vector<Address> addresses;
};

struct Question {
  std::string name;
  Address::Family family;
  bool operator<(const Question& other) const {
    return std::tie(name, family) < std::tie(other.name, other.family);
  }
};

/// A question, and who waits for its answer. Guarded by the pool's mutex.
struct Lookup {
  struct Waiter {
    const void* who;
    Completion<Answer> done;
  };

  Question question;
  std::vector<Waiter> waiters;
  /// By a thread, which nobody can call back.
  bool taken = false;
};

/// Threads that look names up. Owned by the resolver, the tasks that wait, and the threads.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  explicit Pool(const ResolverOptions& options)
      : lookup_(options.lookup ? options.lookup : NameLookup(look_up_name)),
        max_threads_(std::max<std::size_t>(options.threads, 1)),
        queue_limit_(options.queue_limit) {}

  /// `who` waits for the answer to `question` from now on.
  std::shared_ptr<Lookup> enter(Question question, const void* who, Completion<Answer> done) {
    std::error_code refused;
    {
      const std::lock_guard lock(mutex_);
      const auto found = lookups_.find(question);
      if (found != lookups_.end()) {
        found->second->waiters.push_back({who, std::move(done)});
        return found->second;
      }
      if (idle_ <= queue_.size() && threads_ < max_threads_) start_thread();
      if (threads_ == 0) {
        refused = std::make_error_code(std::errc::resource_unavailable_try_again);
      } else if (queue_.size() >= queue_limit_ + idle_) {
        refused = make_error_code(Errc::queue_full);
      } else {
        return add(std::move(question), who, std::move(done));
      }
    }
    done(Answer{refused, {}, {}});
    return nullptr;
  }

  /// `who` waits no more. A lookup that nobody else waits for is not begun.
  void leave(const std::shared_ptr<Lookup>& lookup, const void* who) noexcept {
    // What it was to be told is dropped outside the lock.
    std::optional<Completion<Answer>> dropped;
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(lookup->waiters.begin(), lookup->waiters.end(),
                     [who](const Lookup::Waiter& waiter) { return waiter.who == who; });
    if (found == lookup->waiters.end()) return;
    dropped.emplace(std::move(found->done));
    lookup->waiters.erase(found);
    if (!lookup->waiters.empty() || lookup->taken) return;
    queue_.erase(std::find(queue_.begin(), queue_.end(), lookup));
    lookups_.erase(lookup->question);
  }

  /// The threads end when there is nothing left to do.
  void close() noexcept {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    work_.notify_all();
  }

 private:
  std::shared_ptr<Lookup> add(Question question, const void* who, Completion<Answer> done) {
    auto lookup = std::make_shared<Lookup>();
    lookup->question = question;
    lookup->waiters.push_back({who, std::move(done)});
    queue_.push_back(lookup);
    try {
      lookups_.emplace(std::move(question), lookup);
    } catch (...) {
      queue_.pop_back();
      throw;
    }
    work_.notify_one();
    return lookup;
  }

  void start_thread() noexcept try {
    const internal::SignalsBlocked blocked;
    std::thread([self = shared_from_this()] { self->run(); }).detach();
    ++threads_;
    ++idle_;
  } catch (const std::exception&) {
    // The threads that there are go on; a later lookup tries again.
  }

  void run() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
      work_.wait(lock, [this] { return closed_ || !queue_.empty(); });
      --idle_;
      if (queue_.empty()) {
        --threads_;
        return;
      }
      const std::shared_ptr<Lookup> lookup = std::move(queue_.front());
      queue_.pop_front();
      lookup->taken = true;
      lock.unlock();
      const Answer answer = ask(lookup->question);
      lock.lock();
      lookups_.erase(lookup->question);
      std::vector<Lookup::Waiter> waiters = std::move(lookup->waiters);
      lookup->waiters.clear();
      lock.unlock();
      for (Lookup::Waiter& waiter : waiters) tell(waiter.done, answer);
      waiters.clear();
      lock.lock();
      ++idle_;
    }
  }

  [[nodiscard]] Answer ask(const Question& question) const noexcept {
    Answer answer;
    try {
      answer.addresses = lookup_(question.name, question.family, answer.error);
    } catch (...) {
      answer.thrown = std::current_exception();
    }
    return answer;
  }

  static void tell(Completion<Answer>& done, const Answer& answer) noexcept {
    try {
      done(Answer(answer));
    } catch (...) {
      done.fail(std::current_exception());
    }
  }

  const NameLookup lookup_;
  const std::size_t max_threads_;
  const std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::shared_ptr<Lookup>> queue_;
  /// Those in the queue, and those that a thread asks.
  std::map<Question, std::shared_ptr<Lookup>> lookups_;
  std::size_t threads_ = 0;
  /// Threads that wait for work, those that have been started and not begun to run included.
  std::size_t idle_ = 0;
  bool closed_ = false;
};

/// A task's place among those who wait; in its frame, so that it ends with it.
class Place {
 public:
  explicit Place(Pool& pool) noexcept : pool_(pool) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (lookup_) pool_.leave(lookup_, this);
  }
  void enter(Question question, Completion<Answer> done) {
    lookup_ = pool_.enter(std::move(question), this, std::move(done));
  }

 private:
  Pool& pool_;
  std::shared_ptr<Lookup> lookup_;
};

// All that it needs is in its parameters, so that the resolver may go.
Task<std::vector<Address>> ask(std::shared_ptr<Pool> pool, std::string host, std::uint16_t port,
                               Address::Family family) {
  if (family == Address::Family::local) {
    throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                            "resolve " + host + ": names have no Unix sockets");
  }
  const std::optional<std::vector<Address>> known = internal::known_addresses(host, port, family);
  if (known) co_return *known;
  Place place(*pool);
  const auto start = [&](Completion<Answer> done) {
    // The dot at the end is kept: it says that no search list applies.
    std::string name = internal::folded_name(host);
    if (host.ends_with('.')) name += '.';
    place.enter({std::move(name), family}, std::move(done));
  };
  Answer answer = co_await from_callback<Answer>(start);
  if (answer.thrown) std::rethrow_exception(answer.thrown);
  if (answer.error == Errc::queue_full) {
    throw std::system_error(answer.error, "resolve " + host + ": too many names wait for a thread");
  }
  if (!answer.error && answer.addresses.empty()) {
    answer.error = std::make_error_code(std::errc::address_not_available);
  }
  if (answer.error) throw std::system_error(answer.error, "resolve " + host);
  for (Address& address : answer.addresses) address = internal::with_port(address, port);
  co_return std::move(answer.addresses);
}

}  // namespace

// ---- ThreadedResolver ---------------------------------------------------------------------------

class ThreadedResolver::Threads {
 public:
  explicit Threads(ResolverOptions options)
      : options_(std::move(options)), pool_(std::make_shared<Pool>(options_)) {}
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() {
    if (generation_ == internal::fork_generation()) pool_->close();
  }

  std::shared_ptr<Pool> pool() {
    const std::lock_guard lock(mutex_);
    // The child of a fork has none of the threads, and cannot know in what state they left theirs.
    if (generation_ != internal::fork_generation()) {
      pool_ = std::make_shared<Pool>(options_);
      generation_ = internal::fork_generation();
    }
    return pool_;
  }

 private:
  const ResolverOptions options_;
  std::mutex mutex_;
  std::shared_ptr<Pool> pool_;
  std::uint32_t generation_ = internal::fork_generation();
};

ThreadedResolver::ThreadedResolver(ResolverOptions options)
    : threads_(std::make_unique<Threads>(std::move(options))) {}
ThreadedResolver::~ThreadedResolver() = default;

Task<std::vector<Address>> ThreadedResolver::resolve(std::string host, std::uint16_t port,
                                                     Address::Family family) {
  return ask(threads_->pool(), std::move(host), port, family);
}

// ---- OverrideResolver ---------------------------------------------------------------------------

class OverrideResolver::Rules {
 public:
  struct Key {
    std::string host;
    std::optional<std::uint16_t> port;
    Address::Family family;
    bool operator<(const Key& other) const {
      return std::tie(host, port, family) < std::tie(other.host, other.port, other.family);
    }
  };
  struct Target {
    std::string host;
    std::optional<std::uint16_t> port;
    /// A Unix socket, in the place of these.
    std::optional<Address> socket;
  };

  void add(Key key, Target target) { rules_.insert_or_assign(std::move(key), std::move(target)); }

  [[nodiscard]] const Target* find(std::string_view host, std::uint16_t port,
                                   Address::Family family) const {
    const std::string name = internal::folded_name(host);
    const auto any = Address::Family::unspecified;
    for (const Key& key : {Key{name, port, family}, Key{name, port, any}, Key{name, {}, any}}) {
      const auto found = rules_.find(key);
      if (found != rules_.end()) return &found->second;
    }
    return nullptr;
  }

 private:
  std::map<Key, Target> rules_;
};

OverrideResolver::OverrideResolver(std::shared_ptr<Resolver> resolver)
    : resolver_(std::move(resolver)), rules_(std::make_unique<Rules>()) {
  if (resolver_ == nullptr) throw std::invalid_argument("OverrideResolver: no resolver");
}
OverrideResolver::~OverrideResolver() = default;

OverrideResolver& OverrideResolver::add(std::string_view host, std::string target) {
  rules_->add({internal::folded_name(host), {}, Address::Family::unspecified},
              {std::move(target), {}, {}});
  return *this;
}

OverrideResolver& OverrideResolver::add(std::string_view host, std::uint16_t port,
                                        std::string target, std::uint16_t target_port,
                                        Address::Family family) {
  rules_->add({internal::folded_name(host), port, family}, {std::move(target), target_port, {}});
  return *this;
}

OverrideResolver& OverrideResolver::add_unix(std::string_view host, std::string_view path) {
  std::error_code error;
  const Address address = Address::local(path, error);
  if (error) throw std::system_error(error, "OverrideResolver: " + std::string(path));
  rules_->add({internal::folded_name(host), {}, Address::Family::unspecified}, {{}, {}, address});
  return *this;
}

namespace {
Task<std::vector<Address>> give(Address address) { co_return std::vector<Address>(1, address); }
}  // namespace

Task<std::vector<Address>> OverrideResolver::resolve(std::string host, std::uint16_t port,
                                                     Address::Family family) {
  const Rules::Target* target = rules_->find(host, port, family);
  if (target == nullptr) return resolver_->resolve(std::move(host), port, family);
  if (target->socket) return give(*target->socket);
  return resolver_->resolve(target->host, target->port.value_or(port), family);
}

}  // namespace eddy::inline v0
