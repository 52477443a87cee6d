// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/live/message_buffer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <eddy/core/task/task_group.h>
#include <eddy/core/task/with_timeout.h>

#include <tests/web/http/manual_server.h>

namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::testing::ManualPeer;
using eddy::web::MessageBuffer;
using eddy::web::NewMessages;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Buffer = MessageBuffer<std::string>;

class MessageBuffers : public ::testing::Test {
 protected:
  /// Waits in a task of its own, and says what came of it.
  static Task<void> poll(Buffer& buffer, std::uint64_t cursor, std::vector<std::string>& said,
                         std::string name) {
    try {
      const NewMessages<std::string> news = co_await buffer.wait_after(cursor);
      for (const std::string& message : news.messages) said.push_back(name + " " + message);
      if (news.missed) said.push_back(name + " missed");
    } catch (const eddy::Cancelled&) {
      said.push_back(name + " cancelled");
    } catch (const std::system_error& error) {
      said.push_back(name + " " + error.code().message());
    }
  }
  void wait(std::uint64_t cursor, const std::string& name) {
    loop_.spawn(poll(*buffer_, cursor, said_, name));
    loop_.run_until_idle();
  }

  eddy::testing::ManualLoop loop_;
  std::unique_ptr<Buffer> buffer_ = std::make_unique<Buffer>(3, 100);
  std::vector<std::string> said_;
};

TEST_F(MessageBuffers, GiveWhatIsBehindACursorAtOnce) {
  EXPECT_EQ(buffer_->cursor(), 100U);
  EXPECT_EQ(buffer_->add("a"), 101U);
  EXPECT_EQ(buffer_->add("b"), 102U);
  EXPECT_EQ(buffer_->cursor(), 102U);
  EXPECT_THAT(buffer_->history(), ElementsAre("a", "b"));
  wait(100, "first");
  wait(101, "second");
  EXPECT_THAT(said_, ElementsAre("first a", "first b", "second b"));
  const NewMessages<std::string> news = buffer_->after(102);
  EXPECT_THAT(news.messages, IsEmpty());
  EXPECT_EQ(news.cursor, 102U);
  EXPECT_FALSE(news.missed);
}

TEST_F(MessageBuffers, WakeThoseWhoWaitInTheirOrder) {
  for (const char* const name : {"1", "2", "3"}) wait(100, name);
  EXPECT_THAT(said_, IsEmpty());
  buffer_->add("a");
  EXPECT_THAT(said_, IsEmpty()) << "not within the call";
  loop_.run_until_idle();
  EXPECT_THAT(said_, ElementsAre("1 a", "2 a", "3 a"));
  buffer_->add("b");
  loop_.run_until_idle();
  EXPECT_EQ(said_.size(), 3U) << "nobody waits any more";
}

TEST_F(MessageBuffers, TellWhoHasMissedSomething) {
  for (const char* const text : {"a", "b", "c", "d"}) buffer_->add(text);
  wait(101, "just");
  EXPECT_THAT(said_, ElementsAre("just b", "just c", "just d"));
  said_.clear();
  wait(100, "old");
  EXPECT_THAT(said_, ElementsAre("old b", "old c", "old d", "old missed"));
  said_.clear();
  wait(105, "of another buffer");  // which had more
  EXPECT_THAT(said_, testing::Contains("of another buffer missed"));
}

TEST_F(MessageBuffers, BegunAnewKnowNoCursorOfBefore) {
  Buffer before;
  before.add("a");
  const std::uint64_t cursor = before.cursor();
  Buffer after;
  for (int i = 0; i < 5; ++i) after.add("b");
  EXPECT_LT(cursor, std::uint64_t{1} << 53) << "a page's numbers are exact up to there";
  EXPECT_GE(after.cursor(), cursor);
  EXPECT_FALSE(after.after(after.cursor()).missed);
}

TEST_F(MessageBuffers, GiveNothingWhenTheTimeIsUp) {
  std::optional<NewMessages<std::string>> news;
  loop_.spawn([](Buffer& buffer, std::optional<NewMessages<std::string>>& out) -> Task<void> {
    out = co_await buffer.wait_after(100, 30s);
  }(*buffer_, news));
  loop_.advance(30s - 1ns);
  EXPECT_FALSE(news);
  loop_.advance(1ns);
  ASSERT_TRUE(news);
  EXPECT_THAT(news->messages, IsEmpty());
  EXPECT_EQ(news->cursor, 100U);
  EXPECT_FALSE(news->missed);
  bool timed_out = false;
  loop_.spawn([](Buffer& buffer, bool& out) -> Task<void> {
    try {
      co_await eddy::with_timeout(1s, [](Buffer& b) -> Task<void> {
        const auto unused = co_await b.wait_after(100);
        static_cast<void>(unused);
      }(buffer));
    } catch (const eddy::TimeoutError&) {
      out = true;
    }
  }(*buffer_, timed_out));
  loop_.advance(1s);
  EXPECT_TRUE(timed_out);
}

TEST_F(MessageBuffers, EndTheWaitsWhenTheyGo) {
  wait(100, "1");
  buffer_.reset();
  loop_.run_until_idle();
  EXPECT_THAT(said_, ElementsAre(HasSubstr("canceled")));
}

