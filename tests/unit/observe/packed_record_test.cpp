#include "observe/packed_record.hpp"

#include <gtest/gtest.h>

namespace hawkcache::observe {
namespace {

TransactionRecord sample(std::string_view target, std::string_view detail) {
  return {.time = WallTime{Duration{1795418143123}},
          .peer = "127.0.0.1",
          .method = "GET",
          .host = "api.example.com",
          .target = target,
          .status = 200,
          .bytes = 512,
          .duration = std::chrono::microseconds(1084),
          .route = "user",
          .cache = "HIT",
          .detail = detail};
}

void expect_same(const TransactionRecord& a, const TransactionRecord& b) {
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.peer, b.peer);
  EXPECT_EQ(a.method, b.method);
  EXPECT_EQ(a.host, b.host);
  EXPECT_EQ(a.target, b.target);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_EQ(a.duration, b.duration);
  EXPECT_EQ(a.route, b.route);
  EXPECT_EQ(a.cache, b.cache);
  EXPECT_EQ(a.detail, b.detail);
}

TEST(PackedRecord, KeepsTheTextsWhenTheirMemoryIsGone) {
  const std::string long_target = "/" + std::string(70'000, 'x');
  std::string memory;
  std::string queue;
  for (const std::string_view target :
       {std::string_view("/users/42"), std::string_view(long_target)}) {
    std::string gone(target);
    std::string gone_too("why it failed");
    queue += pack(sample(gone, gone_too), memory);
    gone.assign(gone.size(), '!');
    gone_too.assign(gone_too.size(), '!');
  }
  queue += pack(TransactionRecord{}, memory);

  std::string_view rest = queue;
  expect_same(unpack(rest), sample("/users/42", "why it failed"));
  expect_same(unpack(rest), sample(long_target, "why it failed"));
  expect_same(unpack(rest), TransactionRecord{});
  EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace hawkcache::observe
