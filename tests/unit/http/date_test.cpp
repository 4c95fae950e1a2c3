#include "http/date.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

using namespace std::chrono_literals;

constexpr WallTime at(std::chrono::year_month_day date, std::chrono::seconds time = 0s) {
  return WallTime(std::chrono::sys_days(date) + time);
}

constexpr auto kNow = at(std::chrono::year(2025) / 6 / 15);
constexpr auto kExample =
    at(std::chrono::year(1994) / 11 / 6, 8h + 49min + 37s);  // RFC 9110 section 5.6.7
constexpr auto kYear2050 = at(std::chrono::year(2050) / 8 / 18, 2h + 1min + 18s);

struct Valid {
  std::string_view text;
  WallTime time;
};

constexpr Valid kValid[] = {
    // the three formats of RFC 9110
    {"Sun, 06 Nov 1994 08:49:37 GMT", kExample},
    {"Sunday, 06-Nov-94 08:49:37 GMT", kExample},
    {"Sun Nov  6 08:49:37 1994", kExample},
    // two-digit days in asctime
    {"Thu Aug 18 02:01:18 2050", kYear2050},
    {"Sun Nov 06 08:49:37 1994", kExample},
    // letter case
    {"THU, 18 Aug 2050 02:01:18 GMT", kYear2050},
    {"thu, 18 AUG 2050 02:01:18 GMT", kYear2050},
    {"Thu, 18 aug 2050 02:01:18 gMT", kYear2050},
    {"THURSDAY, 18-AUG-50 02:01:18 gmt", kYear2050},
    // a weekday that does not fit
    {"Mon, 06 Nov 1994 08:49:37 GMT", kExample},
    // two digits of a year, seen from 2025
    {"Thursday, 18-Aug-50 02:01:18 GMT", kYear2050},
    {"Friday, 01-Jan-75 00:00:00 GMT", at(std::chrono::year(2075) / 1 / 1)},
    {"Friday, 01-Jan-76 00:00:00 GMT", at(std::chrono::year(1976) / 1 / 1)},
    {"Friday, 01-Jan-00 00:00:00 GMT", at(std::chrono::year(2000) / 1 / 1)},
    // edges
    {"Thu, 01 Jan 1970 00:00:00 GMT", at(std::chrono::year(1970) / 1 / 1)},
    {"Thu, 29 Feb 2024 23:59:59 GMT", at(std::chrono::year(2024) / 2 / 29, 24h - 1s)},
    {"Sat, 31 Dec 2016 23:59:60 GMT", at(std::chrono::year(2017) / 1 / 1)},
    {"Mon, 01 Jan 0001 00:00:00 GMT", at(std::chrono::year(1) / 1 / 1)},
    {"Fri, 31 Dec 9999 23:59:59 GMT", at(std::chrono::year(9999) / 12 / 31, 24h - 1s)},
};

TEST(ParseDate, ReadsTheThreeFormats) {
  for (const Valid& c : kValid) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(parse_date(c.text, kNow), c.time);
  }
}

TEST(ParseDate, RefusesEverythingElse) {
  for (const std::string_view text : {
           "",
           "0",
           "-1",
           "now",
           "Sun",
           "Sun,",
           "Sun, ",
           "1994-11-06T08:49:37Z",
           "784111777",
           // zones
           "Thu, 18 Aug 2050 02:01:18",
           "Thu, 18 Aug 2050 02:01:18 UTC",
           "Thu, 18 Aug 2050 02:01:18 PST",
           "Thu, 18 Aug 2050 02:01:18 AEST",
           "Thu, 18 Aug 2050 02:01:18 GMT+1",
           "Thu, 18 Aug 2050 02:01:18 +0000",
           "Thu, 18 Aug 2050 02:01:18 Z",
           "Thursday, 18-Aug-50 02:01:18 UTC",
           "Thu Aug 18 02:01:18 2050 GMT",
           // digits
           "Thu, 18 Aug 50 02:01:18 GMT",
           "Thu, 8 Aug 2050 02:01:18 GMT",
           "Thu, 18 Aug 2050 2:01:18 GMT",
           "Thu, 18 Aug 2050 02:1:18 GMT",
           "Thu, 18 Aug 12050 02:01:18 GMT",
           "Thursday, 18-Aug-2050 02:01:18 GMT",
           "Thu Aug 8 02:01:18 2050",
           "Thu, 1x Aug 2050 02:01:18 GMT",
           "Thu, -1 Aug 2050 02:01:18 GMT",
           // separators
           "Thu 18 Aug 2050 02:01:18 GMT",
           "Thu, 18-Aug-2050 02:01:18 GMT",
           "Thu, 18 Aug 2050 02.01.18 GMT",
           "Thu, 18  Aug  2050  02:01:18  GMT",
           "Thu,18 Aug 2050 02:01:18 GMT",
           "Thu, 18 Aug 2050 02:01:18 GMT ",
           " Thu, 18 Aug 2050 02:01:18 GMT",
           "Thu, 18 Aug 2050 02:01:18GMT",
           // names
           "Xyz, 18 Aug 2050 02:01:18 GMT",
           "Thu, 18 Agu 2050 02:01:18 GMT",
           "Thursday, 18 Aug 2050 02:01:18 GMT",
           "Thu, 18 August 2050 02:01:18 GMT",
           // days and times that do not exist
           "Thu, 00 Aug 2050 02:01:18 GMT",
           "Thu, 32 Aug 2050 02:01:18 GMT",
           "Thu, 31 Jun 2050 02:01:18 GMT",
           "Thu, 29 Feb 2023 02:01:18 GMT",
           "Thu, 18 Aug 2050 24:00:00 GMT",
           "Thu, 18 Aug 2050 02:60:18 GMT",
           "Thu, 18 Aug 2050 02:01:61 GMT",
       }) {
    SCOPED_TRACE(text);
    EXPECT_EQ(parse_date(text, kNow), std::nullopt);
  }
}

TEST(ParseDate, ReadsTwoDigitYearsAcrossTheTurnOfACentury) {
  constexpr auto late = at(std::chrono::year(2090) / 1 / 1);
  EXPECT_EQ(parse_date("Friday, 01-Jan-10 00:00:00 GMT", late),
            at(std::chrono::year(2110) / 1 / 1));
  EXPECT_EQ(parse_date("Friday, 01-Jan-60 00:00:00 GMT", late),
            at(std::chrono::year(2060) / 1 / 1));
}

TEST(FormatDate, WritesImfFixdate) {
  EXPECT_EQ(format_date(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_date(WallTime()), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_date(kYear2050 + 999ms), "Thu, 18 Aug 2050 02:01:18 GMT");
  EXPECT_EQ(format_date(WallTime() - 1ms), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(FormatDate, IsReadBackAsTheSameSecond) {
  for (std::int64_t seconds = -5'000'000'000; seconds < 50'000'000'000; seconds += 86'399 * 997) {
    const WallTime time{std::chrono::seconds(seconds)};
    ASSERT_EQ(parse_date(format_date(time), kNow), time) << format_date(time);
  }
}

}  // namespace
}  // namespace hawkcache::http
