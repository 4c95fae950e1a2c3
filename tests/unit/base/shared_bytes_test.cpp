#include "base/shared_bytes.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

TEST(SharedBytes, AreEmptyByDefault) {
  const SharedBytes none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(none.view(), "");
  EXPECT_TRUE(SharedBytes::copy_of("").empty());
}

TEST(SharedBytes, OutliveWhatTheyWereCopiedFrom) {
  std::optional<std::string> text("some bytes");
  const SharedBytes bytes = SharedBytes::copy_of(*text);
  text.reset();
  EXPECT_EQ(bytes.view(), "some bytes");
}

TEST(SharedBytes, CopiesAndPrefixesShareTheMemory) {
  std::optional<SharedBytes> bytes = SharedBytes::copy_of("some bytes");
  const SharedBytes copy = *bytes;
  const SharedBytes prefix = bytes->prefix(4);
  EXPECT_EQ(copy.data(), bytes->data());
  EXPECT_EQ(prefix.data(), bytes->data());
  bytes.reset();
  EXPECT_EQ(copy.view(), "some bytes");
  EXPECT_EQ(prefix.view(), "some");
  EXPECT_TRUE(copy.prefix(0).empty());
}

TEST(SharedBytes, MayHoldAnyBytes) {
  const std::string_view text("a\0b\xff", 4);
  EXPECT_EQ(SharedBytes::copy_of(text).view(), text);
}

}  // namespace
}  // namespace hawkcache
