#include "store/repeat_filter.hpp"

#include "base/hash.hpp"
#include "contract/response_maker.hpp"

#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

class RepeatFilterTest : public testing::Test {
 protected:
  bool repeats(std::string_view thing, std::string_view owner) {
    return filter_->repeats(hash64(thing), hash64(owner));
  }
  std::unique_ptr<RepeatFilter> filter_ = std::make_unique<RepeatFilter>();
};

TEST_F(RepeatFilterTest, what_comes_from_another_owner_repeats) {
  EXPECT_FALSE(repeats("server", "/a"));
  EXPECT_FALSE(repeats("server", "/a")) << "its own once more";
  EXPECT_TRUE(repeats("server", "/b"));
  EXPECT_TRUE(repeats("server", "/a")) << "from now on for everybody";
  EXPECT_FALSE(repeats("other", "/b"));
}

TEST_F(RepeatFilterTest, what_comes_once_does_not_push_out_what_repeats) {
  repeats("server", "/a");
  repeats("server", "/b");
  repeats("server", "/c");
  for (int i = 0; i < 100'000; ++i) repeats(numbered("request ", i), numbered("/", i));
  EXPECT_TRUE(repeats("server", "/new"));
}

TEST_F(RepeatFilterTest, what_does_not_come_again_is_forgotten) {
  repeats("old", "/a");
  for (int i = 0; i < 100'000; ++i) repeats(numbered("request ", i), numbered("/", i));
  EXPECT_FALSE(repeats("old", "/b"));
}

TEST_F(RepeatFilterTest, threads_may_ask_at_once) {
  const auto ask = [&](int first) {
    for (int i = 0; i < 20'000; ++i) {
      repeats(numbered("line ", i % 50), numbered("/", first + i));
      repeats(numbered("request ", first + i), numbered("/", first + i));
    }
  };
  std::thread one(ask, 0);
  std::thread two(ask, 1'000'000);
  one.join();
  two.join();
  EXPECT_TRUE(repeats("line 7", "/new"));
}

}  // namespace
}  // namespace hawkcache::store
