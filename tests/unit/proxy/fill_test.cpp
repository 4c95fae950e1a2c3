#include "proxy/fill.hpp"

#include "unit/net/loop.hpp"

#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

class FillTest : public testing::Test {
 protected:
  static std::shared_ptr<const FillHead> head(std::uint64_t length) {
    auto head = std::make_shared<FillHead>();
    head->content_length = length;
    return head;
  }
  std::shared_ptr<Fill> make_fill() {
    return std::make_shared<Fill>(FillSubject{}, fence.begin_fetch(WallTime{}));
  }
  // Becomes true when the reader's wait is over; what can run at once has run.
  std::shared_ptr<bool> begin_waiting(FillReader& waiter) {
    auto over = std::make_shared<bool>(false);
    net::asio::co_spawn(loop.worker.executor(),
                        waiter.wait(),
                        [over](const std::exception_ptr& failed) { *over = !failed; });
    loop.worker.context().poll();
    return over;
  }

  static std::string text(const FillReader::View& view) {
    std::string text;
    for (const SharedBytes& piece : view.pieces) text += piece.view();
    return text;
  }

  net::test::Loop loop;
  store::PurgeFence fence;
  std::shared_ptr<Fill> fill = make_fill();
  std::unique_ptr<FillReader> reader = fill->try_read(loop.worker.executor());
};

TEST_F(FillTest, AReaderWaitsForWhatIsNewToIt) {
  EXPECT_EQ(reader->peek().phase, FillPhase::awaiting_head);
  const auto first = begin_waiting(*reader);
  EXPECT_FALSE(*first);
  fill->set_head(head(4));
  loop.turn_until([&] { return *first; });
  EXPECT_EQ(reader->peek().phase, FillPhase::streaming);
  const auto second = begin_waiting(*reader);
  EXPECT_FALSE(*second);
  fill->stage("body");
  fill->complete();
  loop.turn_until([&] { return *second; });
  const FillReader::View view = reader->take();
  EXPECT_EQ(view.phase, FillPhase::complete);
  EXPECT_EQ(text(view), "body");
}

TEST_F(FillTest, WhatChangedSinceAReaderLookedEndsItsWaitAtOnce) {
  EXPECT_EQ(reader->peek().phase, FillPhase::awaiting_head);
  fill->set_head(head(4));
  const auto over = begin_waiting(*reader);
  EXPECT_TRUE(*over) << "it has no bell yet, and needs none";
}

// A store that is away may be back at the end.
TEST_F(FillTest, WhatMayBeStoredAfterAllIsKeptWhole) {
  for (const auto& [reason, whole] : {std::pair(caching::Reason::none, true),
                                      std::pair(caching::Reason::store_unavailable, true),
                                      std::pair(caching::Reason::purged_meanwhile, false)}) {
    fill = make_fill();
    reader = fill->try_read(loop.worker.executor());
    auto refused = std::make_shared<FillHead>();
    refused->refused = reason;
    fill->set_head(refused);
    const std::string piece(64 * 1024, 'x');
    std::size_t read = 0;
    for (int i = 0; i < 4; ++i) {
      fill->stage(piece);
      fill->publish();
      read += text(reader->take()).size();
      reader->peek();
    }
    EXPECT_EQ(read, 4 * piece.size());
    fill->complete();
    EXPECT_EQ(fill->holds_all(), whole) << caching::to_string(reason);
  }
}

TEST_F(FillTest, WhatIsNotKeptGoesWhenAllHaveReadIt) {
  fill->set_head(head(12));
  fill->stop_keeping(caching::Reason::too_large);
  fill->stage("first, ");
  fill->publish();
  EXPECT_EQ(text(reader->take()), "first, ");
  fill->stage("after");
  fill->publish();
  EXPECT_EQ(text(reader->take()), "after");
  EXPECT_EQ(fill->try_read(loop.worker.executor()), nullptr) << "its beginning is gone";
}

}  // namespace
}  // namespace hawkcache::proxy
