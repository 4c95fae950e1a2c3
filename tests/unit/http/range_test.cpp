#include "http/range.hpp"

#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

constexpr auto kWholeBody = RangeVerdict::whole;
constexpr auto kUnsatisfiable = RangeVerdict::unsatisfiable;

using Ranges = std::vector<ByteRange>;

struct RangeCase {
  std::string_view value;
  std::uint64_t length;
  std::variant<RangeVerdict, Ranges> expected;
};

const RangeCase kCases[] = {
    // RFC 9110 section 14.1.2, of 10,000 bytes
    {"bytes=0-499", 10000, Ranges{{0, 499}}},
    {"bytes=500-999", 10000, Ranges{{500, 999}}},
    {"bytes=-500", 10000, Ranges{{9500, 9999}}},
    {"bytes=9500-", 10000, Ranges{{9500, 9999}}},
    {"bytes=0-0", 10000, Ranges{{0, 0}}},
    {"bytes=0-0,-1", 10000, Ranges{{0, 0}, {9999, 9999}}},
    {"bytes= 0-999, 4500-5499, -1000", 10000, Ranges{{0, 999}, {4500, 5499}, {9000, 9999}}},
    {"bytes=500-600,601-999", 10000, Ranges{{500, 999}}},
    {"bytes=500-700,601-999", 10000, Ranges{{500, 999}}},
    // cut at the end
    {"bytes=0-", 10, Ranges{{0, 9}}},
    {"bytes=0-9", 10, Ranges{{0, 9}}},
    {"bytes=0-10", 10, Ranges{{0, 9}}},
    {"bytes=9-99", 10, Ranges{{9, 9}}},
    {"bytes=-10", 10, Ranges{{0, 9}}},
    {"bytes=-11", 10, Ranges{{0, 9}}},
    {"BYTES=1-2", 10, Ranges{{1, 2}}},
    {"bytes= 1-2 ", 10, Ranges{{1, 2}}},
    // nothing there
    {"bytes=10-", 10, kUnsatisfiable},
    {"bytes=10-20", 10, kUnsatisfiable},
    {"bytes=-0", 10, kUnsatisfiable},
    {"bytes=0-", 0, kUnsatisfiable},
    {"bytes=0-0", 0, kUnsatisfiable},
    {"bytes=10-,20-30,-0", 10, kUnsatisfiable},
    {"bytes=-5", 0, kWholeBody},
    {"bytes=0-0,-5", 0, kWholeBody},
    // numbers beyond 64 bits
    {"bytes=0-99999999999999999999999", 10, Ranges{{0, 9}}},
    {"bytes=-99999999999999999999999", 10, Ranges{{0, 9}}},
    {"bytes=99999999999999999999999-", 10, kUnsatisfiable},
    {"bytes=99999999999999999999999-99999999999999999999999", 10, kUnsatisfiable},
    {"bytes=18446744073709551615-18446744073709551615", 10, kUnsatisfiable},
    {"bytes=0-18446744073709551615", UINT64_MAX, Ranges{{0, UINT64_MAX - 1}}},
    // several: what is not there is left out, the order is kept
    {"bytes=0-1,3-4", 10, Ranges{{0, 1}, {3, 4}}},
    {"bytes=3-4,0-1", 10, Ranges{{3, 4}, {0, 1}}},
    {"bytes=-1,3-4,0-0", 10, Ranges{{9, 9}, {3, 4}, {0, 0}}},
    {"bytes=0-1,50-60", 10, Ranges{{0, 1}}},
    {"bytes=50-60,-0,8-20", 10, Ranges{{8, 9}}},
    // several that overlap or touch: merged, in ascending order
    {"bytes=0-1,2-3", 10, Ranges{{0, 3}}},
    {"bytes=2-3,0-1", 10, Ranges{{0, 3}}},
    {"bytes=0-5,3-8", 10, Ranges{{0, 8}}},
    {"bytes=0-9,3-4", 10, Ranges{{0, 9}}},
    {"bytes=5-6,0-1,6-7", 10, Ranges{{0, 1}, {5, 7}}},
    {"bytes=-1,-2", 10, Ranges{{8, 9}}},
    {"bytes=0-0,0-0,0-0", 10, Ranges{{0, 0}}},
    {"bytes=1-,0-18446744073709551615", UINT64_MAX, Ranges{{0, UINT64_MAX - 1}}},
    // empty members of a list say nothing
    {"bytes=0-1,", 10, Ranges{{0, 1}}},
    {"bytes=,0-1,,3-3 ,", 10, Ranges{{0, 1}, {3, 3}}},
    // malformed, other units: everything
    {"", 10, kWholeBody},
    {"bytes", 10, kWholeBody},
    {"bytes=", 10, kWholeBody},
    {"bytes=,,", 10, kWholeBody},
    {"bytes=-", 10, kWholeBody},
    {"bytes=5", 10, kWholeBody},
    {"bytes=5-4", 10, kWholeBody},
    {"bytes=a-b", 10, kWholeBody},
    {"bytes=1-b", 10, kWholeBody},
    {"bytes=+1-2", 10, kWholeBody},
    {"bytes=--1", 10, kWholeBody},
    {"bytes=1--2", 10, kWholeBody},
    {"bytes=0x1-2", 10, kWholeBody},
    {"bytes=1 -2", 10, kWholeBody},
    {"bytes=0-1,5-4", 10, kWholeBody},
    {"bytes=0-1,x", 10, kWholeBody},
    {"bytes=0-1;3-4", 10, kWholeBody},
    {"bytes=0-1, bytes=3-4", 10, kWholeBody},
    {"bytes 1-2", 10, kWholeBody},
    {" bytes=1-2", 10, kWholeBody},
    {"items=0-1", 10, kWholeBody},
};

