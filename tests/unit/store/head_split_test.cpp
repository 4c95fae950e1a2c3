#include "store/head_split.hpp"

#include "base/hash.hpp"
#include "contract/response_maker.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

constexpr std::string_view kStatus = "HTTP/1.1 200 OK\r\n";
constexpr std::string_view kPolicy = "Strict-Transport-Security: max-age=31536000; preload\r\n";

std::string text_of(std::initializer_list<std::string_view> lines) {
  std::string text;
  for (const std::string_view line : lines) text += line;
  return text;
}

class HeadSplitTest : public testing::Test {
 protected:
  std::optional<HeadSplit> split(std::string_view head, std::string_view key) {
    return split_head(head, hash64(key), *filter_);
  }
  // After another key's response with that head.
  std::optional<HeadSplit> split_again(std::string_view head) {
    split(head, "/first");
    return split(head, "/second");
  }
  std::unique_ptr<RepeatFilter> filter_ = std::make_unique<RepeatFilter>();
};

TEST_F(HeadSplitTest, lines_that_repeat_are_common_and_the_others_are_its_own) {
  const auto head = [](std::string_view id) {
    return text_of({kStatus, "X-Request-Id: ", id, "\r\n", kPolicy, "Server: o\r\n"});
  };
  EXPECT_FALSE(split(head("1"), "/a"));
  const auto found = split(head("2"), "/b");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->common, text_of({kStatus, kPolicy, "Server: o\r\n"}));
  EXPECT_EQ(found->own, "X-Request-Id: 2\r\n");
}

TEST_F(HeadSplitTest, what_one_key_brings_again_is_its_own) {
  const std::string head = text_of({kStatus, kPolicy, "X-Item: 7\r\n"});
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(split(head, "/items/7"));
}

TEST_F(HeadSplitTest, times_and_validators_are_never_common) {
  const std::string own =
      "Date: Fri, 27 Nov 2026 01:42:34 GMT\r\netag: \"1\"\r\n"
      "Expires: Fri, 27 Nov 2026 02:42:34 GMT\r\n"
      "LAST-MODIFIED: Thu, 26 Nov 2026 01:42:34 GMT\r\n";
  const auto found = split_again(text_of({kStatus, own, kPolicy, "Via: 1.1 x\r\n"}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->own, own);
}

TEST_F(HeadSplitTest, lines_of_one_name_stay_together_in_their_order) {
  const std::string_view links = "Link: </style.css>\r\nlink: </2>\r\nLINK: </script.js>\r\n";
  split(text_of({kStatus, "Link: </style.css>\r\nLink: </script.js>\r\n", kPolicy}), "/1");
  const auto found = split(text_of({kStatus, links, kPolicy, "Link: </script.js>\r\n"}), "/2");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->common, text_of({kStatus, kPolicy}));
  EXPECT_EQ(found->own, text_of({links, "Link: </script.js>\r\n"}));
}

