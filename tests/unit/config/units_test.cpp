#include "config/units.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace hawkcache::config {
namespace {

using namespace std::chrono_literals;

template <class V>
struct Case {
  const char* text;
  std::optional<V> value;
  const char* says = "";
};

template <class V, class Parse>
void check(const std::vector<Case<V>>& cases, Parse parse) {
  for (const Case<V>& c : cases) {
    SCOPED_TRACE(c.text);
    const auto parsed = parse(c.text);
    if (c.value) {
      ASSERT_TRUE(std::holds_alternative<V>(parsed)) << std::get<SyntaxError>(parsed).message;
      EXPECT_EQ(std::get<V>(parsed), *c.value);
    } else {
      ASSERT_TRUE(std::holds_alternative<SyntaxError>(parsed));
      EXPECT_NE(std::get<SyntaxError>(parsed).message.find(c.says), std::string::npos)
          << std::get<SyntaxError>(parsed).message;
    }
  }
}

TEST(Units, ReadsDurations) {
  check<Duration>({{"0s", 0ms},
                   {"0ms", 0ms},
                   {"250ms", 250ms},
                   {"60s", 60s},
                   {"5m", 5min},
                   {"1h", 1h},
                   {"1d", 24h},
                   {"007s", 7s},
                   {"3650d", kLongestDuration},
                   {"3651d", {}, "the most is 3650d"},
                   {"99999999999999999999999999s", {}, "too large"},
                   {"", {}, "is no duration"},
                   {"60", {}, "write 60s"},
                   {"60 s", {}, "did you mean 60s?"},
                   {"60S", {}, "did you mean 60s?"},
                   {"10sec", {}, "did you mean 10s?"},
                   {"5min", {}, "did you mean 5m?"},
                   {"5w", {}, "units: ms, s, m, h, d"},
                   {"-1s", {}, "negative"},
                   {"+1s", {}, "is no duration"},
                   {"1.5h", {}, "no whole number"},
                   {"1,5h", {}, "no whole number"},
                   {"1h30m", {}, "mixes units"},
                   {"s", {}, "is no duration"},
                   {"0x10s", {}, "mixes units"},
                   {"forever", {}, "is no duration"}},
                  parse_duration);
}

TEST(Units, ReadsSizes) {
  check<std::uint64_t>({{"0B", 0},
                        {"1B", 1},
                        {"1KB", 1000},
                        {"1KiB", 1024},
                        {"64KiB", 65536},
                        {"512MiB", 512ULL << 20U},
                        {"3MB", 3'000'000},
                        {"1GiB", 1ULL << 30U},
                        {"2GB", 2'000'000'000},
                        {"1TiB", 1ULL << 40U},
                        {"1024TiB", kLargestSize},
                        {"1025TiB", {}, "too large"},
                        {"18446744073709551616B", {}, "too large"},
                        {"512", {}, "write 512KiB"},
                        {"0", {}, "has no unit"},
                        {"512mb", {}, "did you mean 512MB?"},
                        {"512mib", {}, "did you mean 512MiB?"},
                        {"64k", {}, "did you mean 64KiB?"},
                        {"64M", {}, "did you mean 64MiB?"},
                        {"1G", {}, "did you mean 1GiB?"},
                        {"10bytes", {}, "did you mean 10B?"},
                        {"10kilo", {}, "units: B, KB"},
                        {"-1MiB", {}, "negative"},
                        {"1.5GiB", {}, "no whole number"},
                        {"big", {}, "is no size"}},
                       parse_size);
}

TEST(Units, WritesThemInTheLargestWholeUnit) {
  EXPECT_EQ(duration_text(0ms), "0s");
  EXPECT_EQ(duration_text(1500ms), "1500ms");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(1h), "1h");
  EXPECT_EQ(duration_text(48h), "2d");
  EXPECT_EQ(size_text(0), "0B");
  EXPECT_EQ(size_text(1023), "1023B");
  EXPECT_EQ(size_text(65536), "64KiB");
  EXPECT_EQ(size_text(1ULL << 30U), "1GiB");
  EXPECT_EQ(size_text(3'000'000), "3MB");
}

}  // namespace
}  // namespace hawkcache::config