TEST_F(MessageBuffers, GiveWhatCameBeforeTheyWent) {
  wait(100, "1");
  buffer_->add("a");
  buffer_.reset();
  loop_.run_until_idle();
  EXPECT_THAT(said_, ElementsAre("1 a"));
}

TEST_F(MessageBuffers, RefuseToKeepNothing) { EXPECT_THROW(Buffer(0), std::invalid_argument); }

TEST_F(MessageBuffers, WakeThousandsWithoutHoldingTheHost) {
  constexpr int kWaiters = 5000;
  int woken = 0;
  eddy::TaskGroup group(loop_);
  for (int i = 0; i < kWaiters; ++i) {
    group.spawn([](Buffer& buffer, int& count, int place) -> Task<void> {
      const NewMessages<std::string> news = co_await buffer.wait_after(100);
      EXPECT_EQ(news.messages.front(), "a");
      EXPECT_EQ(count++, place);
    }(*buffer_, woken, i));
  }
  loop_.run_until_idle();
  buffer_->add("a");
  loop_.run_turns(1);
  EXPECT_GT(woken, 0);
  EXPECT_LE(woken, 1000) << "the manual loop's turn has 1,000 steps";
  bool called = false;
  loop_.post([&called] { called = true; });
  loop_.run_turns(2);
  EXPECT_TRUE(called);
  EXPECT_LT(woken, kWaiters);
  loop_.run_until_idle();
  EXPECT_EQ(woken, kWaiters);
}

// Those who have been woken and go before they go on pass it on to the next.
TEST_F(MessageBuffers, ForgetNobodyWhereThoseAreStoppedWhoWereWoken) {
  std::vector<std::string> others;
  auto group = std::make_unique<eddy::TaskGroup>(loop_);
  for (int i = 0; i < 100; ++i) group->spawn(poll(*buffer_, 100, others, "other"));
  loop_.run_until_idle();
  wait(100, "last");
  buffer_->add("a");
  group.reset();  // within the same step: nobody has gone on yet
  loop_.run_until_idle();
  EXPECT_THAT(others, IsEmpty());
  EXPECT_THAT(said_, ElementsAre("last a"));
}

TEST_F(MessageBuffers, LoseNothingBetweenTwoMessagesWhileSomeAreBeingWoken) {
  for (int i = 0; i < 40; ++i) wait(100, std::to_string(i));
  buffer_->add("a");
  loop_.spawn(poll(*buffer_, 101, said_, "later"));
  buffer_->add("b");
  loop_.run_until_idle();
  EXPECT_EQ(said_.size(), 40U + 40U + 1U) << "each has both but the last";
  EXPECT_THAT(said_, testing::Contains("39 b"));
  EXPECT_THAT(said_, testing::Contains("later b"));
}

// ---- In handlers --------------------------------------------------------------------------------

class LongPolling : public eddy_tests::ManualServerTest {
 protected:
  LongPolling() {
    const auto answer = [this](std::uint64_t cursor) -> Task<std::string> {
      const NewMessages<std::string> news = co_await buffer_.wait_after(cursor, 20s);
      std::string text = std::to_string(news.cursor) + ":";
      for (const std::string& message : news.messages) text += " " + message;
      ++answered_;
      co_return text;
    };
    app_.get("/{cursor}", answer);
    app_.post("/{cursor}", answer, {.cancel_on_disconnect = true});
    listen();
  }
  static std::string request(std::string_view method) {
    return std::string(method) + " /7 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
  }

  Buffer buffer_{10, 7};
  int answered_ = 0;
};

TEST_F(LongPolling, AnswersWhenThereIsSomethingToSay) {
  ManualPeer first = connect(request("GET"));
  ManualPeer second = connect(request("POST"));
  EXPECT_EQ(read(first), "");
  buffer_.add("hello");
  loop_.run_until_idle();
  EXPECT_THAT(read(first), testing::EndsWith("\r\n\r\n8: hello"));
  EXPECT_THAT(read(second), testing::EndsWith("\r\n\r\n8: hello"));
  send(first, "GET /8 HTTP/1.1\r\nHost: a\r\n\r\n");
  loop_.advance(20s);
  EXPECT_THAT(read(first), testing::EndsWith("\r\n\r\n8:"));
}

TEST_F(LongPolling, WaitsNoMoreForThoseWhoHaveGone) {
  for (const char* const method : {"GET", "POST"}) {
    ManualPeer peer = connect(request(method));
    peer.close();
    loop_.run_until_idle();
    EXPECT_EQ(server_->stats().connections, 0U);
  }
  buffer_.add("hello");
  loop_.run_until_idle();
  EXPECT_EQ(answered_, 0);
}

TEST_F(LongPolling, EndsWithTheServer) {
  ManualPeer peer = connect(request("GET"));
  loop_.spawn([](eddy::web::Server& server) -> Task<void> { co_await server.drain(1s); }(*server_));
  loop_.advance(1s);
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(server_->stats().connections, 0U);
}

}  // namespace
