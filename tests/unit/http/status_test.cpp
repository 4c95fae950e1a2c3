#include "http/status.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

TEST(ReasonPhrase, IsTheRegisteredOne) {
  EXPECT_EQ(reason_phrase(100), "Continue");
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(206), "Partial Content");
  EXPECT_EQ(reason_phrase(304), "Not Modified");
  EXPECT_EQ(reason_phrase(413), "Content Too Large");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(504), "Gateway Timeout");
}

TEST(ReasonPhrase, IsEmptyForUnregisteredCodes) {
  for (const int status : {-1, 0, 99, 199, 299, 306, 418, 499, 599, 600, 999}) {
    EXPECT_EQ(reason_phrase(status), "") << status;
  }
}

}  // namespace
}  // namespace hawkcache::http
