// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/core/base/lifetime.h>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using eddy::Lifetime;
using eddy::lifetime_of;
using eddy::LifetimeListener;
using eddy::LifetimeSource;
using eddy::make_owner;

/// Does what it is given when it is told.
class Listener final : public LifetimeListener {
 public:
  explicit Listener(const Lifetime& lifetime, std::function<void()> told = nullptr)
      : told_(std::move(told)) {
    listens_ = lifetime.listen(*this);
  }
  ~Listener() = default;
  [[nodiscard]] bool listens() const { return listens_; }
  [[nodiscard]] int times() const { return times_; }

 private:
  void on_lifetime_ended() noexcept override {
    ++times_;
    // It may be destroyed by that.
    const auto told = told_;
    if (told) told();
  }

  std::function<void()> told_;
  bool listens_ = false;
  int times_ = 0;
};

TEST(Lifetime, OfNoOwnerIsForEver) {
  const Lifetime none;
  EXPECT_TRUE(none.alive());
  EXPECT_FALSE(none.has_owner());
  EXPECT_EQ(none.hold(), nullptr);
  const Listener listener(none);
  EXPECT_TRUE(listener.listens());
}

TEST(Lifetime, EndsWithItsSource) {
  std::optional<LifetimeSource> source(std::in_place);
  const Lifetime lifetime = source->lifetime();
  const Listener listener(lifetime);
  EXPECT_TRUE(lifetime.alive());
  EXPECT_TRUE(lifetime.has_owner());
  EXPECT_TRUE(listener.listens());
  EXPECT_EQ(listener.times(), 0);
  source.reset();
  EXPECT_FALSE(lifetime.alive());
  EXPECT_EQ(listener.times(), 1);
}

TEST(Lifetime, MayBeEndedBeforeItsSource) {
  std::optional<LifetimeSource> source(std::in_place);
  const Listener listener(source->lifetime());
  source->end();
  EXPECT_FALSE(source->lifetime().alive());
  EXPECT_EQ(listener.times(), 1);
  source->end();
  source.reset();
  EXPECT_EQ(listener.times(), 1);
}

TEST(Lifetime, ADeadOneTakesNoListener) {
  LifetimeSource source;
  source.end();
  const Listener late(source.lifetime());
  EXPECT_FALSE(late.listens());
  source.end();
  EXPECT_EQ(late.times(), 0);
}

TEST(Lifetime, IsOverWhenTheFirstIsTold) {
  LifetimeSource source;
  const Lifetime lifetime = source.lifetime();
  std::string seen;
  const Listener first(lifetime, [&] {
    seen = lifetime.alive() ? "alive" : "dead";
    const Listener late(lifetime);
    EXPECT_FALSE(late.listens());
  });
  source.end();
  EXPECT_EQ(seen, "dead");
}

TEST(Lifetime, TellsInOrder) {
  LifetimeSource source;
  std::string order;
  const Listener first(source.lifetime(), [&] { order += '1'; });
  const Listener second(source.lifetime(), [&] { order += '2'; });
  source.end();
  EXPECT_EQ(order, "12");
}

TEST(Lifetime, AListenerThatHasGoneIsNotTold) {
  LifetimeSource source;
  std::optional<Listener> gone;
  gone.emplace(source.lifetime(), [] { FAIL(); });
  gone.reset();
  source.end();
}

TEST(Lifetime, OneThatIsToldMayDestroyItselfAndOthers) {
  LifetimeSource source;
  std::string order;
  std::optional<Listener> itself;
  std::optional<Listener> before;
  std::optional<Listener> behind;
  before.emplace(source.lifetime(), [&] { order += '1'; });
  itself.emplace(source.lifetime(), [&] {
    order += '2';
    before.reset();
    behind.reset();
    itself.reset();
  });
  behind.emplace(source.lifetime(), [&] { order += '3'; });
  const Listener last(source.lifetime(), [&] { order += '4'; });
  source.end();
  EXPECT_EQ(order, "124");
}

