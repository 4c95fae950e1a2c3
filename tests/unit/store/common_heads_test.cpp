// How the memory store keeps once what the heads of its responses have in common.
#include "store/common_heads.hpp"

#include "contract/response_maker.hpp"
#include "store/memory_store.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

const std::string kCommon =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
    "Cache-Control: public, max-age=3600\r\nServer: origin/1.0\r\n"
    "Strict-Transport-Security: max-age=31536000\r\nVia: 1.1 hawkcache\r\n";

std::string own_lines(int number) {
  return "Date: Fri, 27 Nov 2026 01:42:34 GMT\r\nETag: " + numbered("\"item ", number) +
         "\"\r\nX-Request-Id: " + numbered("0d6c0f9e-", number) + "\r\n";
}

ResponseMaker item(int number) {
  return response(numbered("/items/", number)).head(kCommon + own_lines(number));
}

class CommonHeadsTest : public testing::Test {
 protected:
  void open(const MemoryStoreSettings& settings) { store_ = make_memory_store(settings); }
  void SetUp() override { open({}); }

  PutResult put(ResponseMaker maker) {
    const FetchTicket ticket = store_->begin_fetch(kNow);
    return store_->put_now(maker.fetched(ticket).made_for(*store_));
  }
  StoredResponsePtr stored(const std::string& path) {
    const std::string text = key_text("api.example.com", path);
    Found found;
    store_->try_find(caching::make_key(text), found);
    return found.empty() ? nullptr : found[0];
  }

  std::unique_ptr<LocalStore> store_;
};

TEST_F(CommonHeadsTest, the_third_response_with_the_same_lines_keeps_only_its_own) {
  for (int i = 0; i < 4; ++i) ASSERT_EQ(put(item(i)), PutResult::stored);
  EXPECT_EQ(stored("/items/0")->head_pieces().common, "");
  EXPECT_EQ(stored("/items/1")->head_pieces().common, "") << "lines are known, not all of them";
  EXPECT_EQ(stored("/items/2")->head_pieces().common, kCommon);
  EXPECT_EQ(stored("/items/2")->head_pieces().own, own_lines(2));
  EXPECT_EQ(stored("/items/3")->head_pieces().common.data(),
            stored("/items/2")->head_pieces().common.data());
  EXPECT_EQ(stored("/items/0")->head(), kCommon + own_lines(0));
  EXPECT_EQ(stored("/items/3")->head(), kCommon + own_lines(3));
}

TEST_F(CommonHeadsTest, one_response_that_is_fetched_over_and_over_keeps_its_whole_head) {
  for (int i = 0; i < 5; ++i) put(item(7));
  EXPECT_EQ(stored("/items/7")->head_pieces().common, "");
}

TEST_F(CommonHeadsTest, many_objects_of_a_route_take_less_and_the_books_say_so) {
  constexpr int kMany = 1000;
  for (int i = 0; i < kMany; ++i) put(item(i));
  const std::uint64_t together = store_->stats().bytes;
  open({});
  for (int i = 0; i < kMany; ++i) {
    const FetchTicket ticket = store_->begin_fetch(kNow);
    store_->put_now(item(i).fetched(ticket).made());
  }
  const std::uint64_t apart = store_->stats().bytes;
  EXPECT_LT(together + kMany * (kCommon.size() - 64), apart);
}

TEST_F(CommonHeadsTest, a_common_head_is_paid_once_and_goes_with_its_last_response) {
  const std::uint64_t before = store_->stats().bytes;
  for (int i = 0; i < 3; ++i) put(item(i));
  const std::uint64_t of_three = store_->stats().bytes;
  put(item(3));
  const std::uint64_t of_one = store_->stats().bytes - of_three;
  EXPECT_LT(of_one, 700u);
  store_->purge_now(purge_of_everything(), kNow);
  while (store_->sweep(kNow, 100) == Store::Sweep::more) {
  }
  EXPECT_EQ(store_->stats().bytes, before);
}

TEST_F(CommonHeadsTest, room_is_made_for_a_common_head) {
  open({.max_size = 64 << 10, .max_entries = 1000});
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(put(item(i).body(static_cast<std::size_t>(i) % 700)), PutResult::stored);
    ASSERT_LE(store_->stats().bytes, store_->stats().max_bytes);
  }
  EXPECT_GT(store_->stats().evicted, 0u);
  EXPECT_EQ(stored("/items/999")->head_pieces().common, kCommon);
}

TEST_F(CommonHeadsTest, a_response_outlives_the_store_with_its_whole_head) {
  for (int i = 0; i < 3; ++i) put(item(i));
  const StoredResponsePtr last = stored("/items/2");
  store_.reset();
  EXPECT_EQ(last->head(), kCommon + own_lines(2));
}

TEST_F(CommonHeadsTest, threads_share_them_while_others_let_them_go) {
  open({.max_entries = 8});
  const auto churn = [&](int first) {
    for (int i = 0; i < 3000; ++i) {
      const int number = first + i;
      put(item(number));
      const StoredResponsePtr found = stored(numbered("/items/", number));
      if (found && found->head() != kCommon + own_lines(number)) std::terminate();
    }
  };
  std::thread one(churn, 0);
  std::thread two(churn, 100'000);
  one.join();
  two.join();
  EXPECT_LE(store_->stats().entries, 8u);
}

}  // namespace
}  // namespace hawkcache::store