TEST_F(HeadSplitTest, a_name_with_several_lines_may_be_common) {
  const auto found = split_again(text_of({kStatus, "Link: </a>\r\nLink: </b>\r\n", kPolicy}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->common, text_of({kStatus, "Link: </a>\r\nLink: </b>\r\n", kPolicy}));
  EXPECT_EQ(found->own, "");
}

TEST_F(HeadSplitTest, what_is_not_worth_it_or_no_usual_head_stays_whole) {
  std::string many(kStatus);
  for (int i = 0; i < 64; ++i) many += numbered("X-Field-", i) + ": 1\r\n";
  const std::string long_one = text_of({kStatus, "Server: ", std::string(5000, 's'), "\r\n"});
  const std::string heads[] = {
      "",
      "no line",
      text_of({kStatus, "Server: short\r\n"}),
      text_of({kStatus, kPolicy, "Server: no end"}),
      text_of({kStatus, kPolicy, "no colon\r\n"}),
      many,
      long_one,
  };
  for (const std::string& head : heads) EXPECT_FALSE(split_again(head)) << head;
}

// A splitter that remembers says what one without a memory says, head for head.
TEST_F(HeadSplitTest, a_splitter_says_the_same_of_each_head) {
  const std::string_view server = "Server: o\r\n";
  const std::string_view date = "Date: Fri, 27 Nov 2026 01:42:34 GMT\r\n";
  const std::string_view later = "Date: Fri, 27 Nov 2026 01:42:35 GMT\r\n";
  const std::string heads[] = {
      text_of({kStatus, date, kPolicy, "ETag: \"1\"\r\n", server, "X-Id: 1\r\n"}),
      text_of({kStatus, date, kPolicy, "ETag: \"1\"\r\n", server, "X-Id: 2\r\n"}),
      text_of({kStatus, later, kPolicy, "ETag: \"22\"\r\n", server, "X-Id: 3\r\n"}),
      text_of({kStatus, later, kPolicy, "ETag: \"22\"\r\n", server, "X-Id: 44\r\n"}),
      text_of({kStatus, later, kPolicy, "ETag: \"22\"\r\n", server, "X-Id: 44\r\n"}),  // common
      text_of({kStatus, later, kPolicy, "ETag: \"22\"\r\n", server, "X-Id: 5\r\n"}),
      text_of({kStatus, later, kPolicy, "ETag: \"22\"\r\n", server, "X-Id: 6\r\n", server}),
      text_of({kStatus, later, kPolicy, "ETag: \"22\"\r\n", server}),
      text_of({kStatus, later, kPolicy, server, "ETag: \"22\"\r\n", "X-Id: 7\r\n"}),
      text_of({kStatus, later, kPolicy, server, "ETag: \"22\"\r\n", "X-Id: 7"}),
      text_of({kStatus, later, kPolicy, server, "ETag: \"22\"\r\n", "X-Id: 7\r7\r\n"}),
      text_of({kStatus, later, kPolicy, server, "ETag: \"22\"\r\n", "X-Ids: 8\r\n"}),
      text_of({kStatus, later, kPolicy, server, "ETag: \"22\"\r\n", "X-Id: 9\r\nX-Id: 9\r\n"}),
      text_of({kStatus, later, kPolicy, server, "ETag: \"22\"\r\n", "X-Id: 9\r\nX-Id: 10\r\n"}),
      text_of({"HTTP/1.1 404 Nope\r\n", later, kPolicy, server, "ETag: \"22\"\r\n"}),
      "",
      text_of({kStatus, later, kPolicy, server, "ETag: \"3\"\r\n", "X-Id: 11\r\n"}),
  };
  const auto other_filter = std::make_unique<RepeatFilter>();
  HeadSplitter splitter;
  int number = 0;
  std::size_t splits = 0;
  for (const std::string& head : heads) {
    SCOPED_TRACE(number);
    const std::string key = numbered("/", number++);
    const auto expected = split(head, key);
    const HeadSplit* found = splitter.split(head, hash64(key), *other_filter);
    ASSERT_EQ(found != nullptr, expected.has_value());
    if (found == nullptr) continue;
    ++splits;
    EXPECT_EQ(found->common, expected->common);
    EXPECT_EQ(found->own, expected->own);
  }
  EXPECT_GT(splits, 8U);
}

TEST_F(HeadSplitTest, what_a_splitter_remembers_holds_for_one_filter) {
  const std::string head = text_of({kStatus, kPolicy, "Server: o\r\n"});
  HeadSplitter splitter;
  EXPECT_EQ(splitter.split(head, 1, *filter_), nullptr);
  EXPECT_NE(splitter.split(head, 2, *filter_), nullptr);
  EXPECT_NE(splitter.split(head, 2, *filter_), nullptr);
  const auto other = std::make_unique<RepeatFilter>();
  EXPECT_EQ(splitter.split(head, 3, *other), nullptr);
}

// The common lines go first, so the status line is among them.
TEST_F(HeadSplitTest, a_status_line_of_its_own_keeps_the_head_whole) {
  split(text_of({kStatus, kPolicy, "Server: origin\r\n"}), "/a");
  EXPECT_FALSE(split(text_of({"HTTP/1.1 404 Nope\r\n", kPolicy, "Server: origin\r\n"}), "/b"));
}

}  // namespace
}  // namespace hawkcache::store
