#include "http/range.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

struct Case {
  std::string_view value;
  std::uint64_t length;
  RangeVerdict verdict;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

constexpr auto kWhole = RangeVerdict::whole;
constexpr auto kPartial = RangeVerdict::partial;
constexpr auto kUnsatisfiable = RangeVerdict::unsatisfiable;

constexpr Case kCases[] = {
    // RFC 9110 section 14.1.2, of 10,000 bytes
    {"bytes=0-499", 10000, kPartial, 0, 499},
    {"bytes=500-999", 10000, kPartial, 500, 999},
    {"bytes=-500", 10000, kPartial, 9500, 9999},
    {"bytes=9500-", 10000, kPartial, 9500, 9999},
    {"bytes=0-0", 10000, kPartial, 0, 0},
    // cut at the end
    {"bytes=0-", 10, kPartial, 0, 9},
    {"bytes=0-9", 10, kPartial, 0, 9},
    {"bytes=0-10", 10, kPartial, 0, 9},
    {"bytes=9-99", 10, kPartial, 9, 9},
    {"bytes=-10", 10, kPartial, 0, 9},
    {"bytes=-11", 10, kPartial, 0, 9},
    {"BYTES=1-2", 10, kPartial, 1, 2},
    {"bytes= 1-2 ", 10, kPartial, 1, 2},
    // nothing there
    {"bytes=10-", 10, kUnsatisfiable},
    {"bytes=10-20", 10, kUnsatisfiable},
    {"bytes=-0", 10, kUnsatisfiable},
    {"bytes=0-", 0, kUnsatisfiable},
    {"bytes=0-0", 0, kUnsatisfiable},
    {"bytes=-5", 0, kWhole},
    // numbers beyond 64 bits
    {"bytes=0-99999999999999999999999", 10, kPartial, 0, 9},
    {"bytes=-99999999999999999999999", 10, kPartial, 0, 9},
    {"bytes=99999999999999999999999-", 10, kUnsatisfiable},
    {"bytes=99999999999999999999999-99999999999999999999999", 10, kUnsatisfiable},
    {"bytes=18446744073709551615-18446744073709551615", 10, kUnsatisfiable},
    {"bytes=0-18446744073709551615", UINT64_MAX, kPartial, 0, UINT64_MAX - 1},
    // malformed, several, other units: everything
    {"", 10, kWhole},
    {"bytes", 10, kWhole},
    {"bytes=", 10, kWhole},
    {"bytes=-", 10, kWhole},
    {"bytes=5", 10, kWhole},
    {"bytes=5-4", 10, kWhole},
    {"bytes=a-b", 10, kWhole},
    {"bytes=1-b", 10, kWhole},
    {"bytes=+1-2", 10, kWhole},
    {"bytes=--1", 10, kWhole},
    {"bytes=1--2", 10, kWhole},
    {"bytes=0x1-2", 10, kWhole},
    {"bytes=1 -2", 10, kWhole},
    {"bytes 1-2", 10, kWhole},
    {" bytes=1-2", 10, kWhole},
    {"bytes=0-1,3-4", 10, kWhole},
    {"bytes=0-1,", 10, kWhole},
    {"bytes=-1,-2", 10, kWhole},
    {"items=0-1", 10, kWhole},
};

TEST(DecideRange, AnswersOneSatisfiableRangeAndSendsEverythingWhenInDoubt) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.value);
    const RangeDecision decision = decide_range(c.value, c.length);
    EXPECT_EQ(decision.verdict, c.verdict);
    if (decision.verdict != kPartial) continue;
    EXPECT_EQ(decision.range.first, c.first);
    EXPECT_EQ(decision.range.last, c.last);
    EXPECT_EQ(decision.range.size(), c.last - c.first + 1);
    EXPECT_LT(decision.range.last, c.length);
  }
}

}  // namespace
}  // namespace hawkcache::http