TEST(DecideRanges, AnswersWhatIsSatisfiableAndSendsEverythingWhenInDoubt) {
  for (const RangeCase& c : kCases) {
    SCOPED_TRACE(c.value);
    const RangeDecision decision = decide_ranges(c.value, c.length);
    Ranges ranges = decision.ranges;
    if (decision.verdict == RangeVerdict::single) ranges.push_back(decision.range);
    for (const ByteRange& range : ranges) EXPECT_LT(range.last, c.length);
    if (const auto* expected = std::get_if<Ranges>(&c.expected)) {
      EXPECT_EQ(ranges, *expected);
      EXPECT_EQ(decision.verdict,
                ranges.size() == 1 ? RangeVerdict::single : RangeVerdict::several);
    } else {
      EXPECT_EQ(decision.verdict, std::get<RangeVerdict>(c.expected));
      EXPECT_TRUE(ranges.empty());
    }
  }
}

std::string every_other_byte(std::size_t count) {
  std::string value = "bytes=";
  for (std::size_t i = 0; i < count; ++i) {
    value += std::to_string(2 * i) + "-" + std::to_string(2 * i) + ",";
  }
  return value;
}

TEST(DecideRanges, TooManyRangesAreNotWorthIt) {
  EXPECT_EQ(decide_ranges(every_other_byte(kMostRanges), 1000).verdict, RangeVerdict::several);
  EXPECT_EQ(decide_ranges(every_other_byte(kMostRanges + 1), 1000).verdict, kWholeBody);
  std::string overlapping = "bytes=0-9";
  for (int i = 0; i < 3000; ++i) overlapping += ",5-20";
  const RangeDecision merged = decide_ranges(overlapping, 1000);
  EXPECT_EQ(merged.verdict, RangeVerdict::single) << "what is left after merging counts";
  EXPECT_EQ(merged.range, (ByteRange{0, 20}));
}

TEST(IsSingleRange, OfAnyForm) {
  for (const char* one : {"bytes=0-9", "bytes=5-", "bytes=-5", "BYTES= 1-2 ,"}) {
    EXPECT_TRUE(is_single_range(one)) << one;
  }
  for (const char* other : {"",
                            "bytes",
                            "bytes=",
                            "bytes=-",
                            "bytes=5-4",
                            "items=0-9",
                            "bytes=0-1,3-4",
                            "bytes=0-1,x"}) {
    EXPECT_FALSE(is_single_range(other)) << other;
  }
}

struct ContentRangeCase {
  std::string_view value;
  std::optional<ContentRange> expected;
};

const ContentRangeCase kContentRanges[] = {
    {"bytes 0-499/1234", ContentRange{{0, 499}, 1234}},
    {"bytes 734-1233/1234", ContentRange{{734, 1233}, 1234}},
    {"Bytes 0-0/1", ContentRange{{0, 0}, 1}},
    {"bytes 42-1233/*", std::nullopt},
    {"bytes */1234", std::nullopt},
    {"bytes 5-4/10", std::nullopt},
    {"bytes 0-10/10", std::nullopt},
    {"bytes 0-9", std::nullopt},
    {"bytes 0/9-10", std::nullopt},
    {"bytes=0-9/10", std::nullopt},
    {"bytes 0-9/10, bytes 0-9/10", std::nullopt},
    {"bytes 0-9 /10", std::nullopt},
    {"bytes  0-9/10", std::nullopt},
    {"bytes -9/10", std::nullopt},
    {"items 0-9/10", std::nullopt},
    {"bytes", std::nullopt},
    {"", std::nullopt},
};

TEST(ParseContentRange, WithRangeAndCompleteLengthOrNotAtAll) {
  for (const ContentRangeCase& c : kContentRanges) {
    SCOPED_TRACE(c.value);
    const auto parsed = parse_content_range(c.value);
    ASSERT_EQ(parsed.has_value(), c.expected.has_value());
    if (!parsed) continue;
    EXPECT_EQ(parsed->range, c.expected->range);
    EXPECT_EQ(parsed->complete_length, c.expected->complete_length);
  }
}

}  // namespace
}  // namespace hawkcache::http
