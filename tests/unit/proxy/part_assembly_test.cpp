#include "proxy/part_assembly.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using Source = caching::Splice::Source;

std::string text_of(const std::vector<SharedBytes>& body) {
  std::string text;
  for (const SharedBytes& chunk : body) text += chunk.view();
  return text;
}

TEST(Splice, PutsBytesOfTwoBodiesInOrder) {
  const std::vector<SharedBytes> older{SharedBytes::copy_of("abc"), SharedBytes::copy_of("def")};
  const std::vector<SharedBytes> newer{SharedBytes::copy_of("ABCD"), SharedBytes::copy_of("EF")};
  const std::vector<caching::Splice> splices{
      {Source::older, 0, 2}, {Source::newer, 3, 3}, {Source::older, 2, 4}, {Source::newer, 0, 1}};
  const auto body = splice(older, newer, splices);
  EXPECT_EQ(text_of(body), "abDEFcdefA");
  EXPECT_EQ(body.size(), 1U) << "small neighbours become one";
}

TEST(Splice, SharesLargeChunksAndCopiesWhatIsShownInPart) {
  const std::vector<SharedBytes> older{SharedBytes::copy_of(std::string(50'000, 'o'))};
  const std::vector<SharedBytes> newer{SharedBytes::copy_of(std::string(50'000, 'n'))};
  const auto body =
      splice(older,
             newer,
             std::vector<caching::Splice>{{Source::older, 0, 50'000}, {Source::newer, 10, 40'000}});
  ASSERT_EQ(body.size(), 2U);
  EXPECT_EQ(body[0].data(), older[0].data());
  EXPECT_EQ(body[1].size(), 40'000U);
  EXPECT_NE(body[1].data(), newer[0].data() + 10) << "the memory that is not shown is let go";
}

TEST(Splice, AWholeSmallChunkWithoutSmallNeighboursIsNotCopied) {
  const std::vector<SharedBytes> older{SharedBytes::copy_of(std::string(16'000, 'a')),
                                       SharedBytes::copy_of(std::string(16'000, 'b'))};
  const auto body = splice(older, {}, std::vector<caching::Splice>{{Source::older, 0, 32'000}});
  ASSERT_EQ(body.size(), 2U);
  EXPECT_EQ(body[0].data(), older[0].data());
  EXPECT_EQ(body[1].data(), older[1].data());
}

}  // namespace
}  // namespace hawkcache::proxy
