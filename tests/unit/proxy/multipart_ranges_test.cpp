#include "proxy/multipart_ranges.hpp"

#include <set>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

// The content as a client gets it.
std::string content_of(const MultipartRanges& plan, std::string_view body) {
  std::string content;
  for (const BodySlice& slice : plan.slices) {
    content += slice.before;
    content += body.substr(slice.first, slice.size);
  }
  return content + plan.after;
}

TEST(PlanMultipart, ReadsAsInRfc9110) {
  const std::string body = std::string(500, 'a') + std::string(7500, 'b');
  const auto plan = plan_multipart({{500, 502}, {0, 1}},
                                   {.length = body.size(),
                                    .content_type = "Content-Type: application/pdf\r\n",
                                    .boundary = "THIS_STRING_SEPARATES"});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->content_type,
            "Content-Type: multipart/byteranges; boundary=THIS_STRING_SEPARATES\r\n");
  const std::string content = content_of(*plan, body);
  EXPECT_EQ(content,
            "--THIS_STRING_SEPARATES\r\n"
            "Content-Type: application/pdf\r\n"
            "Content-Range: bytes 500-502/8000\r\n"
            "\r\n"
            "bbb\r\n"
            "--THIS_STRING_SEPARATES\r\n"
            "Content-Type: application/pdf\r\n"
            "Content-Range: bytes 0-1/8000\r\n"
            "\r\n"
            "aa\r\n"
            "--THIS_STRING_SEPARATES--\r\n");
  EXPECT_EQ(plan->content_length, content.size());
}

TEST(PlanMultipart, APartHasNoContentTypeWhereTheRepresentationHasNone) {
  const auto plan =
      plan_multipart({{0, 0}, {5, 5}}, {.length = 1000, .content_type = "", .boundary = "x"});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->slices[0].before, "--x\r\nContent-Range: bytes 0-0/1000\r\n\r\n");
}

TEST(PlanMultipart, IsAlwaysSmallerThanTheWhole) {
  const http::ByteRanges ranges{{0, 9}, {20, 29}};
  const auto planned = [&](std::uint64_t length) {
    return plan_multipart(ranges, {.length = length, .content_type = "", .boundary = "x"});
  };
  const std::uint64_t size = planned(999)->content_length;
  EXPECT_TRUE(planned(size + 1));
  EXPECT_FALSE(planned(size));
  EXPECT_FALSE(planned(30));
}

TEST(NewBoundary, IsAnotherEachTimeAndATokenOfMime) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string boundary = new_boundary();
    EXPECT_EQ(boundary.size(), 32U);
    EXPECT_EQ(boundary.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(boundary).second);
  }
}

}  // namespace
}  // namespace hawkcache::proxy