TEST(Lifetime, OneThatIsToldMayDestroyTheOwner) {
  std::optional<LifetimeSource> source(std::in_place);
  std::string order;
  const Listener first(source->lifetime(), [&] {
    source.reset();
    // Whoever destroys an owner finds all told on return.
    order += " gone ";
  });
  const Listener second(source->lifetime(), [&] { order += "told"; });
  source->end();
  EXPECT_EQ(order, "told gone ");
  EXPECT_EQ(first.times(), 1);
}

TEST(Lifetime, AListenerMayOutliveAllTokens) {
  std::optional<Listener> listener;
  {
    const LifetimeSource source;
    listener.emplace(source.lifetime());
  }
  EXPECT_EQ(listener->times(), 1);
}

// ---- Shared objects

struct Owner : std::enable_shared_from_this<Owner> {
  explicit Owner(std::function<void()> dying = nullptr) : dying_(std::move(dying)) {}
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  ~Owner() {
    if (dying_) dying_();
  }
  std::function<void()> dying_;
};

TEST(Lifetime, OfAnOwnerTellsBeforeTheDestructor) {
  std::string order;
  auto owner = make_owner<Owner>([&] { order += "destroyed"; });
  const Lifetime lifetime = Lifetime::of(owner);
  const Listener listener(lifetime, [&] { order += "told "; });
  std::shared_ptr<Owner> other = owner->shared_from_this();
  EXPECT_EQ(lifetime.hold(), nullptr) << "it needs none";
  owner.reset();
  EXPECT_TRUE(lifetime.alive());
  other.reset();
  EXPECT_EQ(order, "told destroyed");
  EXPECT_FALSE(lifetime.alive());
}

TEST(Lifetime, OfAWeakPointerToAnOwnerTellsToo) {
  auto owner = make_owner<Owner>();
  const std::weak_ptr<Owner> weak = owner;
  const Listener listener(lifetime_of(weak));
  // A part of it, too: who owns it is the same.
  const Listener of_part(
      lifetime_of(std::shared_ptr<const std::function<void()>>(owner, &owner->dying_)));
  owner.reset();
  EXPECT_EQ(listener.times(), 1);
  EXPECT_EQ(of_part.times(), 1);
  EXPECT_FALSE(lifetime_of(weak).alive());
}

TEST(Lifetime, OfAnotherSharedObjectCanBeLookedAtAndHeld) {
  std::string order;
  auto owner = std::make_shared<Owner>([&] { order += "destroyed"; });
  const Lifetime lifetime = lifetime_of(owner);
  const Listener listener(lifetime);
  EXPECT_TRUE(lifetime.alive());
  EXPECT_TRUE(listener.listens());
  std::shared_ptr<const void> hold = lifetime.hold();
  EXPECT_EQ(hold, owner);
  owner.reset();
  EXPECT_TRUE(lifetime.alive());
  EXPECT_EQ(order, "");
  hold.reset();
  EXPECT_EQ(order, "destroyed");
  EXPECT_FALSE(lifetime.alive());
  EXPECT_EQ(lifetime.hold(), nullptr);
  EXPECT_EQ(listener.times(), 0) << "nothing can tell it";
  EXPECT_FALSE(Listener(lifetime).listens());
}

TEST(Lifetime, OfNothingIsDead) {
  EXPECT_FALSE(lifetime_of(std::weak_ptr<int>()).alive());
  EXPECT_FALSE(lifetime_of(std::shared_ptr<int>()).alive());
}

static_assert(eddy::LifetimeOwner<Lifetime&> && eddy::LifetimeOwner<const LifetimeSource&> &&
              eddy::LifetimeOwner<std::weak_ptr<const int>>);
static_assert(!eddy::LifetimeOwner<int*> && !eddy::LifetimeOwner<std::string>);

}  // namespace
